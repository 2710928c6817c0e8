import { PolyadError } from '../../core/errors.ts'
import { createBadRows, shownCell } from '../guard/table/bad-rows.ts'
import { numberFrom } from '../guard/table/read-number.ts'
import type { Cell, Table } from '../guard/table/table.ts'
import { type ChoiceLog, type ChoiceRow, createChoiceLog, NONE } from './choice-log.ts'
import { CHOSEN, type ChoiceNode, freeNode } from './choice-tree.ts'
import type { LoggedChoices } from './evaluate.ts'
import type { OpeOutcome } from './ope-report.ts'

/** What the columns of a log's file mean. */
interface LogFormat {
  /** Column of what was chosen and of its probability, by slot. */
  readonly slots: readonly { readonly name: string; readonly chosen: string; readonly propensity: string }[]
  /** What a policy may ask for. */
  readonly columns: readonly string[]
  /** Among `columns`: options are those the log has where it is the same. */
  readonly place: string
  readonly outcomes: Readonly<Partial<Record<OpeOutcome, string>>>
  readonly person: string | undefined
  /** Columns that the rest is told of. */
  readonly campaign?: string
  readonly weightsVersion?: string
  readonly simulated?: string
  readonly currency?: string
}

/**
 * A log from a file: what `polyad events export` writes, or the columns of the Open Bandit Dataset. The file does not
 * tell what rules allowed, so every option that the log has in a placement is taken to be allowed there; where that is
 * not so the mean weight is not 1, and says it.
 *
 * @throws PolyadError INPUT_INVALID for columns of neither, several campaigns, an outcome the file does not have, and
 * rows that cannot be read
 * @see Saito, Aihara, Matsutani, Narita 2021, NeurIPS Datasets and Benchmarks (Open Bandit Dataset)
 */
export async function readTableLog(table: Table, outcome: OpeOutcome): Promise<LoggedChoices> {
  const format = formatOf(table)
  const rewardColumn = format.outcomes[outcome]
  if (rewardColumn === undefined) {
    const known = Object.keys(format.outcomes).join(', ')
    throw problem(table, `it has no ${outcome}`, `value another outcome: ${known}`)
  }
  const extra = [format.person, format.campaign, format.weightsVersion, format.simulated, format.currency]
  const asked = [
    ...new Set([
      rewardColumn,
      ...format.columns,
      ...format.slots.flatMap(({ chosen, propensity }) => [chosen, propensity]),
      ...extra.filter((name) => name !== undefined),
    ]),
  ]
  const builder = createChoiceLog(
    format.columns,
    format.slots.map(({ name }) => name),
  )
  const bad = createBadRows(table)
  const told = { campaigns: new Set<string>(), weights: new Set<number>(), currencies: new Set<string>() }
  let [simulated, withoutChoice] = [0, 0]
  for await (const { places, cells, rejects } of table.batches(asked)) {
    for (const { place, reason } of rejects) bad.add(place, reason)
    for (const [at, place] of places.entries()) {
      const cell = (name: string | undefined): Cell =>
        name === undefined ? null : (cells[asked.indexOf(name)]![at] ?? null)
      const text = (name: string | undefined): string | null => textOf(cell(name))
      const row = rowFrom(format, cell, rewardColumn, outcome, (why) => bad.add(place, why))
      if (!row) continue
      if (row.choices.every((choice) => choice === null)) {
        withoutChoice++
        continue
      }
      builder.add(row)
      told.campaigns.add(text(format.campaign) ?? '')
      told.currencies.add(text(format.currency) ?? '')
      const version = numberFrom(cell(format.weightsVersion))
      if (version !== undefined) told.weights.add(version)
      if (/^true$/i.test(text(format.simulated) ?? '')) simulated++
    }
    bad.refuseIfMany()
  }
  bad.refuseIfAny()
  if (told.campaigns.size > 1) {
    throw problem(
      table,
      `it has decisions of several campaigns (${[...told.campaigns].join(', ')})`,
      'export one: polyad events export --campaign NAME',
    )
  }
  const log = builder.finish(optionsByPlace(format))
  return {
    log,
    from: {
      file: table.path,
      decisions: log.rows,
      people: log.people,
      weightsVersions: [...told.weights].sort((a, b) => a - b),
      simulated,
    },
    currency: told.currencies.size === 1 ? [...told.currencies][0]! || null : null,
    notes: [
      ...(withoutChoice > 0 ? [`${withoutChoice} rows show no choice (a holdout); they are left out`] : []),
      ...(simulated > 0 ? [`${simulated} of the decisions are simulated`] : []),
    ],
  }
}

