import { type Command, Option } from 'commander'
import type { PolyadError } from '../core/errors.ts'
import type { CampaignGuardQuery } from '../engine/guard/experiment/guard-campaign.ts'
import type { Economics, JudgeOptions } from '../engine/guard/experiment/settings.ts'
import { parseShares } from '../engine/guard/table/planned-shares.ts'
import type { OutcomeKind, SegmentChoice, TableRoles } from '../engine/guard/table/table.ts'
import type { TableSettings } from '../engine/guard/table/table-experiment.ts'
import { optionProblem } from '../engine/guard/table/table-roles.ts'
import { nearestName } from '../rules/nearest-name.ts'
import { wholeNumber } from './config.ts'

/** Options as commander gives them. */
export interface GuardOptions {
  readonly treatment?: string
  readonly outcome?: string
  readonly segments?: string
  readonly kind?: OutcomeKind
  readonly propensity?: string
  readonly shares?: string
  readonly baseline?: string
  readonly person?: string
  readonly count?: string
  readonly squares?: string
  readonly delivered?: boolean
  readonly candidates?: string
  readonly maxCandidates?: string
  readonly campaign?: string
  readonly apply?: boolean
  readonly restore?: string
  readonly reason?: string
  readonly from?: string
  readonly to?: string
  readonly worthwhile?: string
  readonly value?: string
  readonly costPerSegment?: string
  readonly costPerPerson?: string
  readonly costRatio?: string
  readonly audience?: string
  readonly currency?: string
  readonly seed: string
  readonly chart?: string
  readonly workspace: string
  readonly json?: boolean
}

/** Adds what `polyad guard` takes, grouped as its help shows it. */
export function withGuardOptions(command: Command): Command {
  const groups: readonly (readonly [string, readonly (readonly [string, string])[]])[] = [
    [
      'The table:',
      [
        ['--treatment <column>', 'the arm a person got'],
        ['--outcome <column>', 'what the person did: 0/1 (or yes/no), a count, or an amount'],
        [
          '--segments <columns>',
          'COL[,COL...] to split by; numbers in bins: age:bins=25/35/50, spent:quantiles=5',
        ],
        ['--kind <kind>', 'binary, count or money; found from the data unless given'],
        ['--propensity <column>', 'probability of the arm the row got, in (0, 1]'],
        ['--shares <shares>', 'planned shares instead, A=0.9,B=0.1 or in percent; equal unless given'],
        ['--baseline <arm>', 'the arm that broad is; the best arm for everybody unless given'],
        ['--person <column>', 'tells people apart, to refuse a person who is there twice'],
        ['--count <column>', 'people of the row, where rows hold several; the outcome is then their sum'],
        ['--squares <column>', 'with --count: sum of squares; counts and amounts need it'],
        ['--delivered', "the rows are a platform's results; they need --shares of its split test to be read"],
      ],
    ],
    [
      "A campaign's own logs instead of a table:",
      [
        ['--campaign <name>', 'of the workspace; --outcome goal (default) or value'],
        ['--from <day>', "first day, YYYY-MM-DD in the campaign's time zone"],
        ['--to <day>', 'last day, included'],
        ['--apply', 'have leaves in which narrow is shown to lose served by a wider segment, from now on'],
        ['--restore <leaf>', 'give a merged leaf its own ads back'],
        ['--reason <reason>', 'why it is given back; kept, with who and when'],
      ],
    ],
    [
      'The decision:',
      [
        [
          '--worthwhile <gain>',
          'smallest gain worth the trouble: 5% of broad (default), or an amount a person',
        ],
        ['--value <amount>', 'what one unit of outcome is worth'],
        ['--cost-per-segment <amount>', 'of each extra segment: creative and operations'],
        ['--cost-per-person <amount>', 'of one more person in the test: prices what is still to be learnt'],
        [
          '--cost-ratio <ratio>',
          'what a person of a segment costs to reach, over what broad costs; default 1',
        ],
        ['--audience <people>', 'whom the decision is for; those of the test unless given'],
        ['--currency <code>', 'of the amounts, e.g. EUR'],
        [
          '--candidates <list>',
          'segmentations to judge, e.g. "zip;zip,channel"; all combinations unless given',
        ],
        ['--max-candidates <n>', 'most combinations that are judged; default 64'],
      ],
    ],
  ]
  for (const [title, options] of groups) {
    for (const [flags, description] of options) {
      const option = new Option(flags, description)
      if (flags.startsWith('--kind')) option.choices(['binary', 'count', 'money'])
      command.addOption(option.helpGroup(title))
    }
  }
  return command
    .option('--chart <file>', 'writes the gains against the number of segments as an SVG file')
    .option('--seed <seed>', 'of the halvings: the same seed gives the same answer', '1')
}

