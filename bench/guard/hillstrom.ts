import { existsSync } from 'node:fs'
import { GUARD_SETTINGS } from '../../engine/guard/experiment/settings.ts'
import { textTable } from '../../engine/reporting/text-table.ts'
import { betaQuantile } from '../../stats/beta.ts'
import { ALPHA as BASELINE_ALPHA } from './baseline.ts'
import type { HillstromScenario, RunAnswer, SideAnswer } from './hillstrom-run.ts'
import type { HillstromJob } from './hillstrom-thread.ts'
import { HILLSTROM_FILE, type Plant } from './hillstrom-world.ts'
import { inThreads } from './in-threads.ts'

const MENS_WOMENS: Plant['arms'] = ['Mens E-Mail', 'Womens E-Mail']

/** What there is to find in the whole file with the plant, points of visit: best arm by the planted column over one arm. */
const MIDDLE: readonly { readonly plant: Plant; readonly availablePoints: number }[] = [
  { plant: { column: 'zip_code', value: 'Surburban', arms: MENS_WOMENS, share: 0.8 }, availablePoints: 0.93 },
  { plant: { column: 'newbie', value: '1', arms: MENS_WOMENS, share: 0.8 }, availablePoints: 0.89 },
  { plant: { column: 'zip_code', value: 'Rural', arms: MENS_WOMENS, share: 1 }, availablePoints: 0.77 },
  { plant: { column: 'channel', value: 'Phone', arms: MENS_WOMENS, share: 0.8 }, availablePoints: 0.67 },
  {
    plant: { column: 'history_segment', value: '2) $100 - $200', arms: MENS_WOMENS, share: 1 },
    availablePoints: 0.5,
  },
]

const NULLS: readonly HillstromScenario[] = [
  { name: 'nothing to find, visit', outcome: 'visit', runs: 100, people: 'shuffled' },
  { name: 'nothing to find, spend', outcome: 'spend', runs: 100, people: 'shuffled' },
]
const LARGE: HillstromScenario = {
  name: 'large plant',
  outcome: 'visit',
  runs: 100,
  people: 'most',
  plant: { column: 'zip_code', value: 'Urban', arms: MENS_WOMENS, share: 1 },
}
const REAL: readonly HillstromScenario[] = [
  { name: 'as it was, visit', outcome: 'visit', runs: 100, people: 'halves' },
  { name: 'as it was, spend', outcome: 'spend', runs: 100, people: 'halves' },
]
const MIDDLE_RUNS = 60
/** Shuffles on which the baseline is made as strict as ours. */
const CALIBRATING_RUNS = 4000
const THREAD = new URL('./hillstrom-thread.js', import.meta.url)

/** Seed sets, named before anything was run with them. */
const SEEDS = { first: 'hillstrom 1', second: 'hillstrom 2' } as const

/** The guard on real randomised data, beside the published rule; both sides on the same people in one run. */
export async function benchHillstrom(seedSet: keyof typeof SEEDS): Promise<string> {
  if (!existsSync(HILLSTROM_FILE)) return `hillstrom: skipped, ${HILLSTROM_FILE.pathname} is not here`
  const seeds = SEEDS[seedSet]
  const run = (scenario: HillstromScenario) =>
    inThreads<HillstromJob, RunAnswer>(
      THREAD,
      Array.from({ length: scenario.runs }, (_, at) => ({ scenario, seeds, run: at })),
      scenario.name,
    )
  const lines = [`hillstrom: 32,000 people of a randomised e-mail test, 12 candidates, seeds "${seeds}"`, '']
  lines.push(
    'False splits where nothing is to find (arms dealt anew), with the upper end of the 95 % interval',
  )
  for (const scenario of NULLS) {
    const answers = await run(scenario)
    lines.push(
      `  ${scenario.outcome.padEnd(6)} ours ${rateText(answers, 'ours')}   baseline ${rateText(answers, 'baseline')}`,
    )
  }
  const large = await run(LARGE)
  const right = (side: 'ours' | 'baseline') =>
    large.filter((answer) => answer[side].columns?.join() === 'zip_code').length
  lines.push(
    '',
    'Large plant (Urban people: Mens and Womens E-Mail change names; learnt from 30,000 people, scored on 200,000)',
    `  ours found ${foundText(large, 'ours')}, by zip_code alone ${right('ours')}; baseline ${foundText(large, 'baseline')}, by zip_code alone ${right('baseline')}`,
    `  gain held out: ours ${pointsOf(large, 'ours')}, baseline ${pointsOf(large, 'baseline')}, best arm of each of hundreds of segments ${pointsOf(large, 'naive')} points`,
  )
  lines.push('', 'As it was (learnt from 16,000 people, scored on 16,000 others)')
  for (const scenario of REAL) {
    const answers = await run(scenario)
    const below = answers.filter(({ ours }) => ours.gain < -1.96 * ours.error).length
    const unit = scenario.outcome === 'visit' ? 'points' : 'dollars'
    const of = (side: Side) => (unit === 'points' ? pointsOf(answers, side) : moneyOf(answers, side))
    lines.push(
      `  ${scenario.outcome.padEnd(6)} ours split ${foundText(answers, 'ours')}, gain ${of('ours')}; below broad by more than its error in ${below}; ` +
        `baseline split ${foundText(answers, 'baseline')}, gain ${of('baseline')}; best of each segment ${of('naive')} ${unit}`,
    )
  }
  lines.push(
    '',
    `Mid-size plants (32,000 people drawn with replacement, scored on 200,000 fresh ones, ${MIDDLE_RUNS} runs each)`,
    ...(await middleTable(seeds, run)),
  )
  return lines.join('\n')
}

