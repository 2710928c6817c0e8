import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { evaluatePolicy } from '../../../engine/ope/evaluate.ts'
import { valuePolicyOfCampaign } from '../../../engine/ope/ope-campaign.ts'
import type { OpeOutcome, OpeReport } from '../../../engine/ope/ope-report.ts'
import { opeText } from '../../../engine/ope/ope-text.ts'
import type { Policy } from '../../../engine/ope/policy.ts'
import { readTableLog } from '../../../engine/ope/table-log.ts'
import { exportEvents } from '../../../engine/reporting/events-export.ts'
import { tableCsv } from '../../../engine/reporting/table-csv.ts'
import { openTable } from '../../../io/open-table.ts'
import { createTableFiles } from '../../../io/parquet-file.ts'
import { writeWhole } from '../../../io/write-file.ts'
import { drawLog, portsWith } from './logged-campaign.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'polyad-ope-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function value(path: string, policy: Policy, outcome: OpeOutcome = 'click'): Promise<OpeReport> {
  const table = await openTable(path)
  try {
    return evaluatePolicy(await readTableLog(table, outcome), policy, { outcome, where: 'policy.json' })
  } finally {
    table.close()
  }
}

async function written(name: string, text: string): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, text)
  return path
}

describe('a policy valued on a file of events export', () => {
  it.each(['csv', 'parquet'] as const)(
    'is that of the campaign where no rule bears on it: %s',
    async (format) => {
      const records = drawLog({ seed: 'file', decisions: 2_000 })
      const ports = portsWith(records)
      const made = await exportEvents(ports, { campaign: 'spring' }, { personKey: null })
      const path = join(folder, `events.${format}`)
      const write = format === 'csv' ? tableCsv : createTableFiles().parquet
      await writeWhole(path, write(made.columns, made.rows), { signal: new AbortController().signal })
      // Headlines are not bound by what is chosen after them.
      const policy: Policy = { slots: { headline: { weights: { h0: 1, h1: 2, h2: 1 } } } }
      const [file, campaign] = [
        await value(path, policy),
        await valuePolicyOfCampaign(ports, 'spring', { policy }, 'p'),
      ]
      expect(file.estimates.selfNormalised.value).toBeCloseTo(campaign.estimates.selfNormalised.value, 9)
      expect(file.logged).toEqual(campaign.logged)
      expect(file.log).toMatchObject({ file: path, decisions: 2_000, people: 2_000, weightsVersions: [0, 4] })

      // The file does not tell what the rules left, and says so; the campaign knows.
      const even: Policy = { otherwise: 'even' }
      expect((await value(path, even)).diagnostics.propensitiesHold).toBe(false)
      expect(
        (await valuePolicyOfCampaign(ports, 'spring', { policy: even }, 'p')).diagnostics.propensitiesHold,
      ).toBe(true)
    },
  )

  const HEADER = 'decision,campaign,arm,segment,placement,locale,clicks,value_micros,asset_a,propensity_a'
  it.each([
    [
      'x,spring,broad,broad,wide,en,0,0,a1,1.5',
      'line 2, "propensity_a": "1.5" is no probability above 0 and up to 1',
    ],
    ['x,spring,broad,broad,wide,en,0,0,a1,', 'line 2, "propensity_a": an empty cell is no probability'],
    ['x,spring,broad,broad,wide,en,2,0,a1,0.5', 'line 2, "clicks": "2" is not 0 or 1'],
    [
      'x,spring,broad,broad,wide,en,0,0,a1,1\ny,summer,broad,broad,wide,en,0,0,a1,1',
      'it has decisions of several campaigns (spring, summer); export one: polyad events export --campaign NAME',
    ],
    ['x,spring,holdout,broad,wide,en,0,0,,', 'there is no decision to value it on'],
  ])('refuses rows it cannot read: %s', async (rows, message) => {
    await expect(value(await written('bad.csv', `${HEADER}\n${rows}\n`), {})).rejects.toThrow(message)
  })

  it('refuses a file of other columns, and an outcome it does not have', async () => {
    const other = await written('other.csv', 'a,b\n1,2\n')
    await expect(value(other, {})).rejects.toThrow(
      /neither the columns of "polyad events export" nor those of the Open Bandit/,
    )
    const events = await written('events.csv', `${HEADER}\nx,spring,broad,broad,wide,en,0,0,a1,1\n`)
    await expect(value(events, {}, 'conversion')).rejects.toThrow(
      'it has no conversion; value another outcome: click, value',
    )
  })

  it('values amounts in units of the currency', async () => {
    const rows = Array.from(
      { length: 400 },
      (_, at) => `${at},spring,broad,broad,wide,en,0,${at % 2 ? 3_000_000 : 0},a${at % 4 < 2 ? 1 : 2},0.5`,
    )
    const path = await written('value.csv', `${HEADER}\n${rows.join('\n')}\n`)
    const report = await value(path, { slots: { a: { always: 'a1' } } }, 'value')
    expect(report.logged.value).toBe(1.5)
    expect(report.estimates.selfNormalised.value).toBe(1.5)
    expect(report.diagnostics.effectiveSample).toBe(200)
  })
})

