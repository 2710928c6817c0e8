import { createStream } from '../../../core/stream.ts'
import { type Candidate, candidateOf, listCandidates, MOST_CANDIDATES } from './candidates.ts'
import { type CellSums, meanAt, peopleOfCell, SUM_FIELDS, sumCells } from './cell-sums.ts'
import { type CrossFit, crossFit, gainRatio } from './cross-fit.ts'
import { respondersOf } from './dealt-halves.ts'
import type { Experiment, SegmentColumn } from './experiment.ts'
import { allPeople, halfOf } from './halves.ts'
import { nullProbability } from './null-law.ts'
import { bestOfEachCell, type Learnt, learnPolicy, readableCells } from './policy.ts'
import { GUARD_SETTINGS, type JudgeOptions } from './settings.ts'

/** What was found of one candidate. */
export interface Judged {
  readonly candidate: Candidate
  readonly all: CellSums
  readonly policy: Learnt
  readonly fit: CrossFit
  readonly inSample: number
  readonly pValue: number
}

/** The candidates that were named, or the combinations of all columns.
 *
 * @throws RangeError for a name that no column has
 */
export function columnsToJudge(
  { columns }: Experiment,
  options: JudgeOptions,
): { columns: readonly (readonly SegmentColumn[])[]; possible: number } {
  const named = options.candidates?.map((names) =>
    names.map((name) => {
      const column = columns.find((each) => each.name === name)
      if (!column) throw new RangeError(`a candidate names the column ${name}, which is not there`)
      return column
    }),
  )
  return named
    ? { columns: named, possible: named.length }
    : listCandidates(columns, options.maxCandidates ?? MOST_CANDIDATES)
}

/** Half of the chance of a false split is for one column, a quarter for two together, and so on; even within. */
export function depthWeights(columns: readonly (readonly SegmentColumn[])[]): number[] {
  const ofDepth = new Map<number, number>()
  for (const { length } of columns) ofDepth.set(length, (ofDepth.get(length) ?? 0) + 1)
  return columns.map(({ length }) => 0.5 ** length / ofDepth.get(length)!)
}

/** Judges each segmentation by itself. Halvings are the same for all of them. */
export function judgeCandidates(
  experiment: Experiment,
  columns: readonly (readonly SegmentColumn[])[],
  { seed, baseline }: Pick<JudgeOptions, 'seed' | 'baseline'>,
): Judged[] {
  const arms = experiment.arms.length
  const { halvings, leastChance, leastChanceOnceProved, leastEventsPerArm } = GUARD_SETTINGS
  const root = createStream(seed)
  const everybody = allPeople(experiment)
  const responders = respondersOf(experiment)
  const candidates = columns.map((each) => candidateOf(experiment, each))
  // Halving by halving: only one half of the people is held at a time.
  const halves: CellSums[][] = candidates.map(() => [])
  for (let halving = 0; halving < halvings; halving++) {
    const half = halfOf(experiment, root.fork(`halving ${halving}`))
    candidates.forEach((candidate, at) => {
      halves[at]!.push(sumCells(experiment, candidate, half))
    })
  }
  return candidates.map((candidate, at) => {
    const all = sumCells(experiment, candidate, everybody)
    const readable = readableCells(candidate, arms, all, leastEventsPerArm)
    const learning = { candidate, arms, readable, leastChance, baseline }
    const policy = learnPolicy({ ...learning, leastChance: leastChanceOnceProved }, all)
    const fit = crossFit(learning, all, halves[at]!)
    const stream = root.fork(`null law ${candidate.columns.join('\0')}`)
    const pValue = [readable.cells, ...readable.values].some((each) => each.includes(1))
      ? nullProbability(gainRatio(fit.guarded), learning, all, responders, { halvings, stream })
      : 1
    return { candidate, all, policy, fit, inSample: inSampleGain(policy, arms, all), pValue }
  })
}

/** Gain of the best arm of each cell over broad, on the people it is chosen on. */
function inSampleGain(policy: Learnt, arms: number, all: CellSums): number {
  const { armOf, broadArm } = bestOfEachCell(policy, arms, all)
  let people = 0
  let gain = 0
  armOf.forEach((arm, cell) => {
    const inCell = peopleOfCell(all, arms, cell)
    people += inCell
    if (arm === broadArm) return
    const difference =
      meanAt(all, (cell * arms + arm) * SUM_FIELDS) - meanAt(all, (cell * arms + broadArm) * SUM_FIELDS)
    gain += inCell * difference
  })
  return gain / people
}

/** Of the proved ones: the fewest segments that gain no less than the best by more than its standard error. */
export function coarsestWithinOneError(proved: readonly Judged[]): Judged | undefined {
  if (proved.length === 0) return undefined
  const best = proved.reduce((a, b) => (b.fit.guarded.gain > a.fit.guarded.gain ? b : a))
  const least = best.fit.guarded.gain - best.fit.guarded.error
  return proved
    .filter(({ fit }) => fit.guarded.gain >= least)
    .reduce((a, b) => (b.candidate.cells.length < a.candidate.cells.length ? b : a))
}
