import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { signToken } from '../../engine/tracking/token.ts'
import { loadSecrets } from '../../io/workspace.ts'
import { openEventLog } from '../../store/embedded/event-log.ts'
import { inNewFolder } from '../contract/contract.ts'
import { readAll } from '../contract/event-log.ts'

const CLI = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
const BATCH = 1_000
/** Files may grow to this, in pieces of 512 bytes: then a write fails as on a full disk, after a part of the bytes. */
const LIMIT = 8 * 2_048

/** Starts a server of a workspace; `before` is run by the shell first. */
async function serve(workspace: string, before = ':'): Promise<{ url: string; server: ChildProcess }> {
  const command = [process.execPath, CLI, 'serve', '--port', '0', '--json', '--workspace', workspace]
  const server = spawn('sh', ['-c', `${before}; exec "$@"`, 'sh', ...command], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const [line] = (await once(server.stdout!, 'data')) as [Buffer]
  return { url: (JSON.parse(line.toString()) as { url: string }).url, server }
}

async function stop(server: ChildProcess): Promise<void> {
  const ended = once(server, 'exit')
  server.kill('SIGTERM')
  await ended
}

it('a full disk is a 503 that says so, loses nothing acknowledged, and the server goes on once there is room', () =>
  inNewFolder(async (folder) => {
    const workspace = `${folder}/full`
    const [status] = await once(spawn(process.execPath, [CLI, 'init', workspace]), 'exit')
    expect(status).toBe(0)
    const { tokenKey } = await loadSecrets(workspace)
    let next = 0
    const acknowledged: string[] = []
    const send = async (url: string, howMany: number): Promise<Response> => {
      const decisions = Array.from({ length: howMany }, () => `decision-${next++}`)
      const nowMs = Date.now()
      const events = decisions.map((decision) => ({
        type: 'click',
        token: signToken(tokenKey, {
          decision,
          campaign: 'open-road',
          adUnit: 'unit',
          landingUrl: 'https://shop.example/',
          issuedMs: nowMs,
          expiresMs: nowMs + 1_000_000,
        }),
      }))
      const response = await fetch(`${url}/v1/events`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ events }),
      })
      if (response.ok) acknowledged.push(...decisions)
      return response
    }

    const full = await serve(workspace, `trap "" XFSZ; ulimit -f ${LIMIT}`)
    let refused: Response | undefined
    for (let at = 0; at < 200 && !refused; at++) {
      const response = await send(full.url, BATCH)
      if (!response.ok) refused = response
    }
    expect([refused?.status, refused?.headers.get('retry-after')]).toEqual([503, '1'])
    expect(refused?.headers.get('content-type')).toContain('application/problem+json')
    expect(await refused?.json()).toMatchObject({ code: 'STORAGE_FULL', status: 503 })
    // What is small enough still fits behind what was cut off again.
    expect((await send(full.url, 1)).status).toBe(200)
    expect((await fetch(`${full.url}/health/live`)).status).toBe(200)
    await stop(full.server)

    const room = await serve(workspace)
    expect((await send(room.url, BATCH)).status).toBe(200)
    await stop(room.server)
    const log = await openEventLog(workspace)
    const logged = (await readAll(log)).map((record) => (record.type === 'decision' ? '' : record.decision))
    await log.close()
    const there = new Set(logged)
    expect(logged.length).toBe(there.size)
    expect(acknowledged.filter((decision) => !there.has(decision))).toEqual([])
    console.log(`${acknowledged.length} acknowledged, 0 lost, 0 twice`)
    expect(acknowledged.length).toBeGreaterThan(10 * BATCH)
  }))
