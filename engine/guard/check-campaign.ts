import type { GridTree } from '../../segments/grid.ts'
import { gridTrees } from '../../segments/grid-sums.ts'
import { largeOverlaps } from '../../segments/overlap.ts'
import { BROAD_ID } from '../../segments/segment.ts'
import { unknownValueRemarks, writtenRules } from '../../segments/unknown-values.ts'
import type { Fonts } from '../../templates/fonts.ts'
import { DEFAULTS } from '../campaign/campaign.ts'
import { keepCheckedPlan, readCheckedPlan } from '../campaign/checked-plans.ts'
import { loadPlan } from '../campaign/load-plan.ts'
import type { Plan } from '../campaign/plan.ts'
import { createCopyTable } from '../generate/copy-table.ts'
import { loadPopulation } from '../ingest/population.ts'
import { readNamedSegments } from '../ingest/workspace-segments.ts'
import type { Ports } from '../ports/ports.ts'
import { createAvailability, readWhens } from '../space/availability.ts'
import { unknownCellValues } from '../space/cell-attributes.ts'
import { findLeftOut } from '../space/left-out.ts'
import { createSpace, type Space } from '../space/space.ts'
import { answerOnBroad, assignedImpressionsWeek } from './answers.ts'
import { brandReasons, brandWarnings, checkBrand } from './brand-check.ts'
import { breakEvenOf } from './break-even.ts'
import { checkContrast } from './check-contrast.ts'
import { CHECK_VERSION, type CheckReport } from './check-report.ts'
import { checkCopy } from './copy-fit.ts'
import { expectVolume, type Volume } from './expected-volume.ts'
import type { HistorySource } from './history.ts'
import { type HistoryRates, ratesFrom } from './history-rates.ts'
import { findLeaves, hiddenLeaves, type LeafFinding, shownLeaves } from './leaves.ts'
import { checkBasis, checkName } from './require-checked.ts'
import { ELSEWHERE, proposeRollUp, type RollUpProposal, type Segmented } from './roll-up-proposal.ts'
import { rounded } from './rounded.ts'
import { segmentationOf } from './segmentation.ts'
import { servedPeople } from './served-people.ts'
import { summariseLevels } from './slot-levels.ts'
import { usedTexts } from './used-texts.ts'
import { reasonsToRefuse } from './verdict.ts'
import { assignmentWarnings, flightWarnings, leftOutWarnings, warningsOf } from './warnings.ts'

export interface CheckOptions {
  /** Of code, sharp, ICU and fonts, as for loadPlan. */
  readonly fingerprint: string
  /** Texts are measured in them. */
  readonly fonts: Fonts
  /** Default the newest. */
  readonly revision?: number
  /** Go ahead although the guard refuses; kept with who and when. It never lifts the k floor. */
  readonly override?: { readonly reason: string; readonly who: string }
  /** What narrow ads of other revisions did (load-history.ts); without it leaves have the campaign's baseline rate. */
  readonly history?: HistorySource
  /** Most texts laid out; the longest come first. Default 200,000, which takes half a minute. */
  readonly maxTexts?: number
  /** Texts laid out so far, and in all. */
  readonly onProgress?: (done: number, total: number) => void
}

/** Assets left out by rules that are told one by one. */
const MAX_LEFT_OUT = 20

const NO_HISTORY: HistorySource = { without: 'it was not asked for' }

type CheckPorts = Pick<Ports, 'documents' | 'blobs' | 'files' | 'mentions' | 'clock' | 'fonts'>

/**
 * Checks one revision of a campaign on the current population and keeps the report: what it would come to, which copy
 * does not fit, which leaves cannot live, and what to merge.
 *
 * An override given earlier for the very same thing (same revision, population, segments, template) is kept. History
 * does not make a check stale: what came in meanwhile changes no campaign.
 */
export async function checkCampaign(
  ports: CheckPorts,
  name: string,
  options: CheckOptions,
): Promise<CheckReport> {
  const { plan, planHash } = await loadPlan(ports, name, {
    publicUrl: '',
    fingerprint: options.fingerprint,
    ...(options.revision === undefined ? {} : { revision: options.revision }),
  })
  const population = await loadPopulation(ports)
  const entries = plan.campaign.segments
  const documents = await readNamedSegments(ports, entries)
  const segmented = { population, catalogue: population.catalogue, documents, entries }
  const atMs = ports.clock.nowMs()
  const found = examine(plan, segmented, options.fonts, options.history, options)
  const document = checkName(name, plan.revision)
  const earlier = (await ports.documents.read('check', document))?.body as CheckReport | undefined
  const override = options.override
    ? { ...options.override, atMs }
    : earlier?.basis === found.basis
      ? earlier.override
      : undefined
  const mayRun = found.verdict !== 'refused' || override !== undefined
  const report: CheckReport = {
    ...found,
    contrast: await checkContrast(plan, ports, options.fonts),
    warnings: [
      ...flightWarnings(plan.campaign, atMs),
      ...(mayRun ? [] : await meanwhileWarnings(ports, plan)),
      ...assignmentWarnings(plan.campaign),
      ...found.warnings,
    ],
    atMs,
    ...(override && found.verdict === 'refused' ? { override } : {}),
  }
  await ports.documents.write('check', document, report)
  if (mayRun && options.revision === undefined) {
    await keepCheckedPlan(ports, name, { revision: plan.revision, planHash })
  }
  return report
}

