import { formatMoney } from '../../../core/money.ts'
import { percent, probability, textTable, wholeNumber } from '../../reporting/text-table.ts'
import { GUARD_DEFINITIONS } from './guard-definitions.ts'
import type { GuardAction, GuardCandidate, GuardReport } from './guard-report.ts'
import { type OutcomeUnits, outcomeUnits } from './outcome-units.ts'

/** Segments whose actions are listed; --json has all. */
const MOST_ACTIONS = 20
/** Characters of the columns of one segmentation. */
const LONGEST_SPLIT = 60

export interface GuardTextOptions {
  /** ISO 4217, of an outcome that is money. */
  readonly currency?: string
  /** Said right under the answer, e.g. that nobody saw the ads. */
  readonly remarks?: readonly string[]
}

/** The guard's answer as a page for people: the answer, why, what to do, and the numbers it stands on. */
export function guardText(report: GuardReport, options: GuardTextOptions = {}): string {
  const units = outcomeUnits(report.experiment, options.currency)
  const sections = [
    [`${report.verdict}: ${report.answer}`, ...(options.remarks ?? [])],
    ['Why', ...reasonLines(report)],
    report.gain ? [gainTitle(report), ...gainLines(report, units)] : [],
    report.actions.length > 0 ? ['What to do, segment by segment', ...actionLines(report, units)] : [],
    ['The experiment', ...experimentLines(report, units)],
    report.candidates.length > 0
      ? [candidateTitle(report), `gains over broad in ${units.gainUnit}`, ...candidateLines(report, units)]
      : [],
    report.power ? ['What this test can show', ...powerLines(report, units)] : [],
    report.candidates.length > 0 ? ['Settings', settingsLine(report)] : [],
    report.candidates.length > 0
      ? [
          'What the numbers mean',
          ...Object.entries(GUARD_DEFINITIONS).map(([name, text]) => `${name}: ${text}`),
        ]
      : [],
  ]
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`
}

function reasonLines({ reasons, experiment, answer }: GuardReport): string[] {
  const lines = reasons.map(({ code, text }) => (answer.includes(text) ? code : `${code}: ${text}`))
  if (experiment.propensities === 'equal shares' && reasons.some(({ code }) => /^SAMPLE_RATIO/.test(code))) {
    lines.push(
      'No shares were given, so all arms counted as equally likely; if they were not, say so with --shares or --propensity.',
    )
  }
  return lines
}

/** Whose gain it is: the chosen segmentation's, else that of the best one. */
function gainTitle({ verdict, experiment }: GuardReport): string {
  const gain = `gain over broad (${experiment.broadArm}), a person`
  return verdict === 'SPLIT' ? `G${gain.slice(1)}` : `The best segmentation, not taken: ${gain}`
}

function gainLines({ gain, worthwhileGain }: GuardReport, units: OutcomeUnits): string[] {
  if (!gain) return []
  const { heldOut, inSample, relative, pValue, net } = gain
  return textTable(
    [{ heading: '' }, { heading: units.gainUnit, numeric: true }, { heading: '', whole: true }],
    [
      [
        'held out',
        units.bareGain(heldOut.value),
        `guarded; 95 % interval ${interval(heldOut, units)}, p ${probability(pValue)}` +
          (relative === null ? '' : `; ${signedPercent(relative)} of broad's mean`),
      ],
      [
        'in-sample',
        units.bareGain(inSample),
        'on the people it was chosen on: what a naive look would promise',
      ],
      ['worthwhile', units.bareGain(worthwhileGain), 'the smallest gain that is worth the trouble'],
      ...(net === null
        ? []
        : [['net', units.bareGain(net), 'held out, after the cost of the extra segments']]),
    ],
  )
}

