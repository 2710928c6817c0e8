import { canonicalJson } from '../../../core/canonical-json.ts'
import { contentHash } from '../../../core/hash.ts'
import { createStream } from '../../../core/stream.ts'
import type { Weights } from '../../../engine/allocation/weights.ts'
import { adUnitId } from '../../../engine/campaign/ad-unit-id.ts'
import type { Plan } from '../../../engine/campaign/plan.ts'
import type { Ports } from '../../../engine/ports/ports.ts'
import type { AdUnit } from '../../../engine/space/ad-unit.ts'
import { createSpace } from '../../../engine/space/space.ts'
import type { DecisionRecord, LogRecord } from '../../../engine/tracking/record.ts'
import { memoryDocuments } from '../guard/memory-documents.ts'
import { segmentOf, smallPlan, TALL, textAsset, WIDE } from '../space/small-plan.ts'

const EFFECTS: Readonly<Record<string, number>> = { h0: 0.05, h1: 0.15, h2: 0.3, c0: 0.02, c1: 0.1 }

/** Rules tie the slots together: h2 leaves only c1, and the tall placement has no call. */
export const PLAN: Plan = smallPlan({
  segments: [segmentOf('broad'), segmentOf('west', 'CA')],
  placements: [WIDE, TALL],
  slots: [
    { slot: 'headline', default: 'h0', assets: ['h0', 'h1', 'h2'].map((id) => textAsset(id)) },
    { slot: 'call', default: 'c1', assets: ['c0', 'c1', 'c2'].map((id) => textAsset(id)) },
  ],
  exclude: [{ headline: ['h2'], call: ['c0', 'c2'] }],
  absentIn: { call: ['tall'] },
})

const PLAN_BYTES = Buffer.from(canonicalJson(PLAN))
const PLAN_HASH = contentHash(PLAN_BYTES)

/** Chance of a click, which hangs on the segment too. */
export function chanceOf({ segment, choices }: AdUnit): number {
  const sum = Object.values(choices).reduce((total, asset) => total + (EFFECTS[asset ?? ''] ?? 0), 0.03)
  return segment === 'west' && choices['headline'] === 'h1' ? sum + 0.2 : sum
}

/** Two versions of the weights decisions were drawn with. */
export const LOGGING: readonly Weights[] = [
  { version: 0, weight: () => 1, floor: 0 },
  { version: 4, weight: (_slot, asset) => (asset === 'h0' || asset === 'c1' ? 5 : 1), floor: 0.1 },
]

export const CELLS = [
  { segment: 'broad', locale: 'en-US', placement: 'wide' },
  { segment: 'west', locale: 'en-US', placement: 'wide' },
  { segment: 'west', locale: 'en-US', placement: 'tall' },
] as const

export interface LogSettings {
  readonly seed: string
  readonly decisions: number
  /** Decisions of one person, one after the other. Default 1. */
  readonly perPerson?: number
  /** Changes what the records say of their probabilities. */
  readonly told?: (propensity: number) => number
}

/** Decisions of the plan with their clicks, drawn by the two versions of the weights in turn. */
export function drawLog({
  seed,
  decisions,
  perPerson = 1,
  told = (propensity) => propensity,
}: LogSettings): LogRecord[] {
  const stream = createStream(seed)
  const space = createSpace(PLAN)
  return Array.from({ length: decisions }, (_, at): LogRecord[] => {
    const person = Math.floor(at / perPerson)
    const cell = CELLS[person % CELLS.length]!
    const weights = LOGGING[person % 2]!
    const { unit, propensities } = space.choose(stream, cell, weights)!
    const record = decisionOf(`d${at}`, unit, {
      person: `p${person}`,
      weightsVersion: weights.version,
      propensity: {
        arm: 1,
        slots: Object.fromEntries(Object.entries(propensities).map(([slot, each]) => [slot, told(each)])),
      },
    })
    return stream.next() < chanceOf(unit) ? [record, clickOn(record)] : [record]
  }).flat()
}

export function decisionOf(id: string, unit: AdUnit, part: Partial<DecisionRecord> = {}): DecisionRecord {
  const { segment, locale, placement } = unit
  return {
    v: 1,
    type: 'decision',
    id,
    atMs: Date.UTC(2026, 2, 10, 12),
    campaign: 'spring',
    revision: 3,
    planHash: PLAN_HASH,
    person: null,
    leaf: segment === 'broad' ? null : segment,
    arm: segment === 'broad' ? 'broad' : 'narrow',
    propensity: { arm: 1, slots: {} },
    weightsVersion: 0,
    segment,
    locale,
    placement,
    adUnit: adUnitId(PLAN.ledger, unit),
    simulated: false,
    ...part,
  }
}

export function clickOn({ id, adUnit, atMs }: DecisionRecord): LogRecord {
  return {
    v: 1,
    type: 'click',
    id: `click ${id}`,
    decision: id,
    adUnit,
    campaign: 'spring',
    atMs: atMs + 5_000,
    valueMicros: null,
    late: false,
  }
}

/** A store that has the campaign and these records. */
export function portsWith(records: readonly LogRecord[]): Pick<Ports, 'documents' | 'blobs' | 'eventLog'> {
  return {
    documents: memoryDocuments([
      ['campaign', 'spring', PLAN.campaign],
      ['ledger', 'spring', PLAN.ledger],
    ]),
    blobs: {
      get: async (hash: string) => (hash === PLAN_HASH ? PLAN_BYTES : undefined),
    } as Ports['blobs'],
    eventLog: {
      append: async () => {},
      async *read(from) {
        if (from < records.length) yield { records: records.slice(from), position: records.length }
      },
      close: async () => {},
    },
  }
}