const DATA = fileURLToPath(new URL('../../../../shared/data/open_bandit/', import.meta.url))
const missing = !existsSync(join(DATA, 'random_men.csv'))
const needs = missing ? ' (skipped: ../shared/data/open_bandit is not here)' : ''

describe.skipIf(missing)(`logs of the Open Bandit Dataset as they are${needs}`, () => {
  /** What a log's policy showed: the share of each item in each position. */
  async function policyOf(file: string): Promise<Policy> {
    const table = await openTable(join(DATA, file))
    const counts = new Map<string, Record<string, number>>()
    for await (const { cells } of table.batches(['position', 'item_id'])) {
      for (const [row, position] of cells[0]!.entries()) {
        const items = counts.get(String(position)) ?? {}
        counts.set(String(position), items)
        items[String(cells[1]![row])] = (items[String(cells[1]![row])] ?? 0) + 1
      }
    }
    table.close()
    return {
      name: 'BTS',
      where: [...counts].map(([position, weights]) => ({
        when: { position },
        slots: { item_id: { weights } },
      })),
    }
  }

  it('values Bernoulli Thompson sampling on the random log so that what it brought itself is in the interval', async () => {
    const report = await value(join(DATA, 'random_men.csv'), await policyOf('bts_men.csv'))
    const itself = await value(join(DATA, 'bts_men.csv'), {})
    expect(itself.logged.value).toBe(0.0069)
    expect(report.logged.value).toBe(0.0046)
    expect(report.diagnostics).toMatchObject({ propensitiesHold: true, overlap: 1 })
    expect(report.diagnostics.effectiveSample).toBeGreaterThan(2_000)
    for (const estimate of Object.values(report.estimates)) {
      expect(estimate!.low).toBeLessThan(itself.logged.value)
      expect(estimate!.high).toBeGreaterThan(itself.logged.value)
      expect(estimate!.value).toBeGreaterThan(report.logged.value)
    }
    expect(opeText(report).split('\n')[0]).toMatch(
      /^"BTS" would bring 5\.\d\d clicks per 1,000 decisions \(95 %: \d\.\d\d to \d\.\d\d\), not shown to differ from the 4\.60 as logged/,
    )
  })

  it('and random on the log of Thompson sampling', async () => {
    const report = await value(join(DATA, 'bts_men.csv'), { slots: { item_id: 'even' } })
    const { low, high } = report.estimates.selfNormalised
    expect(low).toBeLessThan(0.0046)
    expect(high).toBeGreaterThan(0.0046)
  })

  it('has clicks alone, and names its items', async () => {
    await expect(value(join(DATA, 'random_men.csv'), {}, 'value')).rejects.toThrow('it has no value')
    await expect(
      value(join(DATA, 'random_men.csv'), { slots: { item_id: { always: '99' } } }),
    ).rejects.toThrow('the log has no logged option of slot item_id "99"; did you mean "9"?')
  })
})
