import { createStream } from '../core/stream.ts'
import type { Plan } from '../engine/campaign/plan.ts'
import { type CoverRequest, coverSpace } from '../engine/space/cover/cover.ts'
import { coveredLevels } from '../engine/space/cover/dimensions.ts'
import { createWalk } from '../engine/space/cover/walk.ts'
import { createSpace } from '../engine/space/space.ts'
import { freeCampaign, ruledCampaign } from './cover-campaign.ts'
import { plainCover, subsets } from './cover-plain.ts'
import { cpuSeconds } from './measurement.ts'

interface Task {
  readonly name: string
  readonly plan: Plan
  readonly strength: CoverRequest['strength']
  /** Fewest rows of the tools listed at https://github.com/jaccz/pairwise/blob/main/efficiency.md (read in 2026). */
  readonly fewestOfTools?: number
  /** Candidates a row of the plain side; 0 leaves it out. */
  readonly candidates: number
}

/** As many as AETG's authors took. */
const CANDIDATES = 50

/** Rows and processor time of covering sets: our search beside a plain greedy one, and the bound for both. */
export async function benchCover(): Promise<string> {
  const ruled = ruledCampaign('bench-1')
  const tasks: Task[] = [
    free('3^4', sizes([4, 3]), 2, 9),
    free('3^13', sizes([13, 3]), 2, 15),
    free('2^100', sizes([100, 2]), 2, 10, 1),
    free('4^1 3^39 2^35', sizes([1, 4], [39, 3], [35, 2]), 2, 20, 1),
    free('4^15 3^17 2^29', sizes([15, 4], [17, 3], [29, 2]), 2, 28, 1),
    free('10^20', sizes([20, 10]), 2, 180, 1),
    free('2^10', sizes([10, 2]), 3),
    free('4^6', sizes([6, 4]), 3),
    { name: 'ruled campaign', plan: ruled, strength: 2, candidates: 1 },
    { name: 'ruled campaign', plan: ruled, strength: 3, candidates: 0 },
  ]
  const lines = [row('', 'choices', 'combinations', 'bound', 'ours', 'CPU s', 'plain', 'CPU s', 'tools')]
  for (const task of tasks) lines.push(measure(task))
  return [
    'cover: rows of a covering set',
    ...lines,
    `  plain greedy takes the best of ${CANDIDATES} candidates a row for 3^4, 3^13, 2^10 and 4^6, else one; "tools" is the fewest`,
    '  rows of the tools listed at https://github.com/jaccz/pairwise/blob/main/efficiency.md',
    "  same job: both sides' rows are of the space and have every combination, counted apart; which choices go together",
    '  both are told by the same walk of the diagram; ours are ranks, found from the rows, the plain side stops at rows',
    '  ruled campaign: 10,000 segments, 8 slots of 12 to 36 options, 6 placements, 3 locales, 40 rules, "when" in 3 slots',
    '  not measured: compiling the campaign, done before on both sides; other seeds',
  ].join('\n')
}

function measure({ name, plan, strength, fewestOfTools, candidates }: Task): string {
  const space = createSpace(plan)
  const levels = coveredLevels(plan, { strength })
  const startS = cpuSeconds()
  const steps = coverSpace(plan, { strength, seed: '1' })
  let step = steps.next()
  while (!step.done) step = steps.next()
  const { positions, combinations, leastUnits } = step.value
  const tookS = cpuSeconds() - startS

  const cursor = space.cursor()
  const ours = positions.map((rank) => {
    cursor.seek(rank)
    return levels.map((level) => cursor.values[level]!)
  })
  const walk = createWalk(space.root, levels)
  const whole = countAllowed(walk, strength)
  requireAll(name, ours, strength, whole)

  let [plainRows, plainS] = ['-', '-']
  if (candidates > 0) {
    const plainStartS = cpuSeconds()
    const plain = plainCover(walk, strength, candidates, createStream('1'))
    plainS = (cpuSeconds() - plainStartS).toFixed(2)
    plainRows = shown(plain.length)
    if (!plain.every((each) => walk.isAllowed(each))) throw new Error(`${name}: a plain row is no ad unit`)
    requireAll(name, plain, strength, whole)
  }
  const tools = fewestOfTools === undefined ? '-' : shown(fewestOfTools)
  const [rows, seconds] = [shown(positions.length), tookS.toFixed(2)]
  return row(
    name,
    String(strength),
    shown(combinations),
    shown(leastUnits),
    rows,
    seconds,
    plainRows,
    plainS,
    tools,
  )
}

function countAllowed(walk: ReturnType<typeof createWalk>, strength: number): number {
  let allowed = 0
  const dimensions = walk.values.map((_, dimension) => dimension)
  for (const some of subsets(dimensions, strength)) {
    walk.eachAllowed(some, () => {
      allowed++
    })
  }
  return allowed
}

/** Counts the combinations of rows in a plain way. */
function requireAll(
  name: string,
  rows: readonly (readonly number[])[],
  strength: number,
  allowed: number,
): void {
  const dimensions = rows[0]!.map((_, dimension) => dimension)
  let found = 0
  for (const some of subsets(dimensions, strength)) {
    const seen = new Set<string>()
    for (const each of rows) seen.add(some.map((dimension) => each[dimension]).join())
    found += seen.size
  }
  if (found !== allowed) throw new Error(`${name}: ${found} combinations instead of ${allowed}`)
}

function free(
  name: string,
  options: readonly number[],
  strength: Task['strength'],
  fewestOfTools?: number,
  candidates = CANDIDATES,
): Task {
  const tools = fewestOfTools === undefined ? {} : { fewestOfTools }
  return { name, plan: freeCampaign(options), strength, candidates, ...tools }
}

function sizes(...groups: readonly (readonly [times: number, size: number])[]): number[] {
  return groups.flatMap(([times, size]) => new Array<number>(times).fill(size))
}

const NAME_COLUMNS = 16
const COLUMNS = 13

function row(name: string, ...cells: readonly string[]): string {
  return `  ${name.padEnd(NAME_COLUMNS)}${cells.map((cell) => cell.padStart(COLUMNS)).join('')}`
}

function shown(value: number): string {
  return value.toLocaleString('en-US')
}
