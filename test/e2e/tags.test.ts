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

const PUBLIC = ['--public-url', 'https://ads.example/']

describe('polyad tags', () => {
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

  const tags = (...args: string[]) => ['tags', 'vans', '--placement', 'iab-300x250', ...args]

  it('prints the two tags to paste', async () => {
    const { status, stdout, stderr } = await polyad(workspace, tags(...PUBLIC, '--ad-server', 'dv360'))
    expect([status, stderr]).toEqual([0, ''])
    const [head, script, , second, iframe] = stdout.split('\n')
    expect([head, second]).toEqual([
      "script (the ad server's click address comes encoded 0 times):",
      "iframe (the ad server's click address comes encoded 1 times):",
    ])
    expect(script).toMatch(
      /^<script async src="https:\/\/ads\.example\/v1\/tag\.js" data-polyad="[\w-]+" data-click="\$\{CLICK_URL\}"/,
    )
    expect(iframe).toMatch(
      /^<iframe src="https:\/\/ads\.example\/v1\/tag\.html#tag=[\w-]+&amp;.*click=\$\{CLICK_URL_ENC\}" width="300"/,
    )
  })

  it('as JSON says for what and whom they are', async () => {
    expect(
      await polyadJson(workspace, tags(...PUBLIC, '--ad-server', 'xandr', '--depth', '1')),
    ).toMatchObject({
      campaign: 'vans',
      placement: 'iab-300x250',
      widthPx: 300,
      heightPx: 250,
      publicUrl: 'https://ads.example',
      adServer: 'xandr',
      macrosAsOf: expect.stringMatching(/^\d{4}-\d{2}-\d{2}$/),
      script: { depth: 1, markup: expect.stringContaining('data-click="${CLICK_URL_ENC}" data-depth="1"') },
      iframe: { depth: 1 },
    })
  })

  it('refuses what it cannot print, and says how to mend it', async () => {
    const refused: [string[], RegExp][] = [
      [tags(), /--public-url: nothing says where the tags will find the server/],
      [
        tags(...PUBLIC, '--ad-server', 'xandra'),
        /ad server: "xandra": it is not known; did you mean xandr\?/,
      ],
      [
        tags(...PUBLIC, '--placement', 'iab-1x1'),
        /campaign vans has no placement "iab-1x1"; it has iab-300x250/,
      ],
      [['tags', 'wans', '--placement', 'iab-300x250', ...PUBLIC], /there is no campaign "wans"/],
    ]
    for (const [args, problem] of refused) expect(await polyadRefuses(workspace, args)).toMatch(problem)
  })

  it('finds the server that runs', async () => {
    server = await polyadServe(workspace)
    const { stdout, stderr } = await polyad(workspace, tags())
    expect(stderr).toContain('is not https')
    const script = /src="([^"]+)"/.exec(stdout)![1]!
    expect(script).toBe(`${server.url}/v1/tag.js`)
    expect(await (await fetch(script)).text()).toContain('IntersectionObserver')
  })
})
