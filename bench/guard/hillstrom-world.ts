import { readFileSync } from 'node:fs'
import { PACKAGE_ROOT } from '../../cli/package-root.ts'
import type { Stream } from '../../core/stream.ts'
import type { Experiment, SegmentColumn } from '../../engine/guard/experiment/experiment.ts'

/** Half of the rows of a randomised e-mail test of 2008: 32,000 people, three arms. Not shipped; SOURCE.txt says more. */
export const HILLSTROM_FILE = new URL(
  '../shared/data/hillstrom_email/hillstrom_half.csv',
  `file://${PACKAGE_ROOT}/`,
)

export const ARMS = ['Mens E-Mail', 'No E-Mail', 'Womens E-Mail'] as const
const COLUMNS = ['newbie', 'mens', 'womens', 'zip_code', 'channel', 'history_segment', 'recency'] as const
/** Everybody had the same chance of each arm. */
const SHARE = 1 / ARMS.length

/** The segmentations every side is given, 2 to several hundred segments. */
export const CANDIDATES: readonly (readonly string[])[] = [
  ['newbie'],
  ['mens'],
  ['womens'],
  ['zip_code'],
  ['channel'],
  ['history_segment'],
  ['recency'],
  ['newbie', 'zip_code', 'channel'],
  ['zip_code', 'channel', 'history_segment'],
  ['mens', 'womens', 'history_segment'],
  ['newbie', 'mens', 'womens', 'zip_code', 'history_segment'],
  ['newbie', 'mens', 'womens', 'zip_code', 'channel', 'history_segment'],
]

export interface HillstromData {
  readonly rows: number
  readonly arm: Uint16Array
  readonly visit: Float64Array
  readonly spend: Float64Array
  readonly columns: readonly SegmentColumn[]
}

/** An effect that is put in: among people of one value, two arms change their names for a share of them. */
export interface Plant {
  readonly column: string
  readonly value: string
  readonly arms: readonly [string, string]
  readonly share: number
}

export function loadHillstrom(): HillstromData {
  const lines = readFileSync(HILLSTROM_FILE, 'utf8').trimEnd().split(/\r?\n/).map(cellsOf)
  const names = lines.shift()!
  const at = (name: string) => names.indexOf(name)
  return {
    rows: lines.length,
    arm: Uint16Array.from(lines, (cells) => ARMS.indexOf(cells[at('treatment')] as (typeof ARMS)[number])),
    visit: Float64Array.from(lines, (cells) => Number(cells[at('visit')])),
    spend: Float64Array.from(lines, (cells) => Number(cells[at('spend')])),
    columns: COLUMNS.map((name) => {
      const values = [...new Set(lines.map((cells) => cells[at(name)]!))].sort()
      return { name, values, codes: Uint32Array.from(lines, (cells) => values.indexOf(cells[at(name)]!)) }
    }),
  }
}

/** The cells of a line; the only quoted ones are ranges of money, with a comma and no quote inside. */
function cellsOf(line: string): string[] {
  return [...line.matchAll(/("[^"]*"|[^,]*)(?:,|$)/g)].map(([, cell]) => cell!.replaceAll('"', ''))
}

/** Rows drawn with replacement. */
export function drawRows(data: HillstromData, count: number, stream: Stream): Uint32Array {
  return Uint32Array.from({ length: count }, () => stream.integer(data.rows))
}

/** All rows in an order drawn by chance. */
export function shuffledRows(data: HillstromData, stream: Stream): Uint32Array {
  const rows = Uint32Array.from({ length: data.rows }, (_, row) => row)
  shuffle(rows, stream)
  return rows
}

export function shuffle(values: Uint16Array | Uint32Array, stream: Stream): void {
  for (let at = values.length - 1; at > 0; at--) {
    const other = stream.integer(at + 1)
    const kept = values[at]!
    values[at] = values[other]!
    values[other] = kept
  }
}

/** The experiment of some rows, with an effect planted or none. */
export function experimentOf(
  data: HillstromData,
  rows: Uint32Array,
  outcome: 'visit' | 'spend',
  planted?: { readonly plant: Plant; readonly stream: Stream },
): Experiment {
  const arm = Uint16Array.from(rows, (row) => data.arm[row]!)
  const columns = data.columns.map(({ name, values, codes }) => ({
    name,
    values,
    codes: Uint32Array.from(rows, (row) => codes[row]!),
  }))
  if (planted) plantIn(arm, columns, planted.plant, planted.stream)
  const sums = Float64Array.from(rows, (row) => data[outcome][row]!)
  return {
    rows: rows.length,
    arms: ARMS,
    arm,
    outcome: {
      kind: outcome === 'visit' ? 'binary' : 'money',
      sums,
      squares: sums.map((value) => value * value),
    },
    people: undefined,
    propensity: new Float64Array(rows.length).fill(SHARE),
    columns,
  }
}

function plantIn(arm: Uint16Array, columns: readonly SegmentColumn[], plant: Plant, stream: Stream): void {
  const column = columns.find(({ name }) => name === plant.column)!
  const value = column.values.indexOf(plant.value)
  const [first, second] = plant.arms.map((name) => ARMS.indexOf(name as (typeof ARMS)[number])) as [
    number,
    number,
  ]
  for (let row = 0; row < arm.length; row++) {
    if (column.codes[row] !== value || stream.next() >= plant.share) continue
    if (arm[row] === first) arm[row] = second
    else if (arm[row] === second) arm[row] = first
  }
}

/** Gain a person of a policy over one arm for everybody, by inverse propensity, and its standard error. */
export function scoreOf(
  experiment: Experiment,
  armOf: (row: number) => number,
  broadArm: number,
): { readonly gain: number; readonly error: number } {
  let sum = 0
  let squares = 0
  for (let row = 0; row < experiment.rows; row++) {
    const chosen = armOf(row)
    if (chosen === broadArm) continue
    const arm = experiment.arm[row]!
    const term = ((Number(arm === chosen) - Number(arm === broadArm)) / SHARE) * experiment.outcome.sums[row]!
    sum += term
    squares += term * term
  }
  const gain = sum / experiment.rows
  return { gain, error: Math.sqrt(Math.max(0, squares / experiment.rows - gain * gain) / experiment.rows) }
}
