import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  makeWorkspace,
  polyad,
  polyadJson,
  polyadRefuses,
  polyadServe,
  removeFolder,
  type Served,
} from './polyad.ts'

describe('polyad keys rotate', () => {
  let home: string
  let workspace: string
  let server: Served
  beforeAll(async () => {
    ;({ home, workspace } = await makeWorkspace())
    expect((await polyad(workspace, ['check', 'vans', '--override', 'a test'])).status).toBe(0)
    server = await polyadServe(workspace)
  })
  afterAll(async () => {
    await server.stop()
    await removeFolder(home)
  })

  /** An answer with a click: one person in fifty is in the holdout, whose house ad has none. */
  const decide = async (): Promise<{ click: string }> => {
    const response = await fetch(`${server.url}/v1/decisions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ placement: 'iab-300x250', languages: ['en'] }),
    })
    const { click } = (await response.json()) as { click: string | null }
    return click === null ? decide() : { click }
  }
  const click = async (url: string) => (await fetch(url, { redirect: 'manual' })).status
  /** A running server looks at its keys again within a second. */
  const settle = () => new Promise((resolve) => setTimeout(resolve, 1_100))

  it('lets trackers that are out go on while its grace lasts, and not a moment longer', async () => {
    const old = await decide()
    expect(await polyad(workspace, ['keys', 'rotate', 'token'])).toMatchObject({ status: 0 })
    await settle()
    const fresh = await decide()
    expect([await click(old.click), await click(fresh.click)]).toEqual([302, 302])
    await polyadJson(workspace, ['keys', 'rotate', 'token', '--grace', '0'])
    await settle()
    // The one before the last still has its grace; the last has none.
    expect([await click(old.click), await click(fresh.click)]).toEqual([302, 404])
    expect(await click((await decide()).click)).toBe(302)
    const audit = await polyadJson<{ action: string; note?: string }[]>(workspace, ['audit'])
    expect(audit.filter(({ action }) => action === 'token-key-rotated').map(({ note }) => note)).toEqual([
      'the former one is believed for 90 days',
      'the former one is believed for 0 days',
    ])
  })

  it('never changes the identity key, and says what it would break', async () => {
    const said = await polyadRefuses(workspace, ['keys', 'rotate', 'identity'])
    expect(said).toContain('nobody is found again')
    expect(await polyadRefuses(workspace, ['keys', 'rotate', 'role'])).toContain(
      'only "token" can be rotated',
    )
  })

  it('leaves a key alone that comes from the environment', async () => {
    const given = await polyad(workspace, ['keys', 'rotate', 'token'], { POLYAD_TOKEN_KEY: 'ab'.repeat(32) })
    expect(given).toMatchObject({ status: 2, stderr: expect.stringContaining('NEW,FORMER') })
  })
})