type Side = 'ours' | 'baseline' | 'naive'

/**
 * The baseline as it was published and, so that finds are compared at the same rate of false splits, as strict as ours:
 * its Holm is lowered until it splits shuffled arms no oftener than our level says.
 *
 * People drawn with replacement come in copies, which vary twice as much as people do, so the assignment check refuses
 * some runs. Those are left out on both sides.
 */
async function middleTable(
  seeds: string,
  run: (scenario: HillstromScenario) => Promise<RunAnswer[]>,
): Promise<string[]> {
  const smallest = await inThreads<HillstromJob, number>(
    THREAD,
    Array.from({ length: CALIBRATING_RUNS }, (_, at) => ({ scenario: undefined, seeds, run: at })),
    'baseline where nothing is to find',
  )
  smallest.sort((a, b) => a - b)
  const strict = smallest[Math.floor(CALIBRATING_RUNS * GUARD_SETTINGS.alpha)]!
  const asPublished = smallest.filter((holm) => holm <= BASELINE_ALPHA).length
  const rows: string[][] = []
  let unreadable = 0
  for (const { plant, availablePoints } of MIDDLE) {
    const name = `${plant.column} ${plant.value} x ${plant.share}`
    const all = await run({ name, outcome: 'visit', runs: MIDDLE_RUNS, people: 'resampled', plant })
    const answers = all.filter(({ isUnreadable }) => !isUnreadable)
    unreadable += all.length - answers.length
    const asStrict = answers.filter(({ baseline }) => baseline.smallestHolm < strict).length
    rows.push([
      `  ${name}`,
      availablePoints.toFixed(2),
      foundText(answers, 'ours'),
      `${asStrict} of ${answers.length}`,
      foundText(answers, 'baseline'),
      pointsOf(answers, 'ours'),
      pointsOf(answers, 'baseline'),
      pointsOf(answers, 'naive'),
    ])
  }
  const percentOf = (share: number) => `${(share * 100).toFixed(1)} %`
  return [
    `  of ${CALIBRATING_RUNS} shuffles the baseline splits ${percentOf(asPublished / CALIBRATING_RUNS)} as published; as strict as ours, ` +
      `${percentOf(GUARD_SETTINGS.alpha)} (a Holm of ${strict.toPrecision(2)} instead of ${BASELINE_ALPHA})`,
    `  left out, because copies of people break the assignment check: ${unreadable} of ${MIDDLE.length * MIDDLE_RUNS} runs`,
    ...table(rows),
  ]
}

function table(rows: readonly (readonly string[])[]): string[] {
  return textTable(
    [
      { heading: '  plant' },
      { heading: 'to find', numeric: true },
      { heading: 'ours found', numeric: true },
      { heading: 'baseline, as strict', numeric: true },
      { heading: 'as published', numeric: true },
      { heading: 'ours gains', numeric: true },
      { heading: 'as published', numeric: true },
      { heading: 'best of each', numeric: true },
    ],
    rows,
  )
}

function foundText(answers: readonly RunAnswer[], side: Side): string {
  return `${answers.filter((answer) => answer[side].columns).length} of ${answers.length}`
}

function rateText(answers: readonly RunAnswer[], side: Side): string {
  const found = answers.filter((answer) => answer[side].columns).length
  const upper = found < answers.length ? betaQuantile(0.975, found + 1, answers.length - found) : 1
  return `${found} of ${answers.length} (at most ${(upper * 100).toFixed(1)} %)`
}

function pointsOf(answers: readonly RunAnswer[], side: Side): string {
  return meanText(
    answers.map((answer) => answer[side]),
    100,
    2,
  )
}

function moneyOf(answers: readonly RunAnswer[], side: Side): string {
  return meanText(
    answers.map((answer) => answer[side]),
    1,
    3,
  )
}

/** Mean over runs with its standard error. */
function meanText(sides: readonly SideAnswer[], unit: number, digits: number): string {
  const gains = sides.map(({ gain }) => gain * unit)
  const mean = gains.reduce((sum, gain) => sum + gain, 0) / gains.length
  const variance = gains.reduce((sum, gain) => sum + (gain - mean) ** 2, 0) / (gains.length - 1)
  const sign = mean >= 0 ? '+' : ''
  return `${sign}${mean.toFixed(digits)} (se ${Math.sqrt(variance / gains.length).toFixed(digits)})`
}
