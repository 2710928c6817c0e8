import { type Static, Type } from 'typebox'
import type { GridTree } from '../../segments/grid.ts'
import { nodeId, parseNodeId, widerParts } from '../../segments/grid-node.ts'
import { BROAD_ID } from '../../segments/segment.ts'
import type { CounterRow } from '../ports/counters.ts'
import { type GoalEvent, goalEvents } from '../reporting/compare-arms.ts'
import { ENOUGH } from '../reporting/enough-data.ts'

const Count = Type.Integer({ minimum: 0 })

/**
 * What narrow ads of a campaign's other revisions did, by who they were for. The groups share no showing, and none has
 * fewer known people than the k floor.
 */
const CampaignHistorySchema = Type.Object(
  {
    /** Days of the campaign's time zone, both included. */
    fromDay: Type.String(),
    toDay: Type.String(),
    revisions: Type.Array(Count),
    impressions: Count,
    events: Count,
    groups: Type.Array(
      Type.Object(
        {
          /** A rule, a node of a grid, or `broad` for those of no group of their own. */
          id: Type.String(),
          people: Count,
          impressions: Count,
          events: Count,
        },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
)

/** History, or why there is none. */
export const HistorySourceSchema = Type.Union([
  CampaignHistorySchema,
  Type.Object({ without: Type.String() }, { additionalProperties: false }),
])
export type HistorySource = Static<typeof HistorySourceSchema>

interface Group {
  readonly people: Set<string>
  impressions: number
  events: number
}

/**
 * Sums what the counters have of a campaign's narrow ads. A group of too few people is counted in the next wider node
 * of its grid, and so on up to `broad`; people whom nobody knows (decisions without a person) count as none.
 *
 * Simulated traffic does not count: what nobody saw must let no campaign run.
 *
 * @param revision left out, so that checking a campaign that runs does not depend on when it is done
 * @param trees of the campaign's grids
 */
export function summariseHistory(
  rows: readonly CounterRow[],
  given: {
    readonly revision: number
    readonly goal: GoalEvent
    readonly kFloor: number
    readonly trees: readonly GridTree[]
  },
): HistorySource {
  const narrow = rows.filter(
    ({ arm, leaf, revision }) => arm === 'narrow' && leaf !== null && revision !== given.revision,
  )
  const used = narrow.filter(({ simulated }) => !simulated)
  if (used.length === 0) {
    return {
      without:
        narrow.length > 0
          ? 'what other revisions served was simulated'
          : 'no other revision has served narrow ads',
    }
  }

  const groups = new Map<string, Group>()
  const groupAt = (id: string): Group => {
    const group = groups.get(id) ?? { people: new Set(), impressions: 0, events: 0 }
    groups.set(id, group)
    return group
  }
  for (const row of used) {
    const group = groupAt(nodeOf(row.leaf!, given.trees))
    if (row.person !== null) group.people.add(row.person)
    group.impressions += row.impressions
    group.events += goalEvents(row, given.goal)
  }
  // Children come after their parents in a tree, so backwards a group is complete when it is reached.
  const upwards = given.trees.flatMap(({ nodes }) => [...nodes.values()]).reverse()
  const parents = new Map(upwards.map(({ id, parent }) => [id, parent ?? BROAD_ID]))
  const rules = [...groups.keys()].filter((id) => id !== BROAD_ID && !parents.has(id))
  for (const id of [...upwards.map((node) => node.id), ...rules]) {
    const group = groups.get(id)
    if (!group || group.people.size >= given.kFloor) continue
    const above = groupAt(parents.get(id) ?? BROAD_ID)
    for (const person of group.people) above.people.add(person)
    above.impressions += group.impressions
    above.events += group.events
    groups.delete(id)
  }
  if ((groups.get(BROAD_ID)?.people.size ?? given.kFloor) < given.kFloor) groups.delete(BROAD_ID)

  const told = [...groups]
    .map(([id, { people, impressions, events }]) => ({ id, people: people.size, impressions, events }))
    .sort((a, b) => (a.id < b.id ? -1 : 1))
  const impressions = told.reduce((sum, group) => sum + group.impressions, 0)
  const events = told.reduce((sum, group) => sum + group.events, 0)
  if (events < ENOUGH.events || impressions === 0) {
    return {
      without: `other revisions have brought fewer than the ${ENOUGH.events} ${given.goal}s a rate needs`,
    }
  }
  const days = used.map(({ day }) => day).sort()
  return {
    fromDay: days[0]!,
    toDay: days.at(-1)!,
    revisions: [...new Set(used.map(({ revision }) => revision))].sort((a, b) => a - b),
    impressions,
    events,
    groups: told,
  }
}

/** The node of a grid that a leaf is, or the nearest wider one that still has people; a rule is itself. */
function nodeOf(leaf: string, trees: readonly GridTree[]): string {
  const tree = trees.find(({ definition }) => leaf.startsWith(`${definition.name}/`))
  if (!tree) return leaf.includes('/') ? BROAD_ID : leaf
  if (tree.nodes.has(leaf)) return leaf
  const { definition } = tree
  if (leaf.split('/').length !== definition.attributes.length + 1) return tree.root
  let parts = widerParts(definition, parseNodeId(definition, leaf))
  while (parts && !tree.nodes.has(nodeId(definition, parts))) parts = widerParts(definition, parts)
  return parts ? nodeId(definition, parts) : tree.root
}