/** What the columns mean. @throws PolyadError INPUT_INVALID */
export function rolesFrom(options: GuardOptions): TableRoles {
  const { treatment, outcome, segments, kind, propensity, count, squares, person } = options
  const needed = (option: string, value: string | undefined): string => {
    if (value !== undefined && value.trim() !== '') return value
    throw optionProblem(
      option,
      'is needed with a table',
      'name the column; polyad guard --help shows an example',
    )
  }
  return {
    treatment: needed('--treatment', treatment),
    outcome: needed('--outcome', outcome),
    segments: parseSegments(needed('--segments', segments)),
    ...(kind !== undefined && { kind }),
    ...(propensity !== undefined && { propensity }),
    ...(count !== undefined && { count }),
    ...(squares !== undefined && { squares }),
    ...(person !== undefined && { person }),
  }
}

function parseSegments(text: string): SegmentChoice[] {
  return listOf(text).map((part) => {
    const match = /^(.+):(quantiles|bins)=(.*)$/.exec(part)
    if (!match) return { column: part }
    const [, column, how, given] = match
    if (how === 'quantiles') {
      return { column: column!, bins: { quantiles: wholeNumber('--segments', given!, 2, 100) } }
    }
    const edges = given!.split('/').map(Number)
    const isRising = edges.every((edge, at) => Number.isFinite(edge) && (at === 0 || edge > edges[at - 1]!))
    if (given === '' || !isRising)
      throw optionProblem('--segments', `"${part}" has no rising edges`, 'write them as age:bins=25/35/50')
    return { column: column!, bins: { edges } }
  })
}

export function settingsFrom(options: GuardOptions): TableSettings {
  const { shares, baseline, delivered } = options
  return {
    ...(shares !== undefined && { shares: parseShares(shares) }),
    ...(baseline !== undefined && { baseline }),
    ...(delivered !== undefined && { delivered }),
  }
}

/** How segmentations of these columns are judged. @throws PolyadError INPUT_INVALID */
export function candidatesFrom(
  { candidates, maxCandidates }: GuardOptions,
  columns: readonly string[],
): Pick<JudgeOptions, 'candidates' | 'maxCandidates'> {
  const listed = candidates?.split(';').map(listOf)
  for (const name of listed?.flat() ?? []) {
    if (columns.includes(name)) continue
    const near = nearestName(name, columns)
    throw optionProblem(
      '--candidates',
      `"${name}" is not among --segments`,
      near === undefined ? `these are: ${columns.join(', ')}` : `did you mean "${near}"?`,
    )
  }
  const named = listed?.filter((names) => names.length > 0)
  if (named?.length === 0)
    throw optionProblem('--candidates', 'it names no column', 'write e.g. "zip;zip,channel"')
  for (const names of named ?? []) {
    if (new Set(names).size < names.length)
      throw optionProblem('--candidates', `"${names.join(',')}" names a column twice`, 'keep one')
  }
  return {
    ...(named !== undefined && { candidates: named }),
    ...(maxCandidates !== undefined && {
      maxCandidates: wholeNumber('--max-candidates', maxCandidates, 1, 10_000),
    }),
  }
}

