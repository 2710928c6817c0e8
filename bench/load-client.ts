import { Agent, request as httpRequest } from 'node:http'
import type { DecisionAnswer } from '../engine/decision/answer.ts'
import type { Kind, MixedRequest, MixedRequests } from './mixed-requests.ts'

/** How long one request took. */
export interface Answered {
  readonly kind: Kind
  /** From when it was due, ms: a wait for a free connection counts, as it would for a visitor. */
  readonly ms: number
  /** What was wrong with it. */
  readonly wrong: string | undefined
}

export interface LoadClient {
  /** Asks one after the other on every connection, as fast as answers come; the requests a second. */
  closed(seconds: number): Promise<number>
  /** Asks so many a second, whether answers come or not. */
  open(perSecond: number, seconds: number, told: (answered: Answered) => void): Promise<void>
  close(): void
}

/** Requests that wait for a free connection: beyond them the server is not keeping up at all. */
const MOST_WAITING = 5_000

export function createLoadClient(url: string, requests: MixedRequests, connections: number): LoadClient {
  const { hostname, port } = new URL(url)
  const agent = new Agent({ keepAlive: true, maxSockets: connections })

  const ask = (asked: MixedRequest): Promise<string | undefined> =>
    new Promise((resolve) => {
      const { method, path, body, kind, status } = asked
      const headers = {
        'user-agent':
          'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36',
        ...(body === undefined
          ? {}
          : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
      }
      const sent = httpRequest({ hostname, port, agent, method, path, headers }, (response) => {
        const parts: Buffer[] = []
        response.on('data', (part: Buffer) => {
          if (kind === 'decision') parts.push(part)
        })
        response.on('error', (error) => resolve(error.message))
        response.on('end', () => {
          if (response.statusCode !== status) return resolve(`${kind}: status ${response.statusCode}`)
          if (kind === 'decision')
            requests.decided(JSON.parse(Buffer.concat(parts).toString()) as DecisionAnswer)
          resolve(undefined)
        })
      })
      sent.on('error', (error) => resolve(error.message))
      sent.end(body)
    })

  return {
    async closed(seconds) {
      const endMs = performance.now() + seconds * 1000
      let answered = 0
      const worker = async () => {
        while (performance.now() < endMs) {
          await ask(requests.next())
          answered++
        }
      }
      const startMs = performance.now()
      await Promise.all(Array.from({ length: connections }, worker))
      return answered / ((performance.now() - startMs) / 1000)
    },
    open(perSecond, seconds, told) {
      return new Promise((resolve, reject) => {
        const startMs = performance.now()
        const total = Math.floor(perSecond * seconds)
        let due = 0
        let waiting = 0
        let failed = false
        const tick = () => {
          if (failed) return
          const now = performance.now()
          // Timers are late by milliseconds: whatever is due by now is sent.
          for (; due < total && startMs + (due * 1000) / perSecond <= now; due++) {
            const dueMs = startMs + (due * 1000) / perSecond
            const asked = requests.next()
            if (++waiting > MOST_WAITING) {
              failed = true
              return reject(new Error(`${MOST_WAITING} requests wait: the server cannot keep up`))
            }
            void ask(asked).then((wrong) => {
              waiting--
              told({ kind: asked.kind, ms: performance.now() - dueMs, wrong })
              if (due >= total && waiting === 0) resolve()
            })
          }
          if (due < total) setTimeout(tick, 1)
        }
        tick()
      })
    },
    close: () => agent.destroy(),
  }
}