/** What is served while a revision is refused. A refusal of the revision that serves takes it off the air. */
async function meanwhileWarnings(ports: CheckPorts, { campaign, revision }: Plan): Promise<string[]> {
  const checked = await readCheckedPlan(ports, campaign.name)
  if (!checked || checked.revision === revision) return []
  return [
    `Revision ${checked.revision}, the last one that a check let run, goes on being served until a newer one may.`,
  ]
}

/**
 * Everything a check finds, from a plan, the population it stands on, and history; the same inputs give the same
 * findings.
 */
export function examine(
  plan: Plan,
  segmented: Segmented,
  fonts: Fonts,
  history: HistorySource = NO_HISTORY,
  { maxTexts, onProgress }: Pick<CheckOptions, 'maxTexts' | 'onProgress'> = {},
): Omit<CheckReport, 'atMs' | 'override'> {
  const { campaign, segments } = plan
  const { population } = segmented
  const copyTable = createCopyTable(plan)
  const space = createSpace(plan)
  const availability = createAvailability(plan, copyTable)

  const kFloor = campaign.kFloor ?? DEFAULTS.kFloor
  const served = servedPeople(population, segments, kFloor, isOneGrid(campaign.segments))
  const trees = gridTrees(segmented)
  const rates = ratesFrom(history, trees, campaign.goal.baselineRate)
  const volume = expectVolume(campaign, population.people, served.matched, rates.overall)
  const overlaps = largeOverlaps(population, segments, trees, kFloor)
  const lift = campaign.goal.readableLift ?? DEFAULTS.readableLift
  const leaves = findLeaves(plan, { served, volume, availability, trees, rates, overlaps, lift })
  const hidden = hiddenLeaves(leaves, trees, volume)
  const before = segmentationOf(leaves, space.count, volume, hidden, rates.rateOf)
  const breakEven = breakEvenOf(campaign, volume)
  const adUnits = countAdUnits(plan, space)
  const whens = readWhens(plan)
    .flat()
    .filter((when) => when !== undefined)
  const undecided = space.undecided.map(({ slot, asset, segments: open, example }) => ({
    slot,
    asset,
    segments: open,
    example,
  }))
  const texts = usedTexts(plan, copyTable, availability)
  const copy = checkCopy(plan, copyTable, texts, fonts, { maxTexts, onProgress })
  const brand = plan.brand && checkBrand(plan, plan.brand, texts, fonts)
  const reasons = [
    ...reasonsToRefuse(leaves, { volume, breakEven, before }),
    ...(brand ? brandReasons(brand) : []),
  ]
  const rollUp = before.starvedLeaves > 0 ? rollUpOf(plan, segmented, { volume, rates, trees }) : undefined
  return {
    version: CHECK_VERSION,
    campaign: campaign.name,
    revision: plan.revision,
    populationHash: plan.populationHash,
    basis: checkBasis(plan),
    verdict: reasons.length > 0 ? 'refused' : 'passed',
    reasons,
    warnings: [
      ...warningsOf(campaign, leaves, { volume, breakEven, undecided, copy, adUnits, overlaps }),
      ...leftOutWarnings(findLeftOut(plan, space, availability, MAX_LEFT_OUT)),
      ...unknownValueRemarks([...writtenRules(segments, trees), ...whens], population),
      ...unknownCellValues(plan, whens),
      ...(brand ? brandWarnings(brand) : []),
    ],
    servedFromBroad: leaves
      .filter(({ servedBroad }) => servedBroad)
      .map(({ id }) => id)
      .sort(),
    adUnits,
    undecided,
    copy,
    ...(brand && { brand }),
    volume,
    history,
    breakEven,
    readable: readableOf(volume, leaves, rates, lift),
    overlaps,
    leaves: shownLeaves(leaves, volume, hidden),
    slots: summariseLevels(leaves, kFloor, hidden),
    before,
    ...(rollUp ? { rollUp } : {}),
  }
}

function isOneGrid(entries: Segmented['entries']): boolean {
  return entries.length === 1 && typeof entries[0] !== 'string'
}

