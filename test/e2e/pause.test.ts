import { writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Pause } from '../../engine/delivery/pauses.ts'
import {
  makeWorkspace,
  polyad,
  polyadJson,
  polyadRefuses,
  polyadServe,
  removeFolder,
  type Served,
} from './polyad.ts'

describe('polyad pause and resume', () => {
  let home: string
  let workspace: string
  let server: Served | undefined

  beforeAll(async () => {
    ;({ home, workspace } = await makeWorkspace())
    expect((await polyad(workspace, ['check', 'vans', '--apply'])).status).toBe(0)
  })
  afterAll(async () => {
    await server?.stop()
    await removeFolder(home)
  })

  const refusal = async (): Promise<string | undefined> => {
    const response = await fetch(`${server!.url}/v1/decisions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ placement: 'iab-300x250', campaign: 'vans' }),
    })
    expect(response.status).toBe(200)
    return ((await response.json()) as { refusal?: string }).refusal
  }
  const running = async () =>
    (await polyadJson<{ pauses: Pause[] }>(workspace, ['pause', '--list'])).pauses.filter(
      ({ resumed }) => !resumed,
    )

  it('go through a running server, hold when the command ends, and outlive the server', async () => {
    server = await polyadServe(workspace)
    expect(await refusal()).toBeUndefined()
    const told = await polyad(workspace, ['pause', 'vans', '--reason', 'a wrong price'])
    expect(told).toMatchObject({ status: 0, stderr: '' })
    expect(told.stdout).toMatch(
      /^campaign:vans is paused since \S+Z, by the user of this machine: a wrong price\nno export to a platform is on record/,
    )
    expect(await refusal()).toBe('paused')

    expect(await server.stop()).toBe(0)
    server = await polyadServe(workspace)
    expect(await refusal()).toBe('paused')
    expect(await running()).toMatchObject([{ target: 'campaign:vans', reason: 'a wrong price' }])
    expect((await polyad(workspace, ['resume', 'vans'])).stdout).toBe('campaign:vans goes on\n')
    expect(await refusal()).toBeUndefined()
    expect(await running()).toEqual([])

    const report = await polyadJson<{ asked?: { outcomes: object } }>(workspace, ['report', 'vans'])
    expect(report.asked?.outcomes).toMatchObject({ served: 2, paused: 2, capped: 0 })
  })

  it('are taken in by a server that they did not go through', async () => {
    // As a second command, or a restored backup, would leave it: the file alone.
    await server?.stop()
    await polyad(workspace, ['pause', 'vans'])
    const before = await running()
    await polyad(workspace, ['resume', 'vans'])
    server = await polyadServe(workspace)
    expect(await refusal()).toBeUndefined()
    await writeFile(`${workspace}/.polyad/pause/all.json`, JSON.stringify({ pauses: before }))
    await vi.waitFor(async () => expect(await refusal()).toBe('paused'), { timeout: 10_000, interval: 50 })
    expect((await polyad(workspace, ['resume', 'campaign:vans'])).status).toBe(0)
  })

  it.each([
    [['pause', 'vens'], 'did you mean "vans"?'],
    [['pause', 'asset:nothing-of-the-kind'], 'there is no asset'],
    [['pause', 'segment:broad'], 'pause the campaign'],
    [['pause', ''], 'write a campaign, asset:ID'],
    [['pause'], 'nothing is named'],
    [['pause', 'vans', '--list'], 'leave the target out'],
    [['pause', 'vans', '--reason', ' '], 'say why'],
    [['resume', 'vans'], 'nothing is paused'],
  ])('refuse %j, and pause nothing', async (args, told) => {
    expect(await polyadRefuses(workspace, args)).toContain(told)
    expect(await running()).toEqual([])
  })
})
