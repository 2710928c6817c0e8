import { parse } from 'csv-parse/sync'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BudgetPlan } from '../../engine/budget/budget-plan.ts'
import {
  makeWorkspace,
  polyad,
  polyadJson,
  polyadRefuses,
  polyadServe,
  removeFolder,
  type Served,
} from './polyad.ts'

describe('polyad plan', () => {
  let home: string
  let workspace: string
  let server: Served | undefined

  beforeAll(async () => {
    ;({ home, workspace } = await makeWorkspace())
  })
  afterAll(async () => {
    await server?.stop()
    await removeFolder(home)
  })

  it('wants a checked revision', async () => {
    expect(await polyadRefuses(workspace, ['plan', 'vans', '--budget', '5000'], 3)).toContain(
      'it has not been checked yet; run: polyad check vans',
    )
    expect((await polyad(workspace, ['check', 'vans', '--override', 'a test of plans'])).status).toBe(0)
  })

  it.each([
    [
      ['--budget', 'lots'],
      /budget: "lots" is not an amount of money above 0; write it as 5000 or "5000 USD"/,
    ],
    [[], /required option '--budget <money>' not specified/],
    [['--budget', '5000', '--frequency-cap', 'x'], /--frequency-cap: "x" is not a number above 0/],
    [['--budget', '5000', '--revision', '7'], /there is no campaign revision "vans@7"/],
  ])('refuses %j', async (args, problem) => {
    expect(await polyadRefuses(workspace, ['plan', 'vans', ...args])).toMatch(problem)
  })

  it('is the same text every time, the verdict first, and the table sums to the budget', async () => {
    const [one, two] = [
      await polyad(workspace, ['plan', 'vans', '--budget', '5000 USD']),
      await polyad(workspace, ['plan', 'vans', '--budget', '5000']),
    ]
    expect(one).toMatchObject({ status: 0, stderr: '' })
    expect(two.stdout).toBe(one.stdout)
    expect(one.stdout).toMatch(/^(BROAD|BROAD, AND A TEST): Stay with broad/)
    expect(one.stdout).toMatch(/\nin all +100\.0 % +\$5,000\.00\n/)
    expect(one.stdout).toContain('note: there is no history')
    expect(one.stdout).toContain('seed: plan vans@1')
  })

  it('as CSV is one row a leaf whose budgets sum to the budget', async () => {
    const { stdout } = await polyad(workspace, ['plan', 'vans', '--budget', '5000', '--format', 'csv'])
    const rows = parse(stdout, { columns: true }) as Record<string, string>[]
    const cents = rows.reduce((sum, { budget }) => sum + Math.round(Number(budget || 0) * 100), 0)
    expect(cents).toBe(500_000)
    expect(rows.find(({ id }) => id === 'broad')!['currency']).toBe('USD')
    const hidden = rows.filter(({ ad }) => ad === 'hidden')
    expect(hidden.length).toBeGreaterThan(1)
    for (const row of hidden) expect([row['people'], row['budget'], row['rate']]).toEqual(['', '', ''])
  })

  it('beside a running server is what it is without', async () => {
    const args = ['plan', 'vans', '--budget', '5000', '--value', '12.50', '--frequency-cap', '4']
    const alone = await polyadJson<BudgetPlan>(workspace, args)
    server = await polyadServe(workspace)
    expect(await polyadJson<BudgetPlan>(workspace, args)).toEqual(alone)
    expect(await polyadRefuses(workspace, ['plan', 'vans', '--budget', '5 EUR'])).toContain('is not in USD')
    expect(alone.value).toEqual({ perGoalEventMicros: 12_500_000, from: 'given' })
    expect(alone.leaves.some(({ bidMicros }) => bidMicros !== null)).toBe(true)
  })
})
