import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OpeReport } from '../../engine/ope/ope-report.ts'
import {
  makeWorkspace,
  polyad,
  polyadJson,
  polyadRefuses,
  polyadServe,
  removeFolder,
  type Served,
  writeJson,
} from './polyad.ts'

describe('polyad ope', () => {
  let home: string
  let workspace: string
  let server: Served | undefined
  const policy = (name: string) => join(home, `${name}.json`)

  beforeAll(async () => {
    ;({ home, workspace } = await makeWorkspace())
    expect((await polyad(workspace, ['check', 'vans', '--override', 'a test'])).status).toBe(0)
    await writeJson(policy('even'), { name: 'even', otherwise: 'even' })
    await writeJson(policy('wrong'), { slots: { nothing: 'even' } })
    await writeJson(policy('none'), { slot: {} })
  })
  afterAll(async () => {
    await server?.stop()
    await removeFolder(home)
  })

  it('refuses a campaign without decisions, and a policy that is none or is not there', async () => {
    expect(await polyadRefuses(workspace, ['ope', 'vans', '--policy', policy('even')], 3)).toContain(
      'campaign vans: the value of this policy is not told: there is no decision to value it on',
    )
    expect(await polyadRefuses(workspace, ['ope', 'vans', '--policy', policy('none')])).toContain(
      'unknown field "slot"',
    )
    expect(await polyadRefuses(workspace, ['ope', 'vans', '--policy', policy('absent')])).toContain(
      'there is no such file',
    )
    expect(await polyadRefuses(workspace, ['ope', 'vens', '--policy', policy('even')])).toContain(
      'there is no campaign "vens"',
    )
    expect(await polyadRefuses(workspace, ['ope', './vans.csv', '--policy', policy('even')])).toContain(
      'cannot read ./vans.csv',
    )
  })

  it('gives the same answer beside a server, alone, and from the file of its export', async () => {
    server = await polyadServe(workspace)
    const campaign = (await (await fetch(`${server.url}/v1/campaigns/vans`)).json()) as {
      placements: string[]
    }
    for (let at = 0; at < 150; at++) {
      const response = await fetch(`${server.url}/v1/decisions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ placement: campaign.placements[0] }),
      })
      expect(response.status).toBe(200)
    }
    const args = ['ope', 'vans', '--policy', policy('even')]
    const beside = await polyadJson<OpeReport>(workspace, args)
    expect(beside.log.campaign).toBe('vans')
    const holdout = Number(beside.notes.find((note) => note.includes('holdout'))?.split(' ')[0] ?? 0)
    expect(beside.log.decisions + holdout).toBe(150)
    expect(beside.diagnostics.meanWeight.value).toBeCloseTo(1, 9)
    expect(await polyadRefuses(workspace, ['ope', 'vans', '--policy', policy('wrong')])).toContain(
      '/slots/nothing: the log has no slot "nothing"',
    )
    await server.stop()
    server = undefined
    expect(await polyadJson<OpeReport>(workspace, args)).toEqual(beside)

    const file = join(home, 'events.csv')
    await polyad(workspace, ['events', 'export', '--campaign', 'vans', '--out', file])
    const { stdout } = await polyad(home, ['ope', file, '--policy', policy('even')])
    expect(stdout).toMatch(
      /^"even" would bring 0\.00 clicks per 1,000 decisions \(95 %: 0\.00 to 0\.00\), not shown to differ from the 0\.00/,
    )
    expect(
      await polyadRefuses(home, ['ope', file, '--policy', policy('even'), '--from', '2026-01-01']),
    ).toContain('--from: is of campaigns')
  })
})
