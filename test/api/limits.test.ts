import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DEFAULT_LIMITS, isDeeper } from '../../api/limits.ts'
import { openWorld, type World } from './world.ts'

/** What comes back on a connection until the server closes it. */
interface Talk {
  readonly socket: Socket
  readonly ended: Promise<string>
}

describe('limits', () => {
  let world: World
  let port: number
  beforeAll(async () => {
    world = await openWorld({
      keys: false,
      config: { limits: { ...DEFAULT_LIMITS, headersMs: 300, requestMs: 600, connections: 50 } },
    })
    port = Number(new URL(await world.server.listen({ host: '127.0.0.1', port: 0 })).port)
  })
  afterAll(() => world.close())

  const talk = (...parts: readonly string[]): Talk => {
    const socket = connect(port, '127.0.0.1')
    let said = ''
    socket.on('data', (part) => {
      said += String(part)
    })
    const ended = new Promise<string>((resolve) => {
      // A server that stops listening to a flood resets the connection.
      socket.on('error', () => {})
      socket.on('close', () => resolve(said))
    })
    for (const part of parts) socket.write(part)
    return { socket, ended }
  }
  const head = (more: string) => `POST /v1/decisions HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n${more}`
  const JSON_TYPE = 'Content-Type: application/json\r\n'
  const problemOf = (answer: string) => JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4)) as object

  it('ends a connection that sends its headers too slowly (slowloris), while others are answered', async () => {
    const slow = Array.from({ length: 20 }, () => talk(head('X-A: b\r\n')))
    const drip = setInterval(() => {
      for (const { socket } of slow) socket.write('X-B: c\r\n')
    }, 50)
    const answer = await fetch(`http://127.0.0.1:${port}/health/live`)
    expect(answer.status).toBe(200)
    for (const { ended } of slow) {
      const said = await ended
      expect(said).toMatch(/^HTTP\/1\.1 408 /)
      expect(problemOf(said)).toMatchObject({ code: 'REQUEST_TIMEOUT', status: 408 })
    }
    clearInterval(drip)
  })

  it('ends a connection that sends its body too slowly', async () => {
    const { socket, ended } = talk(head(`${JSON_TYPE}Content-Length: 1000\r\n\r\n{`))
    const drip = setInterval(() => socket.write(' '), 50)
    expect(await ended).toMatch(/^HTTP\/1\.1 408 /)
    clearInterval(drip)
  })

  it('refuses a body of 1 GB at its first bytes, whether its length is told or not', async () => {
    const told = talk(head(`${JSON_TYPE}Content-Length: ${2 ** 30}\r\n\r\n`))
    expect(problemOf(await told.ended)).toMatchObject({
      code: 'BODY_TOO_LARGE',
      detail: expect.stringContaining('1048576'),
    })
    const { socket, ended } = talk(head(`${JSON_TYPE}Transfer-Encoding: chunked\r\n\r\n`))
    const chunk = `10000\r\n${' '.repeat(65_536)}\r\n`
    let sent = 0
    const before = process.memoryUsage.rss()
    const flood = () => {
      while (!socket.destroyed && sent < 2 ** 30) {
        sent += 65_536
        if (!socket.write(chunk)) return void socket.once('drain', flood)
      }
    }
    flood()
    expect(await ended).toMatch(/^HTTP\/1\.1 413 /)
    expect(sent).toBeLessThan(2 ** 26)
    expect(process.memoryUsage.rss() - before).toBeLessThan(2 ** 28)
  })

  it('refuses 100 KB of headers', async () => {
    const { ended } = talk(`GET /health/live HTTP/1.1\r\nHost: a\r\nCookie: ${'x'.repeat(100_000)}\r\n\r\n`)
    const said = await ended
    expect(said).toMatch(/^HTTP\/1\.1 431 /)
    expect(problemOf(said)).toMatchObject({ code: 'HEADERS_TOO_LARGE' })
    expect(said).not.toContain('xxxx')
  })

  it('refuses what is not HTTP without repeating it', async () => {
    const said = await talk('SSH-2.0-scanner\r\n\r\n').ended
    expect(said).toMatch(/^HTTP\/1\.1 400 /)
    expect(said).not.toContain('scanner')
  })

  it.each(['[', '{"a":', '{"and":['])('refuses JSON nested without end: %s', async (open) => {
    const body = open.repeat(Math.floor(1_000_000 / open.length))
    const answer = await fetch(`http://127.0.0.1:${port}/v1/segments/deep`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body,
    })
    expect([answer.status, (await answer.json()).code]).toEqual([400, 'INPUT_INVALID'])
  })

  it('refuses a well-formed rule that is nested too deep to be checked', async () => {
    const rule = `${'{"not":'.repeat(5_000)}{"state":"CA"}${'}'.repeat(5_000)}`
    const answer = await world.ask({
      method: 'PUT',
      url: '/v1/segments/deep',
      headers: { 'content-type': 'application/json' },
      payload: `{"name":"deep","rule":${rule}}`,
    })
    expect([answer.statusCode, answer.json().detail]).toEqual([400, expect.stringContaining('64 deep')])
  })

  it('closes connections above the most there may be', async () => {
    const open = Array.from({ length: 60 }, () => talk())
    const closed = await Promise.race([
      ...open.map(({ ended }) => ended.then(() => true)),
      new Promise<false>((resolve) => setTimeout(() => resolve(false), 2_000)),
    ])
    expect(closed).toBe(true)
    for (const { socket } of open) socket.destroy()
  })
})

describe('isDeeper', () => {
  it.each([
    ['[[]]', 2, false],
    ['[[]]', 1, true],
    ['{"a":[{}]}', 2, true],
    ['"[[[["', 1, false],
    [String.raw`"\"[[[["`, 1, false],
    [String.raw`{"a\\":[]}`, 1, true],
    [String.raw`{"a\\\"[[":1}`, 1, false],
    ['[][][]', 1, false],
    ['"unfinished [[[', 0, false],
  ] as const)('%s beyond %d: %s', (json, most, deeper) => expect(isDeeper(json, most)).toBe(deeper))
})
