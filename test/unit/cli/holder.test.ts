import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { getFromHolder } from '../../../cli/holder.ts'
import type { PolyadError } from '../../../core/errors.ts'

let answer: { status: number; body: string }
const server = createServer((_request, response) => response.writeHead(answer.status).end(answer.body))
let url: string

beforeAll(async () => {
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => server.close())

async function refusal(status: number, body: unknown): Promise<PolyadError> {
  answer = { status, body: typeof body === 'string' ? body : JSON.stringify(body) }
  const holder = { command: 'polyad serve', pid: 7, host: 'h', pidStart: null, sinceMs: 0, url }
  return getFromHolder(holder, '/x', undefined).then(
    () => expect.unreachable('it was not refused'),
    (error: PolyadError) => error,
  )
}

const NAMED = /^the workspace is held by polyad serve \(process 7\) at http:\S+, which answers: /

describe('what a running server refuses', () => {
  it('ends a command as the work itself would have: by its code, in its words', async () => {
    const detail = 'campaign x@1: it has not been checked yet'
    const refused = await refusal(409, { code: 'CHECK_MISSING', title: 'check missing', detail })
    expect(refused).toMatchObject({ code: 'CHECK_MISSING', exit: 3, message: detail })
  })

  it('without words, as it is for a failure within it, keeps its status, and the server is named', async () => {
    const failed = await refusal(500, { code: 'POPULATION_UNREADABLE', title: 'population unreadable' })
    expect(failed).toMatchObject({ code: 'POPULATION_UNREADABLE', exit: 1 })
    expect(failed.message).toMatch(NAMED)
    expect(failed.message).toMatch(/population unreadable$/)
  })

  it.each([
    [401, { code: 'UNAUTHENTICATED', detail: 'a key is needed' }, /POLYAD_API_KEY/],
    [403, { code: 'FORBIDDEN', detail: 'a creative key may not export' }, /may not export$/],
    [404, { code: 'OF_ANOTHER_VERSION', detail: 'gone' }, /gone$/],
    [404, '<h1>nothing here</h1>', /status 404$/],
    [500, 'null', /status 500$/],
    [404, { code: 'toString' }, /status 404$/],
  ])('to this key, or in no words of ours, is its own refusal: %i %j', async (status, body, told) => {
    const refused = await refusal(status, body)
    expect(refused).toMatchObject({ code: 'HOLDER_REFUSED', exit: 2 })
    expect(refused.message).toMatch(NAMED)
    expect(refused.message).toMatch(told)
  })
})
