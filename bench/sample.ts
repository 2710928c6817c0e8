import { createStream, type Stream } from '../core/stream.ts'
import type { Campaign } from '../engine/campaign/campaign.ts'
import { extendLedger } from '../engine/campaign/extend-ledger.ts'
import type { Plan } from '../engine/campaign/plan.ts'
import { choiceText, chosenUnits } from '../engine/generate/chosen.ts'
import { createSpace } from '../engine/space/space.ts'
import { EVERYBODY } from '../rules/rule.ts'
import { cpuSeconds, type Measurement, type Side } from './measurement.ts'

const SAMPLE_SIZE = 1_000_000
const PASSES = 3

/** A pass over a sample's ad units: a sum over their positions, and the sum of their ranks. */
type Pass = (seed: string) => { readonly checksum: number; readonly ranks: bigint }

/** 1,000,000 ad units drawn from a line of about 10^15, on one thread: ours against a set of random ranks. */
export async function benchSample(): Promise<Measurement> {
  const plan = longPlan()
  const { count } = createSpace(plan)
  const ours = sampled(plan)
  const plain = rejected(plan)
  const expected = (Number(count) - 1) / 2
  for (const pass of [ours, plain]) {
    const mean = Number(pass('warm').ranks / BigInt(SAMPLE_SIZE))
    // Over ten standard errors of a mean of uniform ranks: neither side leaves a part of the line out.
    if (Math.abs(mean / expected - 1) > 0.006)
      throw new Error(`the mean rank is ${mean}, not near ${expected}`)
  }
  return {
    name: 'sample',
    unit: 'ad units',
    ours: measured('createDraws', ours),
    plain: measured('set of ranks', plain),
    sink: 'the positions of each ad unit, moved to by a cursor and summed up; one thread',
    same: `both draw ${SAMPLE_SIZE.toLocaleString('en-US')} different ranks of ${count.toLocaleString('en-US')} and take them in order`,
    notMeasured: 'compiling the plan, naming the choices, writing rows',
    notes: [
      'the plain way draws random ranks (two 32-bit numbers of a seeded stream each) into a Set until there are enough,',
      'and sorts them; it must keep them all, where ours keeps 8 bytes each up to 1,000,000 and nothing beyond',
    ],
  }
}

function measured(name: string, pass: Pass): Side {
  const startMs = performance.now()
  const startCpuS = cpuSeconds()
  let checksum = 0
  for (let each = 0; each < PASSES; each++) checksum += pass(`pass ${each}`).checksum
  const tookS = (performance.now() - startMs) / 1000
  const cpuS = cpuSeconds() - startCpuS
  const drawn = SAMPLE_SIZE * PASSES
  const detail = `${(tookS / PASSES).toFixed(2)} s, ${(cpuS / PASSES).toFixed(2)} CPU s a sample; checksum ${checksum}`
  return { name, perSecond: drawn / tookS, perCpuSecond: drawn / cpuS, detail }
}

function sampled(plan: Plan): Pass {
  return (seed) => {
    const chosen = chosenUnits(plan, choiceText({ sample: { size: BigInt(SAMPLE_SIZE), seed } }))
    let checksum = 0
    chosen.visit(0n, chosen.count, (values) => {
      for (const value of values) checksum += value
    })
    let ranks = 0n
    for (let place = 0n; place < chosen.count; place += 100n) ranks += chosen.rankAt(place) * 100n
    return { checksum, ranks }
  }
}

function rejected(plan: Plan): Pass {
  const { count, cursor: open } = createSpace(plan)
  return (seed) => {
    const stream = createStream(seed)
    const drawn = new Set<bigint>()
    while (drawn.size < SAMPLE_SIZE) drawn.add(randomBelow(stream, count))
    const inOrder = [...drawn].sort((a, b) => (a < b ? -1 : 1))
    const cursor = open()
    let checksum = 0
    let ranks = 0n
    for (const [place, rank] of inOrder.entries()) {
      cursor.seek(rank)
      for (const value of cursor.values) checksum += value
      if (place % 100 === 0) ranks += rank * 100n
    }
    return { checksum, ranks }
  }
}

/** A random whole number in [0, below), `below` up to 2^64: numbers past the end are drawn again. */
function randomBelow(stream: Stream, below: bigint): bigint {
  const excess = 64 - below.toString(2).length
  for (;;) {
    const word = (BigInt(stream.integer(2 ** 32)) << 32n) | BigInt(stream.integer(2 ** 32))
    const value = word >> BigInt(excess)
    if (value < below) return value
  }
}

/** 10,000 segments, 6 placements, 8 slots of 20 assets and 40 exclusions. */
function longPlan(): Plan {
  const segments = Array.from({ length: 10_000 }, (_, at) => ({
    id: at === 0 ? 'broad' : `segment-${at}`,
    title: `Segment ${at}`,
    rule: EVERYBODY,
    certain: {},
    kind: at === 0 ? ('broad' as const) : ('rule' as const),
    people: 1000,
  }))
  const placements = Array.from({ length: 6 }, (_, at) => ({
    id: `place-${at}`,
    title: `Place ${at}`,
    widthPx: 300,
    heightPx: 250,
    maxBytes: undefined,
  }))
  const slots = Array.from({ length: 8 }, (_, slot) => ({
    slot: `slot${slot}`,
    default: 'a0',
    assets: Array.from({ length: 20 }, (_, at) => ({ id: `a${at}`, text: { en: `Text ${at}` } })),
  }))
  const exclude = Array.from({ length: 40 }, (_, at) => ({
    [`slot${at % 8}`]: [`a${1 + (at % 9)}`],
    [`slot${(at + 1 + (at % 5)) % 8}`]: [`a${2 + (at % 7)}`],
  }))
  const campaign: Campaign = {
    name: 'long',
    template: 'plain',
    segments: ['all'],
    locales: ['en-US'],
    slots,
    exclude,
    placements: placements.map(({ id }) => id),
    landingUrl: 'https://shop.example/',
    budget: {
      total: { amountMicros: 1_000_000, currency: 'USD' },
      costPerThousand: { amountMicros: 1_000_000, currency: 'USD' },
    },
    flight: { from: '2026-01-01', to: '2026-01-31' },
    timeZone: 'UTC',
    goal: { event: 'click', baselineRate: 0.01 },
  }
  const ids = segments.map(({ id }) => id)
  return {
    version: 1,
    campaign,
    revision: 1,
    templateRevision: 1,
    segments,
    placements,
    template: { name: 'plain', slots: slots.map(({ slot }) => ({ name: slot, kind: 'text' })), layers: [] },
    ledger: extendLedger(undefined, campaign, ids, new Set()),
    files: {},
    labels: {},
    attributes: {},
    populationHash: '',
    fingerprint: 'bench',
    publicUrl: '',
  }
}
