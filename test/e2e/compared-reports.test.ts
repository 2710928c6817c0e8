import { parse } from 'csv-parse/sync'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ComparedReports } from '../../engine/reporting/compared-reports.ts'
import { makeWorkspace, polyad, polyadJson, polyadRefuses, polyadServe, removeFolder } from './polyad.ts'

describe('polyad report', () => {
  let home: string
  let workspace: string

  beforeAll(async () => {
    ;({ home, workspace } = await makeWorkspace())
    expect((await polyad(workspace, ['check', 'vans', '--override', 'a test of reports'])).status).toBe(0)
  })
  afterAll(() => removeFolder(home))

  const compare = [
    'report',
    'vans',
    '--by',
    'placement',
    '--compare',
    'open-road',
    '--compare-from',
    '2026-01-01',
  ]

  it('--compare says the same by itself and through a running server', async () => {
    const own = await polyadJson<ComparedReports>(workspace, compare)
    expect(own).toMatchObject({ kind: 'campaigns', second: { campaign: 'open-road', from: '2026-01-01' } })
    expect((await polyad(workspace, compare)).stdout).toContain('NOTE: Nobody was assigned to one campaign')
    const server = await polyadServe(workspace)
    try {
      expect(await polyadJson(workspace, compare)).toEqual(own)
      const response = await fetch(`${server.url}/v1/decisions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ placement: 'iab-300x250', languages: ['en'] }),
      })
      expect(response.status).toBe(200)
    } finally {
      await server.stop()
    }
  })

  it('--format csv is the breakdown, or the table that is asked for', async () => {
    const { stdout } = await polyad(workspace, ['report', 'vans', '--by', 'placement', '--format', 'csv'])
    expect(parse(stdout, { columns: true })).toMatchObject([
      { campaign: 'vans', by: 'placement', key: 'iab-300x250', hidden: 'false', decisions: '1', clicks: '0' },
    ])
    const headOf = async (table: string) => {
      const args = ['report', 'vans', '--format', 'csv', '--table', table]
      return (await polyad(workspace, args)).stdout.split('\r\n')[0]
    }
    expect(await headOf('leaves')).toMatch(/^campaign,from,to,leaf,.*,lift,lift_low,lift_high,p,q,/)
    expect(await headOf('elements')).toMatch(/^campaign,from,to,slot,option,.*,p,q,/)
  })

  it.each([
    [['--compare', 'vans'], /it would be compared with itself/],
    [['--compare', 'none'], /there is no campaign "none"/],
    [['--table', 'leaves'], /--table: it is of the CSV file; add --format csv/],
    [['--format', 'csv', '--table', 'days'], /Allowed choices are breakdown, leaves, elements/],
    [
      ['--compare', 'open-road', '--format', 'csv'],
      /--format csv: it is of one report alone; leave --compare out/,
    ],
  ])('refuses %j', async (args, problem) => {
    expect(await polyadRefuses(workspace, ['report', 'vans', ...args])).toMatch(problem)
  })
})