function actionLines({ actions, columns }: GuardReport, units: OutcomeUnits): string[] {
  const shown = actions.slice(0, MOST_ACTIONS)
  const rows = shown.map((action) => [
    columns.length === 0 ? 'everybody' : columns.map((column) => action.segment[column] ?? '').join(', '),
    wholeNumber(action.people),
    percent(action.share),
    action.arm,
    action.differs ? '' : 'as broad',
    differenceText(action, units),
    chanceText(action.chance),
  ])
  const table = textTable(
    [
      { heading: columns.length === 0 ? 'segment' : columns.join(', ') },
      { heading: 'people', numeric: true },
      { heading: 'share', numeric: true },
      { heading: 'give them' },
      { heading: '' },
      { heading: 'best other arm less broad', numeric: true },
      { heading: 'chance it is better', numeric: true },
    ],
    rows,
  )
  const rest = actions.length - shown.length
  return rest > 0 ? [...table, `and ${wholeNumber(rest)} more; --json has them all`] : table
}

/** A chance is an estimate, so none is 0 or 100 %. */
function chanceText(chance: number): string {
  if (chance > 0.999) return '>99.9 %'
  return chance < 0.001 ? '<0.1 %' : percent(chance)
}

function differenceText({ difference, bestOther }: GuardAction, units: OutcomeUnits): string {
  if (!difference) return 'nobody to compare'
  return `${bestOther} ${units.bareGain(difference.value)} (${interval(difference, units)})`
}

function experimentLines(report: GuardReport, units: OutcomeUnits): string[] {
  const { experiment } = report
  const { arms, kind, outcome, treatment, broadArm, broadArmNamed, propensities } = experiment
  const rows = experiment.rows === experiment.people ? '' : ` in ${wholeNumber(experiment.rows)} rows`
  const lines = [
    `${outcome} (${KINDS[kind]}) by ${treatment}, ${wholeNumber(experiment.people)} people${rows}; propensities: ${
      PROPENSITIES[propensities]
    }`,
  ]
  if (arms.length === 0) return lines
  lines.push(
    ...textTable(
      [
        { heading: 'arm' },
        { heading: 'people', numeric: true },
        { heading: 'responders', numeric: true },
        { heading: `${outcome} a person`, numeric: true },
        { heading: '' },
      ],
      arms.map(({ name, people, mean, responders }) => [
        name,
        wholeNumber(people),
        responders === null ? '-' : wholeNumber(responders),
        units.mean(mean),
        name === broadArm ? `broad: ${broadArmNamed ? 'as named' : 'the best arm for everybody'}` : '',
      ]),
    ),
  )
  return [...lines, ...assignmentLines(report)]
}

const KINDS = { binary: 'yes or no', count: 'a count', money: 'an amount' } as const
const PROPENSITIES = {
  column: 'from a column',
  shares: 'the planned shares',
  'equal shares': 'none given, so all arms count as equally likely',
} as const

function assignmentLines({ assignment }: GuardReport): string[] {
  if (!assignment) return ['assignment: not tested']
  const { broken, pValue, worstSegment } = assignment
  const worst = worstSegment
    ? `; segment with the largest deviation: ${worstSegment.column} ${worstSegment.value}, q ${probability(worstSegment.qValue)}`
    : ''
  return [`assignment: as planned? p ${probability(pValue)} ${broken ? '(BROKEN)' : '(fine)'}${worst}`]
}

function candidateTitle({ candidateCap, candidates, settings }: GuardReport): string {
  const { possible, judged } = candidateCap
  const some =
    possible > judged ? `, of ${wholeNumber(possible)} that the columns make (--max-candidates)` : ''
  return `Segmentations judged: ${wholeNumber(candidates.length)}${some}; proved with a Holm of ${settings.alpha} or less`
}