/** What the decision is worth and costs. @throws PolyadError INPUT_INVALID */
export function decisionFrom(
  options: GuardOptions,
): Pick<JudgeOptions, 'worthwhile' | 'seed'> & { readonly economics: Economics } {
  const { worthwhile, value, costPerSegment, costPerPerson, costRatio, audience, currency, seed } = options
  const micros = (option: string, text: string) => Math.round(amountOf(option, text) * 1e6)
  if (currency !== undefined && !isCurrency(currency)) {
    throw optionProblem('--currency', `"${currency}" is no currency`, 'give its ISO 4217 code, e.g. EUR')
  }
  return {
    seed,
    ...(worthwhile !== undefined && { worthwhile: worthwhileFrom(worthwhile) }),
    economics: {
      ...(value !== undefined && { valuePerOutcomeMicros: micros('--value', value) }),
      ...(costPerSegment !== undefined && {
        costPerSegmentMicros: micros('--cost-per-segment', costPerSegment),
      }),
      ...(costPerPerson !== undefined && { costPerPersonMicros: micros('--cost-per-person', costPerPerson) }),
      ...(costRatio !== undefined && { costRatio: positive('--cost-ratio', costRatio) }),
      ...(audience !== undefined && { audience: wholeNumber('--audience', audience, 1, 1e10) }),
      ...(currency !== undefined && { currency }),
    },
  }
}

/** The query of a campaign's own logs; options that only a table has are refused. */
export function campaignQueryFrom(options: GuardOptions): CampaignGuardQuery {
  const onlyTable = [
    'treatment',
    'segments',
    'kind',
    'propensity',
    'shares',
    'baseline',
    'person',
    'count',
    'squares',
    'delivered',
    'candidates',
    'maxCandidates',
    'currency',
  ] as const
  const given = onlyTable.find((name) => options[name] !== undefined)
  if (given !== undefined) {
    const flag = `--${given.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
    throw optionProblem(flag, 'is of tables; a campaign knows it itself', 'leave it out')
  }
  const { outcome, from, to } = options
  if (outcome !== undefined && outcome !== 'goal' && outcome !== 'value') {
    throw optionProblem('--outcome', `"${outcome}" is no outcome of a campaign`, 'use goal or value')
  }
  return {
    ...decisionFrom(options),
    ...(outcome !== undefined && { outcome }),
    ...(from !== undefined && { fromDay: from }),
    ...(to !== undefined && { toDay: to }),
  }
}

function worthwhileFrom(text: string): NonNullable<JudgeOptions['worthwhile']> {
  const share = /^(.*)%$/.exec(text.trim())?.[1]
  if (share === undefined) return { perPerson: amountOf('--worthwhile', text) }
  const relative = amountOf('--worthwhile', share) / 100
  if (relative <= 1) return { relative }
  throw optionProblem('--worthwhile', `"${text}" is more than broad itself`, 'give 100% at the most')
}

function amountOf(option: string, text: string): number {
  const value = /^\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : Number.NaN
  if (value <= 1e9) return value
  throw optionProblem(option, `"${text}" is no amount from 0 to 1,000,000,000`, 'write it as 0.05')
}

function positive(option: string, text: string): number {
  const value = amountOf(option, text)
  if (value > 0) return value
  throw optionProblem(option, `"${text}" is not above 0`)
}

function isCurrency(code: string): boolean {
  return Intl.supportedValuesOf('currency').includes(code)
}

function listOf(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
}

export function onlyCampaign(options: GuardOptions): PolyadError | undefined {
  const given = (['from', 'to', 'apply', 'restore', 'reason'] as const).find(
    (name) => options[name] !== undefined,
  )
  if (given === undefined) return undefined
  return given === 'from' || given === 'to'
    ? optionProblem(`--${given}`, 'is of campaigns; a table has no days here', 'cut the table instead')
    : optionProblem(`--${given}`, 'is of campaigns; a table serves nobody', 'name one with --campaign')
}
