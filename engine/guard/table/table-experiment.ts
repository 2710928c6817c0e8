import { PolyadError } from '../../../core/errors.ts'
import { nearestName } from '../../../rules/nearest-name.ts'
import type { Experiment, SegmentColumn } from '../experiment/experiment.ts'
import type { ReasonCode } from '../experiment/guard-report.ts'
import { type BadRows, createBadRows, shownCell } from './bad-rows.ts'
import { deliveredBecause } from './delivered.ts'
import { createGrowingArray } from './growing-array.ts'
import { sharesByArm } from './planned-shares.ts'
import { numberFrom } from './read-number.ts'
import { createOutcomeReader } from './read-outcome.ts'
import { createBinReader, createValueReader, isEmpty, MOST_VALUES, type ValueReader } from './read-values.ts'
import type { Cell, OutcomeKind, Table, TableRoles } from './table.ts'
import { columnsOf, optionProblem } from './table-roles.ts'

/** What a table says of an experiment besides its rows. */
export interface TableSettings {
  /** Planned share by arm; without it and without a propensity column all arms count as equally likely. */
  readonly shares?: ReadonlyMap<string, number>
  /** Name of the arm that broad is. */
  readonly baseline?: string
  /** The rows are a platform's results, whatever their columns are called. */
  readonly delivered?: boolean
}

/** What is known of an experiment whether or not it can be judged. */
export interface TableFacts {
  readonly rows: number
  readonly people: number
  readonly kind: OutcomeKind
  readonly propensities: 'column' | 'shares' | 'equal shares'
}

export type Unreadable = { readonly code: ReasonCode; readonly text: string }

export type TableExperiment =
  | {
      readonly facts: TableFacts
      readonly experiment: Experiment
      /** Position of the baseline among the arms. */
      readonly baseline?: number
      /** What was taken for granted, in sentences. */
      readonly remarks: readonly string[]
    }
  | { readonly facts: TableFacts; readonly unreadable: readonly Unreadable[] }

/** More values than this and the column is not that of the arms. */
const MOST_ARMS = 50

/**
 * Reads a table as an experiment, in one pass.
 *
 * @throws PolyadError INPUT_INVALID for columns that are not there, for bad rows (the first five) and for a table
 * without rows; FILE_UNREADABLE from the table
 */
export async function readExperiment(
  table: Table,
  roles: TableRoles,
  settings: TableSettings = {},
): Promise<TableExperiment> {
  const columns = columnsOf(roles, table)
  const bad = createBadRows(table)
  const reader = createExperimentReader(roles, columns, bad)
  for await (const { places, cells, rejects } of table.batches(columns)) {
    for (const { place, reason } of rejects) bad.add(place, reason)
    for (let row = 0; row < places.length; row++) {
      reader.add(places[row]!, cells, row)
      bad.refuseIfMany()
    }
    bad.refuseIfMany()
  }
  return reader.finish(table, settings)
}

function createExperimentReader(roles: TableRoles, columns: readonly string[], bad: BadRows) {
  const at = (column: string | undefined) => (column === undefined ? -1 : columns.indexOf(column))
  const [treatmentAt, outcomeAt] = [at(roles.treatment), at(roles.outcome)]
  const [countAt, squaresAt] = [at(roles.count), at(roles.squares)]
  const [propensityAt, personAt] = [at(roles.propensity), at(roles.person)]
  const treatment = createValueReader(roles.treatment, MOST_ARMS)
  const outcome = createOutcomeReader(roles, bad)
  const segments = roles.segments.map((choice): { readonly at: number; readonly reader: ValueReader } => {
    const { column, bins } = choice
    return {
      at: at(column),
      reader: bins === undefined ? createValueReader(column) : createBinReader({ column, bins }, bad),
    }
  })
  const people = createGrowingArray((length) => new Float64Array(length))
  const propensity = createGrowingArray((length) => new Float64Array(length))
  const persons = new Set<string>()
  let repeats = 0
  let firstRepeat = 0
  let rows = 0
  let everybody = 0

  const addPerson = (place: number, cell: Cell): void => {
    if (isEmpty(cell)) {
      bad.add(place, `${shownCell(roles.person!, cell)} where a person is wanted`)
      return
    }
    persons.add(String(cell).trim())
    if (persons.size + repeats === rows) return
    if (repeats === 0) firstRepeat = place
    repeats++
  }

  return {
    add(place: number, cells: readonly (readonly Cell[])[], row: number): void {
      let size = 1
      if (countAt >= 0) {
        const count = cells[countAt]![row]!
        const number = numberFrom(count)
        if (number === undefined || !Number.isInteger(number) || number < 1) {
          bad.add(place, `${shownCell(roles.count!, count)} is no whole number of people from 1`)
          return
        }
        size = number
        people.push(size)
      }
      rows++
      everybody += size
      const arm = cells[treatmentAt]![row]!
      if (isEmpty(arm)) bad.add(place, `${shownCell(roles.treatment, arm)} where the arm is wanted`)
      treatment.add(place, arm)
      outcome.add(place, cells[outcomeAt]![row]!, size, squaresAt < 0 ? undefined : cells[squaresAt]![row])
      for (const segment of segments) segment.reader.add(place, cells[segment.at]![row]!)
      if (propensityAt >= 0) {
        const cell = cells[propensityAt]![row]!
        const value = numberFrom(cell)
        if (value === undefined || value <= 0 || value > 1)
          bad.add(place, `${shownCell(roles.propensity!, cell)} is no probability in (0, 1]`)
        else propensity.push(value)
      }
      if (personAt >= 0) addPerson(place, cells[personAt]![row]!)
    },

    finish(table: Table, settings: TableSettings): TableExperiment {
      const { kind, outcome: read } = outcome.finish()
      bad.refuseIfAny()
      if (rows === 0) {
        throw new PolyadError('INPUT_INVALID', {
          what: 'table',
          where: table.path,
          problem: 'it has no rows',
          mend: 'give a file with a row for each person',
        })
      }
      const arm = treatment.finish(undefined)
      if (arm === undefined) {
        throw optionProblem(
          '--treatment',
          `"${roles.treatment}" has more than ${MOST_ARMS} values`,
          'name the column that says which arm a person was assigned to',
        )
      }
      const size = countAt < 0 ? undefined : people.finish()
      const found = segments.map(({ reader }) => reader.finish(size))
      const { propensities, values } = propensitiesOf(arm, settings, roles, propensity.finish())
      const facts: TableFacts = { rows, people: everybody, kind, propensities }
      const baseline = baselineOf(arm.values, settings.baseline)
      const unreadable: Unreadable[] = [
        ...deliveryProblem(table, roles, settings),
        ...personProblem(table, roles, repeats, firstRepeat),
        ...roles.segments.flatMap((choice, i) =>
          found[i] === undefined ? [valuesProblem(choice.column)] : [],
        ),
        ...(read === undefined ? [spreadProblem(roles, kind)] : []),
      ]
      if (unreadable.length > 0 || read === undefined) return { facts, unreadable }
      return {
        facts,
        experiment: {
          rows,
          arms: arm.values,
          arm: Uint16Array.from(arm.codes),
          outcome: read,
          people: size,
          propensity: values,
          columns: found.filter((column) => column !== undefined),
        },
        ...(baseline !== undefined && { baseline }),
        remarks: remarksOn(roles, facts),
      }
    },
  }
}

