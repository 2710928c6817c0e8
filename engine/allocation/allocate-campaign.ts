import { PolyadError } from '../../core/errors.ts'
import { nearestName } from '../../rules/nearest-name.ts'
import { BROAD_ID } from '../../segments/segment.ts'
import { allocationFloor, allocationRule } from '../campaign/allocation.ts'
import { DEFAULTS } from '../campaign/campaign.ts'
import type { Plan } from '../campaign/plan.ts'
import type { UnitCounts } from '../ports/counters.ts'
import type { Ports } from '../ports/ports.ts'
import { widerSegments } from '../reporting/wider-segments.ts'
import type { AllocationReport, SlotAllocation } from './allocation-report.ts'
import type { Learn, Learned } from './learn.ts'
import { readStoredWeights, rowOf, type StoredWeights, type WeightRow } from './stored-weights.ts'
import { type Question, questionOf, rowsOf } from './thompson.ts'
import { fixedWeights } from './weights-in-service.ts'

export interface AllocateOptions {
  readonly learn: Learn
  /** Whether the weights are put into service; otherwise they are only told. */
  readonly store: boolean
  /** Whose options are told one by one; default everybody. */
  readonly segment?: string
}

/**
 * Weights that move by less, each of them, stay what they were: a version is for something to tell apart, and every
 * impression moves them a little.
 */
const SMALLEST_MOVE = 0.01

/**
 * The weights of a campaign's options by its rule and its counters as they stand: bring them up to the log first. Stored
 * ones that say nearly the same stay in service, with their version.
 *
 * @param plan of the revision that serves
 * @throws PolyadError NOT_FOUND for a segment that the plan does not have
 */
export async function allocateCampaign(
  ports: Pick<Ports, 'documents' | 'counters'>,
  plan: Plan,
  { learn, store, segment = BROAD_ID }: AllocateOptions,
): Promise<AllocationReport> {
  const { campaign } = plan
  if (!plan.segments.some(({ id }) => id === segment)) {
    const near = nearestName(
      segment,
      plan.segments.map(({ id }) => id),
    )
    const mend = near === undefined ? `polyad check ${campaign.name} lists them` : `did you mean "${near}"?`
    throw new PolyadError('NOT_FOUND', { what: `segment of campaign ${campaign.name}`, name: segment, mend })
  }
  const rule = allocationRule(campaign)
  const before = await readStoredWeights(ports, campaign.name)
  const found = await weightsOf(ports, plan, learn)
  const wanted = found.weights
  const isKept = wanted !== undefined && before !== undefined && isNearly(plan, before.stored, wanted)
  const next = isKept ? before.stored : wanted
  let version = isKept ? before.version : null
  if (store && wanted && !isKept) {
    version = (await ports.documents.write('weights', campaign.name, wanted)).revision
  }
  if (!wanted) version = 0
  const learned = found.learned?.answer[found.learned.question.questionOf.get(segment) ?? 0]
  return {
    version: 1,
    campaign: campaign.name,
    revision: plan.revision,
    rule,
    floor: next?.floor ?? 0,
    weightsVersion: version,
    before: before && rule !== 'even' ? before.version : 0,
    moved: !isKept && wanted !== undefined,
    simulated: found.simulated,
    impressions: found.impressions,
    segment,
    slots: slotsOf(plan, next, segment, found.learned?.question, learned),
    segments: next ? plan.segments.filter(({ id }) => Object.hasOwn(next.segments, id)).length : 0,
  }
}

interface Found {
  readonly weights: StoredWeights | undefined
  readonly learned?: { readonly question: Question; readonly answer: Learned }
  readonly simulated: boolean
  /** null: nothing is learnt from them, or they are too few to be told. */
  readonly impressions: number | null
}