function readableOf(
  volume: Volume,
  leaves: readonly LeafFinding[],
  { overall }: HistoryRates,
  lift: number,
): CheckReport['readable'] {
  const versusBroad = answerOnBroad(volume, lift, volume.peopleMatched, overall)
  const perWeek = assignedImpressionsWeek(volume, volume.peopleMatched)
  const { toRead } = versusBroad
  return {
    lift,
    versusBroad,
    weeks: toRead && perWeek > 0 ? rounded(toRead.impressions / perWeek) : null,
    leaves: leaves.filter(({ versusBroad: shows }) => (shows?.detectableLift ?? Infinity) <= lift).length,
  }
}

function rollUpOf(
  plan: Plan,
  segmented: Segmented,
  found: { readonly volume: Volume; readonly rates: HistoryRates; readonly trees: readonly GridTree[] },
): CheckReport['rollUp'] {
  const { volume, rates, trees } = found
  const proposal = proposeRollUp(segmented, widestVolume(plan, segmented, volume), rates.rateOf)
  if (!proposal) return undefined
  const { entries, merges, segments, served } = proposal
  const rolled: Plan = { ...plan, segments, campaign: { ...plan.campaign, segments: entries } }
  const after = expectVolume(plan.campaign, volume.people, served.matched, rates.overall)
  return {
    after: segmentationOf(
      [...served.of].map(([id, people]) => ({ id, people })),
      createSpace(rolled).count,
      after,
      new Set(),
      rates.rateOf,
    ),
    entries: entries.map((entry) =>
      typeof entry === 'string'
        ? entry
        : { grid: entry.grid, leaves: entry.leaves ?? [], remainders: entry.remainders ?? [] },
    ),
    merges: [...merges],
    homes: homesOf(
      merges.filter(({ into }) => into !== ELSEWHERE),
      segments,
    ),
    dropped: merges
      .filter(({ into }) => into === ELSEWHERE)
      .map(({ from, reason }) => ({
        id: from,
        title: plan.segments.find(({ id }) => id === from)?.title ?? from,
        reason,
      })),
    overlaps: largeOverlaps(segmented.population, segments, trees, volume.kFloor),
  }
}

function homesOf(
  merges: RollUpProposal['merges'],
  segments: RollUpProposal['segments'],
): { id: string; title: string; leaves: number }[] {
  const titles = new Map(segments.map(({ id, title }) => [id, title]))
  const leavesInto = new Map<string, number>()
  for (const { into } of merges) leavesInto.set(into, (leavesInto.get(into) ?? 0) + 1)
  return [...leavesInto]
    .map(([id, leaves]) => ({ id, title: titles.get(id) ?? id, leaves }))
    .sort((a, b) => b.leaves - a.leaves || (a.id < b.id ? -1 : 1))
}

/**
 * The volume in which a leaf needs as many people as it can after any rolling up. A targeted campaign spends its budget
 * on the people of its leaves: merging leaves under the k floor brings people back, and each then sees less. In a
 * tailored one it matters only where narrow impressions have a price of their own: the budget then buys fewer, the more
 * (or, where they are cheaper, the fewer) people see narrow ads.
 */
function widestVolume(plan: Plan, segmented: Segmented, volume: Volume): Volume {
  const { mode, costRatio, people, eventRate } = volume
  if (mode === 'tailored' && costRatio === 1) return volume
  if (mode === 'tailored' && costRatio < 1) return expectVolume(plan.campaign, people, 0, eventRate)
  const inGrids = gridTrees(segmented).reduce((sum, tree) => sum + tree.nodes.get(tree.root)!.people, 0)
  const inRules = plan.segments.reduce((sum, { kind, people: own }) => (kind === 'rule' ? sum + own : sum), 0)
  return expectVolume(plan.campaign, people, Math.min(people, inGrids + inRules), eventRate)
}

/** Segments that have no ad unit are listed up to here. */
const MAX_EMPTY_LISTED = 20

function countAdUnits(plan: Plan, space: Space): CheckReport['adUnits'] {
  const asText = (counts: ReadonlyMap<string, bigint>) =>
    Object.fromEntries([...counts].map(([key, count]) => [key, String(count)]))
  const bySegment = [...space.countBy('segment')]
  const narrow = bySegment.filter(([id]) => id !== BROAD_ID)
  const bySize = [...narrow].sort(([, a], [, b]) => (a < b ? -1 : a > b ? 1 : 0))
  const [mostIn, most] = bySize.at(-1) ?? ['', 0n]
  return {
    count: String(space.count),
    segments: {
      count: narrow.length,
      fewest: String(bySize[0]?.[1] ?? 0n),
      most: String(most),
      mostIn,
      empty: bySegment
        .filter(([, count]) => count === 0n)
        .slice(0, MAX_EMPTY_LISTED)
        .map(([id]) => id),
    },
    locales: asText(space.countBy('locale')),
    placements: asText(space.countBy('placement')),
    slots: Object.fromEntries(plan.campaign.slots.map(({ slot }) => [slot, asText(space.countBy(slot))])),
  }
}
