import { createStream, type Stream } from '../core/stream.ts'
import { createCopyTable } from '../engine/generate/copy-table.ts'
import { compileSpace, type Space } from '../engine/space/space.ts'
import { SEED } from './demo-workspace.ts'
import { cpuSeconds, type Measurement } from './measurement.ts'
import { benchCampaign } from './space-campaign.ts'
import { createPlainSpace, type PlainSpace } from './space-plain.ts'

/** As in production, where a larger diagram is refused. */
const MAX_RUNS = 2_000_000
const COMPILES = 5
const RANKS = 1_000_000
const COMPARED = 20_000

/** Random ad units of a line of 10^15: unitAt against the cross join taken apart and filtered. */
export async function benchSpace(): Promise<Measurement> {
  const compiles: number[] = []
  let plan = benchCampaign(SEED)
  let space = compileSpace(plan, MAX_RUNS)
  for (let pass = 0; pass < COMPILES; pass++) {
    // A plan of its own, so that nothing kept for one pass helps the next.
    plan = benchCampaign(SEED)
    const startCpuS = cpuSeconds()
    createCopyTable(plan)
    space = compileSpace(plan, MAX_RUNS)
    compiles.push(cpuSeconds() - startCpuS)
  }
  const plain = createPlainSpace(plan)
  const stream = createStream(SEED)
  const accepted = compare(space, plain, stream)

  const ranks = Array.from({ length: RANKS }, () => BigInt(drawBelow(stream, Number(space.count))))
  const units = ranks.slice(0, RANKS / 5).map((rank) => space.unitAt(rank))
  const ours = timed(() => {
    for (const rank of ranks) space.unitAt(rank)
  })
  const cursor = space.cursor()
  const seeks = timed(() => {
    for (const rank of ranks) cursor.seek(rank)
  })
  const rankOfs = timed(() => {
    for (const unit of units) space.rankOf(unit)
  })
  const numbers = Float64Array.from(ranks, () => drawBelow(stream, plain.crossJoin))
  let drawn = 0
  const plains = timed(() => {
    drawn = 0
    for (const number of numbers) if (plain.unitAt(number)) drawn++
  })

  const median = compiles.sort((a, b) => a - b)[Math.floor(COMPILES / 2)]!
  const each = ({ wallS, cpuS }: Took, count: number) =>
    `${shown(count / wallS)} a second, ${shown(count / cpuS)} a CPU second`
  return {
    name: 'space',
    unit: 'random ad units',
    ours: {
      name: 'unitAt',
      perSecond: RANKS / ours.wallS,
      perCpuSecond: RANKS / ours.cpuS,
      detail: `${shown(RANKS)} ranks of ${shown(space.count)}`,
    },
    plain: {
      name: 'cross join, filtered',
      perSecond: drawn / plains.wallS,
      perCpuSecond: drawn / plains.cpuS,
      detail: `${shown(drawn)} kept of ${shown(RANKS)} numbers below ${shown(plain.crossJoin)}`,
    },
    sink: 'none: each unit is an object that is dropped; one thread',
    same: `${shown(COMPARED)} units by rank are allowed by the plain rules, and ${shown(accepted)} units that these keep have a rank that gives them back`,
    notMeasured: 'drawing the random numbers, done before on both sides',
    notes: [
      `compiled in ${Math.round(median * 1000)} ms of CPU time, copy included (median of ${COMPILES}): ${shown(space.size.nodes)} nodes, ${shown(space.size.runs)} runs`,
      `cursor.seek: ${each(seeks, RANKS)}`,
      `rankOf: ${each(rankOfs, units.length)}; the plain way knows no ranks, and no exact count`,
    ],
  }
}

interface Took {
  readonly wallS: number
  readonly cpuS: number
}

/** What a pass takes, after one to warm up. */
function timed(pass: () => void): Took {
  pass()
  const startMs = performance.now()
  const startCpuS = cpuSeconds()
  pass()
  return { wallS: (performance.now() - startMs) / 1000, cpuS: cpuSeconds() - startCpuS }
}

/** Both sides must make the same ad units; answers with how many of the plain side's draws were kept. */
function compare(space: Space, plain: PlainSpace, stream: Stream): number {
  let accepted = 0
  for (let draw = 0; draw < COMPARED; draw++) {
    const byRank = space.unitAt(BigInt(drawBelow(stream, Number(space.count))))
    if (!plain.isAllowed(byRank)) throw new Error(`not allowed: ${JSON.stringify(byRank)}`)
    const byNumber = plain.unitAt(drawBelow(stream, plain.crossJoin))
    if (!byNumber) continue
    accepted++
    const rank = space.rankOf(byNumber)
    if (rank === undefined || JSON.stringify(space.unitAt(rank)) !== JSON.stringify(byNumber)) {
      throw new Error(`on no line: ${JSON.stringify(byNumber)}`)
    }
  }
  return accepted
}

/** A whole number in [0, limit) for a limit of at most 2^53. A stream gives 32 bits at a time. */
function drawBelow(stream: Stream, limit: number): number {
  const drawn = stream.integer(2 ** 21) * 2 ** 32 + stream.integer(2 ** 32)
  return Math.floor((drawn / 2 ** 53) * limit)
}

function shown(value: number | bigint): string {
  return (typeof value === 'bigint' ? value : Math.round(value)).toLocaleString('en-US')
}