/** Each row's propensity, and where it comes from. */
function propensitiesOf(
  arm: SegmentColumn,
  { shares }: TableSettings,
  roles: TableRoles,
  column: Float64Array,
): { readonly propensities: TableFacts['propensities']; readonly values: Float64Array } {
  if (roles.propensity !== undefined) {
    if (shares !== undefined)
      throw optionProblem('--shares', 'the propensity column tells them already', 'leave one of them out')
    return { propensities: 'column', values: column }
  }
  const byArm = shares ? sharesByArm(arm.values, shares) : arm.values.map(() => 1 / arm.values.length)
  return {
    propensities: shares ? 'shares' : 'equal shares',
    values: Float64Array.from(arm.codes, (code) => byArm[code]!),
  }
}

function baselineOf(arms: readonly string[], baseline: string | undefined): number | undefined {
  if (baseline === undefined) return undefined
  const found = arms.indexOf(baseline)
  if (found >= 0) return found
  const near = nearestName(baseline, arms)
  throw optionProblem(
    '--baseline',
    `there is no arm "${baseline}"`,
    near === undefined ? `the arms are: ${arms.join(', ')}` : `did you mean "${near}"?`,
  )
}

function deliveryProblem(table: Table, roles: TableRoles, settings: TableSettings): Unreadable[] {
  if (settings.shares !== undefined || roles.propensity !== undefined) return []
  const because = settings.delivered ? '--delivered says so' : deliveredBecause(table.columns, roles)
  if (because === undefined) return []
  return [
    {
      code: 'DELIVERY_OPTIMISED',
      text:
        `these are a platform's results (${because}), and a platform shows each ad to those it expects to respond, so ` +
        'its cells differ by more than their ads; if people were put into these arms by chance, as in a split test of ' +
        'the platform, give the shares it was set to: --shares A=0.5,B=0.5',
    },
  ]
}

function personProblem(table: Table, roles: TableRoles, repeats: number, first: number): Unreadable[] {
  if (repeats === 0) return []
  const rows = repeats === 1 ? '1 row is' : `${repeats.toLocaleString('en-US')} rows are`
  return [
    {
      code: 'DUPLICATE_PEOPLE',
      text:
        `${rows} of a person who was there before by the column ${roles.person}, the first in ${table.places} ` +
        `${first}, and rows of one person are not independent; make one row of them, with the sum of what the person did`,
    },
  ]
}

function valuesProblem(column: string): Unreadable {
  return {
    code: 'TOO_MANY_VALUES',
    text:
      `column ${column} has more than ${MOST_VALUES.toLocaleString('en-US')} different values, which make no segments; ` +
      `cut numbers into bins, --segments ${column}:quantiles=5 or --segments ${column}:bins=18/35/50, and give texts ` +
      'as wider groups',
  }
}

function spreadProblem(roles: TableRoles, kind: OutcomeKind): Unreadable {
  return {
    code: 'SPREAD_UNKNOWN',
    text:
      `rows hold several people, and ${roles.outcome} (${kind === 'money' ? 'amounts' : 'counts'}) is only their sum, ` +
      'which does not tell how much people differ; add a column with their sum of squares and name it with --squares, ' +
      'or give one row a person',
  }
}

function remarksOn(roles: TableRoles, { kind }: TableFacts): string[] {
  return roles.count !== undefined &&
    roles.kind === undefined &&
    roles.squares === undefined &&
    kind === 'binary'
    ? [
        `"${roles.outcome}" is taken as the number of people who responded; if one person can count more than once, ` +
          'use --kind count with --squares',
      ]
    : []
}