function candidateLines({ candidates }: GuardReport, units: OutcomeUnits): string[] {
  return textTable(
    [
      { heading: 'segments', numeric: true },
      { heading: 'split by' },
      { heading: 'in-sample', numeric: true },
      { heading: 'held out (95 %)', numeric: true },
      { heading: 'guarded (95 %)', numeric: true },
      { heading: 'p', numeric: true },
      { heading: 'Holm', numeric: true },
      { heading: 'decision' },
    ],
    candidates.map((each: GuardCandidate) => [
      wholeNumber(each.segments),
      splitBy(each.columns),
      units.bareGain(each.inSampleGain),
      `${units.bareGain(each.heldOutGain.value)} (${interval(each.heldOutGain, units)})`,
      `${units.bareGain(each.guardedGain.value)} (${interval(each.guardedGain, units)})`,
      probability(each.pValue),
      probability(each.holm),
      each.decision === 'chosen' ? 'CHOSEN' : each.decision,
    ]),
  )
}

/** The columns of a segmentation; of many the last ones, which tell it from the one before. */
function splitBy(columns: readonly string[]): string {
  if (columns.length === 0) return '(everybody alike)'
  let from = 0
  const text = () => `${from > 0 ? '…, ' : ''}${columns.slice(from).join(', ')}`
  while (text().length > LONGEST_SPLIT && from < columns.length - 1) from++
  return text()
}

function powerLines(report: GuardReport, units: OutcomeUnits): string[] {
  const { power, worthwhileGain, experiment } = report
  if (!power) return []
  const { detectableGain, relative, peopleNeeded, costToKnow } = power
  const missing = Math.max(0, Math.ceil(peopleNeeded) - experiment.people)
  const lines = [
    'of a typical split, one that gives half of the people another arm than broad, before it is known which:',
    `smallest gain it would see with 80 % probability: ${units.gain(detectableGain)}` +
      (relative === null ? '' : ` (${percent(relative)} of broad's mean)`),
    missing === 0
      ? `it is large enough for the worthwhile gain of ${units.gain(worthwhileGain)}: ${about(peopleNeeded)} people would do`
      : `to see the worthwhile gain of ${units.gain(worthwhileGain)}: ${about(peopleNeeded)} people, ${about(missing)} more than now`,
  ]
  if (costToKnow) lines.push(`what the missing people cost: ${moneyText(costToKnow)}`)
  return missing > 0 ? [...lines, ...broadStands(report)] : lines
}

/** More people are no condition of BROAD: it is about the segmentations that were judged, not about a typical one. */
function broadStands({ verdict, reasons }: GuardReport): string[] {
  if (verdict !== 'BROAD') return []
  const why = reasons.some(({ code }) => code === 'NO_WORTHWHILE_GAIN')
    ? 'its reason excludes a worthwhile gain from what was judged here, not from every split there could be'
    : 'its reason is what narrow costs, which more people would not change'
  return [`BROAD stands without them: ${why}`]
}

function settingsLine({ settings }: GuardReport): string {
  const { folds, repeats, seed, alpha, leastChance, leastChanceOnceProved, leastEventsPerArm } = settings
  return (
    `${folds} folds, ${repeats} times, seed ${seed}; ${percent(alpha)} chance of one false split among all; another arm ` +
    `than broad's where it is better with a chance of ${percent(leastChance)} (${percent(leastChanceOnceProved)} once a split is proved), ` +
    `and where each arm has ${leastEventsPerArm} events`
  )
}

function moneyText({ amountMicros, currency }: { amountMicros: number; currency: string | null }): string {
  return currency === null ? wholeNumber(amountMicros / 1e6) : formatMoney({ amountMicros, currency })
}

/** Numbers of people that are an estimate have two digits that count. */
function about(people: number): string {
  if (!Number.isFinite(people)) return 'no number of'
  return `about ${Number(people.toPrecision(2)).toLocaleString('en-US', { maximumFractionDigits: 0 })}`
}

function interval(
  { low, high }: { readonly low: number; readonly high: number },
  units: OutcomeUnits,
): string {
  return `${units.bareGain(low)} to ${units.bareGain(high)}`
}

function signedPercent(share: number): string {
  return `${share > 0 ? '+' : ''}${percent(share)}`
}
