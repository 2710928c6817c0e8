import { readFile } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { copyOf, makeWorkspace, polyad, polyadServe, removeFolder } from './polyad.ts'

const DECISION = JSON.stringify({ placement: 'iab-300x250', languages: ['en'] })

/** What a decision was answered with; undefined: the connection was refused or closed before anything came. */
interface Answer {
  readonly status: number
  readonly decision: string | undefined
  readonly connection: string | undefined
}

function decide(url: string, agent: Agent): Promise<Answer | undefined> {
  return new Promise((resolve) => {
    const asking = request(
      `${url}/v1/decisions`,
      { method: 'POST', agent, headers: { 'content-type': 'application/json' } },
      (response) => {
        let body = ''
        response.on('data', (part) => {
          body += String(part)
        })
        response.on('close', () => {
          // An answer that was cut off acknowledges nothing.
          if (!response.complete) return resolve(undefined)
          const { decision } = JSON.parse(body) as { decision?: string }
          resolve({ status: response.statusCode!, decision, connection: response.headers.connection })
        })
      },
    )
    asking.on('error', () => resolve(undefined))
    asking.end(DECISION)
  })
}

describe('a server that is told to stop', () => {
  let home: string
  let workspace: string
  beforeAll(async () => {
    ;({ home, workspace } = await makeWorkspace())
    expect((await polyad(workspace, ['check', 'vans', '--override', 'a test'])).status).toBe(0)
  })
  afterAll(() => removeFolder(home))

  it('says so, answers what it takes, loses nothing it acknowledged, and ends', async () => {
    const folder = await copyOf(workspace)
    const server = await polyadServe(folder, { POLYAD_DRAIN_SECONDS: '2', POLYAD_STOP_SECONDS: '20' })
    const agent = new Agent({ keepAlive: true, maxSockets: 16 })
    const answers: (Answer | undefined)[] = []
    let stopped = false
    const load = Array.from({ length: 16 }, async () => {
      let refused = 0
      while (refused < 3) {
        const answer = await decide(server.url, agent)
        if (answer) answers.push(answer)
        else {
          // Before it was told to stop nothing is refused.
          if (!stopped) answers.push(undefined)
          refused++
          await sleep(20)
        }
      }
    })
    await vi.waitFor(() => expect(answers.length).toBeGreaterThan(50), { timeout: 30_000 })
    const before = answers.length

    // A request in flight: the rest of it comes when the server has stopped listening.
    const { port } = new URL(server.url)
    const slow = connect(Number(port), '127.0.0.1')
    let slowAnswer = ''
    slow.on('data', (part) => {
      slowAnswer += String(part)
    })
    slow.write(
      `POST /v1/decisions HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Type: application/json\r\n` +
        `Content-Length: ${DECISION.length}\r\n\r\n${DECISION.slice(0, 10)}`,
    )
    await sleep(50)

    stopped = true
    const ended = server.stop()
    await vi.waitFor(
      async () => {
        const ready = await fetch(`${server.url}/health/ready`)
        expect([ready.status, (await ready.json()).code]).toEqual([503, 'STOPPING'])
      },
      { timeout: 10_000, interval: 50 },
    )
    expect((await fetch(`${server.url}/health/live`)).status).toBe(200)
    await vi.waitFor(() => expect(fetch(`${server.url}/health/live`)).rejects.toThrow(), { timeout: 10_000 })
    slow.write(DECISION.slice(10))
    expect(await ended).toBe(0)
    await Promise.all(load)
    agent.destroy()

    expect(slowAnswer).toMatch(/^HTTP\/1\.1 200 /)
    expect(answers.length).toBeGreaterThan(before)
    expect(new Set(answers.map((answer) => answer?.status))).toEqual(new Set([200]))
    expect(answers.some((answer) => answer?.connection === 'close')).toBe(true)

    const out = join(home, 'decisions.csv')
    expect((await polyad(folder, ['events', 'export', '--out', out])).status).toBe(0)
    const logged = await readFile(out, 'utf8')
    const lost = answers.filter((answer) => !logged.includes(answer!.decision!))
    expect(lost).toEqual([])
    await removeFolder(folder)
  })

  it('cuts off what is not answered in time', async () => {
    const folder = await copyOf(workspace)
    const server = await polyadServe(folder, { POLYAD_STOP_SECONDS: '1', POLYAD_LOG_LEVEL: 'error' })
    const { port } = new URL(server.url)
    const stuck = connect(Number(port), '127.0.0.1')
    stuck.on('error', () => {})
    const closed = new Promise<string>((resolve) => stuck.on('close', () => resolve('closed')))
    stuck.write(`POST /v1/decisions HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Length: 100\r\n`)
    await sleep(100)
    expect(await server.stop()).toBe(0)
    expect(await closed).toBe('closed')
    await removeFolder(folder)
  })
})