function formatOf(table: Table): LogFormat {
  const { columns } = table
  const has = (...names: string[]) => names.every((name) => columns.includes(name))
  if (has('decision', 'arm', 'segment', 'placement', 'locale', 'clicks')) {
    const slots = columns.flatMap((column) => {
      const name = /^asset_(.+)$/.exec(column)?.[1]
      return name !== undefined && has(`propensity_${name}`)
        ? [{ name, chosen: column, propensity: `propensity_${name}` }]
        : []
    })
    if (slots.length === 0)
      throw problem(table, 'it has no slot', 'export decisions of a campaign that has some')
    return {
      slots,
      columns: ['segment', 'leaf', 'placement', 'locale', 'arm'].filter((name) => has(name)),
      place: 'placement',
      outcomes: {
        click: 'clicks',
        ...(has('conversions') && { conversion: 'conversions' }),
        ...(has('value_micros') && { value: 'value_micros' }),
      },
      person: has('person') ? 'person' : undefined,
      ...(has('campaign') && { campaign: 'campaign' }),
      ...(has('weights_version') && { weightsVersion: 'weights_version' }),
      ...(has('simulated') && { simulated: 'simulated' }),
      ...(has('currency') && { currency: 'currency' }),
    }
  }
  if (has('item_id', 'position', 'click', 'propensity_score')) {
    return {
      slots: [{ name: 'item_id', chosen: 'item_id', propensity: 'propensity_score' }],
      columns: ['position', ...columns.filter((name) => /^user_feature_\d+$/.test(name))],
      place: 'position',
      outcomes: { click: 'click' },
      person: undefined,
    }
  }
  throw problem(
    table,
    'it has neither the columns of "polyad events export" nor those of the Open Bandit Dataset (item_id, position, click, propensity_score)',
    'export a log: polyad events export --campaign NAME --out FILE',
  )
}

function rowFrom(
  format: LogFormat,
  cell: (name: string | undefined) => Cell,
  rewardColumn: string,
  outcome: OpeOutcome,
  refuse: (why: string) => void,
): ChoiceRow | undefined {
  const choices: (string | null)[] = []
  const propensities: number[] = []
  for (const { chosen, propensity } of format.slots) {
    const choice = textOf(cell(chosen))
    choices.push(choice)
    const given = choice === null ? 1 : numberFrom(cell(propensity))
    if (given === undefined || !(given > 0 && given <= 1)) {
      refuse(`${shownCell(propensity, cell(propensity))} is no probability above 0 and up to 1`)
      return undefined
    }
    propensities.push(given)
  }
  const reward = numberFrom(cell(rewardColumn))
  if (reward === undefined || reward < 0 || (outcome !== 'value' && reward > 1)) {
    const wanted = outcome === 'value' ? 'an amount from 0' : '0 or 1'
    refuse(`${shownCell(rewardColumn, cell(rewardColumn))} is not ${wanted}`)
    return undefined
  }
  return {
    context: format.columns.map((name) => textOf(cell(name))),
    choices,
    propensities,
    reward: outcome === 'value' ? reward / 1e6 : reward,
    person: textOf(cell(format.person)),
  }
}

function problem({ path }: Pick<Table, 'path'>, what: string, mend: string): PolyadError {
  return new PolyadError('INPUT_INVALID', { what: 'log', where: path, problem: what, mend })
}

function textOf(cell: Cell): string | null {
  return cell === null || cell === '' ? null : String(cell)
}

/** By placement: for each slot the options that the log has there, whatever else was chosen. */
function optionsByPlace({ columns, place }: LogFormat) {
  const at = columns.indexOf(place)
  let roots: ReadonlyMap<number, ChoiceNode> | undefined
  return (log: Omit<ChoiceLog, 'roots'>, row: number): ChoiceNode => {
    const { of } = log.columns[at]!
    roots ??= new Map(
      [...new Set(of)].map((value) => [
        value,
        log.slots.reduceRight((next, { chosen }, slot) => {
          const seen = new Set<number>()
          for (let each = 0; each < log.rows; each++) if (of[each] === value) seen.add(chosen[each]!)
          if (seen.size > 1) seen.delete(NONE)
          return freeNode(slot, Int32Array.from(seen).sort(), next)
        }, CHOSEN),
      ]),
    )
    return roots.get(of[row]!)!
  }
}
