import { counted, percent, textTable, wholeNumber } from '../reporting/text-table.ts'
import type { OpeEstimate, OpeReport } from './ope-report.ts'

/** What amounts are told for: one decision brings too little to read. */
const PER_DECISIONS = 1_000

/** The answer as a page for people: one sentence, then the estimates, and how far to trust them. */
export function opeText(report: OpeReport): string {
  const sections = [
    [answerSentence(report), ...warnings(report)],
    [`${unitTitle(report)} per ${wholeNumber(PER_DECISIONS)} decisions`, ...estimateLines(report)],
    report.policy.best.length > 0 ? ['What "best" takes, learnt on the whole log', ...bestLines(report)] : [],
    ['How far the log carries it', ...trustLines(report)],
    report.notes.length > 0 ? ['Besides', ...report.notes] : [],
    [
      'What the numbers mean',
      'doubly robust: weighs each decision by how much likelier the policy makes it, leaning on a model learnt on other people',
      'self-normalised: the same without a model, over the sum of weights; inverse propensity: over the number of decisions',
      'intervals: 95 %, by people, of one look; they hold if the logged probabilities are what was drawn with',
    ],
  ]
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`
}

/** The estimate that is told first. */
function mainEstimate({ estimates }: OpeReport): OpeEstimate {
  return estimates.doublyRobust ?? estimates.selfNormalised
}

function answerSentence(report: OpeReport): string {
  const { difference, ...value } = mainEstimate(report)
  const { low, high } = difference
  const verdict = low > 0 ? 'more than' : high < 0 ? 'less than' : 'not shown to differ from'
  const name = report.policy.name === undefined ? 'This policy' : `"${report.policy.name}"`
  return (
    `${name} would bring ${amount(report, value.value)} ${unit(report)} per ${wholeNumber(PER_DECISIONS)} decisions ` +
    `(95 %: ${range(report, value)}), ${verdict} the ${amount(report, report.logged.value)} as logged ` +
    `(difference ${signed(report, difference.value)}, 95 %: ${signed(report, low)} to ${signed(report, high)}).`
  )
}

function warnings({ diagnostics }: OpeReport): string[] {
  const { propensitiesHold, meanWeight, overlap } = diagnostics
  return [
    ...(propensitiesHold
      ? []
      : [
          `The logged probabilities do not hold: the mean weight is ${meanWeight.value.toFixed(3)} ` +
            `(95 %: ${meanWeight.low.toFixed(3)} to ${meanWeight.high.toFixed(3)}) and not 1, so do not act on this. ` +
            'Either they are not what was drawn with, or not everything was allowed everywhere that the log shows: a ' +
            'campaign is valued exactly by its name.',
        ]),
    ...(overlap < 0.9995
      ? [`${percent(1 - overlap)} of what the policy chooses was never shown: of that nothing is known.`]
      : []),
  ]
}

function estimateLines(report: OpeReport): string[] {
  const { estimates, logged } = report
  const rows: readonly (readonly [string, OpeEstimate | null])[] = [
    ['doubly robust', estimates.doublyRobust],
    ['self-normalised', estimates.selfNormalised],
    ['inverse propensity', estimates.inversePropensity],
  ]
  return textTable(
    [
      { heading: 'estimate' },
      { heading: 'value', numeric: true },
      { heading: '95 %' },
      { heading: 'over logged', numeric: true },
      { heading: '95 %' },
    ],
    [
      ['as logged', amount(report, logged.value), range(report, logged), '', ''],
      ...rows.flatMap(([name, estimate]) =>
        estimate
          ? [
              [
                name,
                amount(report, estimate.value),
                range(report, estimate),
                signed(report, estimate.difference.value),
                `${signed(report, estimate.difference.low)} to ${signed(report, estimate.difference.high)}`,
              ],
            ]
          : [],
      ),
    ],
  )
}

function bestLines(report: OpeReport): string[] {
  return textTable(
    [
      { heading: 'slot' },
      { heading: 'where' },
      { heading: 'option' },
      { heading: unitTitle(report), numeric: true },
    ],
    report.policy.best.map(({ slot, where, option, rate }) => [
      slot,
      where === undefined ? 'everywhere else' : `/where/${where}`,
      option,
      amount(report, rate),
    ]),
  )
}

function trustLines({ log, diagnostics }: OpeReport): string[] {
  const { effectiveSample, largestWeightShare, meanWeight, overlap, slots } = diagnostics
  return [
    `${counted(log.decisions, 'decision')}${log.people < log.decisions ? ` of ${wholeNumber(log.people)} people (one without a person counts as one)` : ''}, as much as ` +
      `${wholeNumber(effectiveSample)} of equal weight (100 at least); the largest weight is ${percent(largestWeightShare)} of all (5 % at most)`,
    `mean weight ${meanWeight.value.toFixed(3)}, 95 %: ${meanWeight.low.toFixed(3)} to ${meanWeight.high.toFixed(3)} (1 where the logged probabilities are right)`,
    `${percent(overlap)} of what the policy chooses was shown to somebody`,
    ...textTable(
      [
        { heading: 'slot' },
        { heading: 'as much as', numeric: true },
        { heading: 'mean weight', numeric: true },
      ],
      slots.map((each) => [each.slot, wholeNumber(each.effectiveSample), each.meanWeight.toFixed(3)]),
    ),
  ]
}

function unit({ outcome, currency }: OpeReport): string {
  return outcome === 'value' ? (currency ?? 'of value') : `${outcome}s`
}

function unitTitle(report: OpeReport): string {
  const text = unit(report)
  return text[0]!.toUpperCase() + text.slice(1)
}

function amount({ outcome }: OpeReport, perDecision: number): string {
  const value = perDecision * PER_DECISIONS
  const digits = outcome === 'value' || Math.abs(value) < 10 ? 2 : 1
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })
}

function signed(report: OpeReport, perDecision: number): string {
  return `${perDecision < 0 ? '' : '+'}${amount(report, perDecision)}`
}

function range(report: OpeReport, { low, high }: { readonly low: number; readonly high: number }): string {
  return `${amount(report, low)} to ${amount(report, high)}`
}