async function weightsOf(
  ports: Pick<Ports, 'documents' | 'counters'>,
  plan: Plan,
  learn: Learn,
): Promise<Found> {
  const { campaign } = plan
  switch (allocationRule(campaign)) {
    case 'even':
      return { weights: undefined, simulated: false, impressions: null }
    case 'fixed':
      return { weights: fixedWeights(plan), simulated: false, impressions: null }
    case 'thompson': {
      const { counts, simulated } = telling(await ports.counters.units(campaign.name))
      const question = questionOf(plan, counts, await widerSegments(ports, campaign))
      const answer = await learn(question.input)
      const impressions = counts.reduce((sum, each) => sum + each.impressions, 0)
      return {
        weights: {
          version: 1,
          rule: 'thompson',
          floor: allocationFloor(campaign),
          ...rowsOf(question, answer),
        },
        learned: { question, answer },
        simulated,
        impressions: impressions < (campaign.kFloor ?? DEFAULTS.kFloor) ? null : impressions,
      }
    }
  }
}

/** Real traffic once there is any: what a simulator likes teaches nothing of people. */
function telling(units: readonly UnitCounts[]): {
  readonly counts: readonly UnitCounts[]
  readonly simulated: boolean
} {
  const real = units.filter(({ simulated, impressions }) => !simulated && impressions > 0)
  return real.length > 0 || units.length === 0
    ? { counts: real, simulated: false }
    : { counts: units, simulated: true }
}

/** Whether weights are as good as those in service, for every option that may be drawn in any segment. */
function isNearly(plan: Plan, stored: StoredWeights, wanted: StoredWeights): boolean {
  if (stored.rule !== wanted.rule || stored.floor !== wanted.floor) return false
  const compared = new Set<string>()
  for (const { id } of [{ id: '' }, ...plan.segments]) {
    const [before, after] = [rowOf(stored, id), rowOf(wanted, id)]
    const pair = `${stored.rows.indexOf(before)} ${wanted.rows.indexOf(after)}`
    if (compared.has(pair)) continue
    compared.add(pair)
    if (!isNearRow(before, after)) return false
  }
  return true
}

function isNearRow(before: WeightRow, after: WeightRow): boolean {
  return Object.entries(after).every(([slot, weights]) => {
    const known = before[slot]
    if (!known || Object.keys(known).length !== Object.keys(weights).length) return false
    return Object.entries(weights).every(
      ([asset, weight]) => asset in known && Math.abs(weight - known[asset]!) < SMALLEST_MOVE,
    )
  })
}

function slotsOf(
  { campaign }: Plan,
  stored: StoredWeights | undefined,
  segment: string,
  question: Question | undefined,
  learned: Learned[number] | undefined,
): SlotAllocation[] {
  const asked = question?.input.asked[question.questionOf.get(segment) ?? 0]
  return campaign.slots.map(({ slot, assets }, at) => {
    const live = assets.flatMap(({ id, retired }, option) => (retired ? [] : [{ id, option }]))
    const weights = stored && rowOf(stored, segment)[slot]
    const weightOf = (id: string) => weights?.[id] ?? meanOf(Object.values(weights ?? {}))
    const shown = weights && asked ? live.filter(({ id }) => id in weights) : live
    const options = shown.length > 0 ? shown : live
    const total = options.reduce((sum, { id }) => sum + weightOf(id), 0)
    const kept = Math.min(stored?.floor ?? 0, 1 / options.length)
    return {
      slot,
      options: options.map(({ id, option }) => {
        const law = learned?.[at]?.[asked?.options[at]?.indexOf(option) ?? -1]
        const even = 1 / options.length
        return {
          asset: id,
          probability: total > 0 ? kept + ((1 - kept * options.length) * weightOf(id)) / total : even,
          effect: law
            ? {
                value: Math.exp(law.mean),
                low: Math.exp(law.mean - NINETY * law.deviation),
                high: Math.exp(law.mean + NINETY * law.deviation),
              }
            : null,
        }
      }),
    }
  })
}

/** Quantile of a two-sided 90 % interval. */
const NINETY = 1.6448536269514722

function meanOf(weights: readonly number[]): number {
  return weights.length > 0 ? weights.reduce((sum, each) => sum + each, 0) / weights.length : 1
}
