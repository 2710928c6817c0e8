import type { Rule } from '../../rules/rule.ts'
import type { AttributeCatalogue } from '../../segments/attributes.ts'
import { createGridTree, type GridTree, gridDefinition } from '../../segments/grid.ts'
import type { GridDefinition } from '../../segments/grid-node.ts'
import type { Population } from '../../segments/population.ts'
import { resolveSegments } from '../../segments/resolve.ts'
import { type RollUp, rollUp } from '../../segments/roll-up.ts'
import { BROAD_ID, type Segment, type SegmentDocument } from '../../segments/segment.ts'
import type { CampaignSegments } from '../campaign/campaign.ts'
import type { CheckReport } from './check-report.ts'
import { peopleNeededAt, problemsOf, type RateOf, type Volume } from './expected-volume.ts'
import { type ServedPeople, servedPeople } from './served-people.ts'
import { starvedRules } from './starved-rules.ts'

type Merge = NonNullable<CheckReport['rollUp']>['merges'][number]

export interface Segmented {
  readonly population: Population
  readonly catalogue: AttributeCatalogue
  readonly documents: ReadonlyMap<string, SegmentDocument>
  readonly entries: CampaignSegments
}

export interface RollUpProposal {
  /** What the campaign's `segments` become. */
  readonly entries: CampaignSegments
  /** Every merged leaf and dropped rule once, with the segment its people end in; grids by the text of `into`, then of `from`. */
  readonly merges: readonly Merge[]
  readonly segments: readonly Segment[]
  readonly served: ServedPeople
}

/** Where the people of a rule segment go that is dropped. */
export const ELSEWHERE = 'what else they match'

/**
 * Segments that can all live, as near to the campaign's as the floors allow: grids are rolled up (segments/roll-up.ts),
 * and a rule segment that cannot live is dropped, so its people are served what else they match.
 *
 * A rule with too few people goes first, whatever it is served; then, as long as there is one, the rule that is served
 * fewest of those that are served too few, since what it had may keep others alive.
 *
 * A person is served the narrowest segment they match, so a rule segment takes people from wider grid leaves. Which
 * leaves are wider is known only after rolling up; so the roll-up is repeated with those people left out until every
 * leaf stands on people of its own. Few rounds, each of a bitmap a segment; one for grids alone.
 *
 * @returns undefined when nothing is left to serve but broad
 */
export function proposeRollUp(input: Segmented, volume: Volume, rateOf: RateOf): RollUpProposal | undefined {
  const neededAt = (id: string) => peopleNeededAt(volume, rateOf(id))
  const grids = input.entries.filter((entry) => typeof entry !== 'string')
  const definitions = grids.map(({ grid }) => {
    const document = input.documents.get(grid)
    if (!document || !('grid' in document)) throw new Error(`${grid} is not a grid`)
    return gridDefinition(document, input.catalogue)
  })
  // Never how many: from two such numbers the size of a leaf under the k floor could be told.
  const tooFew = (id: string) => `fewer than ${neededAt(id)} people`
  const dropped: Merge[] = []
  const drop = (segments: readonly Segment[]): void => {
    for (const { id, people } of segments) {
      const reason = people < neededAt(id) ? tooFew(id) : `${tooFew(id)} are left to it by narrower segments`
      dropped.push({ from: id, into: ELSEWHERE, reason })
    }
  }
  const all = resolveSegments({
    ...input,
    entries: input.entries.filter((entry) => typeof entry === 'string'),
  }).filter(({ id }) => id !== BROAD_ID)
  let rules = all.filter(({ id, people }) => people >= neededAt(id))
  drop(all.filter(({ id, people }) => people < neededAt(id)).sort(bySize))
  const takers = new Set<string>()
  for (;;) {
    const merges: Merge[] = [...dropped]
    const taking = rules.filter(({ id }) => takers.has(id))
    const rolled = definitions.map((definition) => {
      const tree = createGridTree(
        input.population,
        without(
          definition,
          taking.map(({ rule }) => rule),
        ),
      )
      const {
        leaves,
        remainders,
        merges: steps,
      } = rollUp({ nodes: tree.nodes.values() }, ({ id, kind }, people) =>
        people >= neededAt(id)
          ? { ok: true }
          : { ok: false, reason: kind === 'cell' ? tooFew(id) : `${tooFew(id)} are left beside it` },
      )
      merges.push(...leavesToHomes(tree, steps))
      const ids = (nodes: readonly { id: string }[]) => nodes.map(({ id }) => id)
      return { grid: definition.name, leaves: ids(leaves), remainders: ids(remainders) }
    })
    const living = rolled.filter(({ leaves, remainders }) => leaves.length + remainders.length > 0)
    const entries = [...living, ...rules.map(({ id }) => id)]
    if (entries.length === 0) return undefined
    const segments = resolveSegments({ ...input, entries })
    const served = servedPeople(input.population, segments, volume.kFloor, entries.length === 1)
    const failing = segments.filter(
      ({ id }) => id !== BROAD_ID && problemsOf(volume, served.of.get(id)!, rateOf(id)).length > 0,
    )
    const isRule = new Set(rules.map(({ id }) => id))
    const widest = Math.max(0, ...failing.filter(({ id }) => !isRule.has(id)).map(({ people }) => people))
    const narrower = rules.filter(({ id, people }) => !takers.has(id) && people <= widest)
    if (narrower.length > 0) {
      for (const { id } of narrower) takers.add(id)
      continue
    }
    const starved = starvedRules(input.population, segments, isRule, { kFloor: volume.kFloor, neededAt })
    if (starved.length === 0) return { entries: inOrder(input.entries, entries), merges, segments, served }
    drop(starved)
    const gone = new Set(starved.map(({ id }) => id))
    rules = rules.filter(({ id }) => !gone.has(id))
  }
}

/** The steps of a roll-up told once a leaf: not by way of which nodes, but where its people end. */
function leavesToHomes({ nodes, root }: GridTree, steps: RollUp['merges']): Merge[] {
  // Nothing moves twice, so what a node moved into is found by its id.
  const movedInto = new Map(steps.map(({ from, into }) => [from, into]))
  const homeOf = (id: string): string => {
    const into = movedInto.get(id)
    return into === undefined ? id : homeOf(into)
  }
  return steps
    .filter(({ from }) => nodes.get(from)!.kind === 'cell')
    .map(({ from, into, reason }) => {
      const home = homeOf(into)
      return { from, into: home === root ? BROAD_ID : home, reason }
    })
    .sort((a, b) => compareText(a.into, b.into) || compareText(a.from, b.from))
}

function bySize(a: Segment, b: Segment): number {
  return a.people - b.people || compareText(a.id, b.id)
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** The grid over the people whom none of these rules takes. */
function without(definition: GridDefinition, rules: readonly Rule[]): GridDefinition {
  if (rules.length === 0) return definition
  const others: Rule = { kind: 'not', of: { kind: 'any', of: rules } }
  return {
    ...definition,
    within: { kind: 'all', of: definition.within ? [definition.within, others] : [others] },
  }
}

/** The proposed entries in the order of the campaign's own. */
function inOrder(before: CampaignSegments, after: CampaignSegments): CampaignSegments {
  const nameOf = (entry: CampaignSegments[number]) => (typeof entry === 'string' ? entry : entry.grid)
  return before.flatMap((entry) => after.filter((each) => nameOf(each) === nameOf(entry)))
}
