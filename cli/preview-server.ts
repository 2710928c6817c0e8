import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { PolyadError } from '../core/errors.ts'
import { problemPicture, RELOAD_SCRIPT } from '../engine/authoring/preview-page.ts'
import type { DrawnCell } from '../engine/authoring/preview-pictures.ts'

/** What is shown now; another takes its place when a file is saved. */
export interface ShownPreview {
  /** Tells it from those before; the page names it where it asks for its script. */
  readonly version: string
  readonly html: string
  /** Content-Security-Policy of the page. */
  readonly policy: string
  /** The picture of a number of the page; undefined when there is none of the number. */
  picture(number: number): Promise<DrawnCell | undefined>
}

export interface PreviewServer {
  readonly url: string
  /** Shows another page: whoever has it open reloads. */
  show(preview: ShownPreview): void
  close(): Promise<void>
}

const SCRIPT_PATH = '/reload.js'
const CHANGE = 'event: change\ndata:\n\n'

/** Address of the script that reloads the page of a version. */
export function scriptUrlOf(version: string): string {
  return `${SCRIPT_PATH}?${version}`
}

/**
 * Serves one page on loopback, and tells it (server-sent events) when to reload. Another Host than its own is refused,
 * so that no other site can read it through a name of its own.
 *
 * @param port 0 takes a free one
 * @throws PolyadError ADDRESS_UNUSABLE
 */
export async function openPreviewServer(first: ShownPreview, port: number): Promise<PreviewServer> {
  let shown = first
  const listeners = new Set<ServerResponse>()
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(500, TEXT)
      response.end(error instanceof PolyadError ? error.message : 'this could not be shown')
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) =>
      reject(new PolyadError('ADDRESS_UNUSABLE', { address: `127.0.0.1:${port}`, problem: error.message })),
    )
    server.listen(port, '127.0.0.1', resolve)
  })
  const own = (server.address() as AddressInfo).port
  const hosts = new Set([`127.0.0.1:${own}`, `localhost:${own}`])

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!hosts.has(request.headers.host ?? '')) return end(response, 421, 'this is another address')
    if (request.method !== 'GET' && request.method !== 'HEAD') return end(response, 405, 'only GET')
    const { pathname, search } = new URL(request.url ?? '/', `http://127.0.0.1:${own}`)
    if (pathname === '/') {
      response.writeHead(200, {
        ...COMMON,
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': shown.policy,
      })
      response.end(shown.html)
    } else if (pathname === SCRIPT_PATH) {
      response.writeHead(200, { ...COMMON, 'content-type': 'text/javascript; charset=utf-8' })
      response.end(RELOAD_SCRIPT)
    } else if (pathname === '/changes') {
      response.writeHead(200, { ...COMMON, 'content-type': 'text/event-stream' })
      // What was saved while the page was on its way here is told at once.
      response.write(search === `?${shown.version}` ? ': open\n\n' : CHANGE)
      listeners.add(response)
      response.on('close', () => listeners.delete(response))
    } else {
      const number = /^\/pictures\/(\d{1,6})\.png$/.exec(pathname)?.[1]
      const drawn = number === undefined ? undefined : await shown.picture(Number(number))
      if (!drawn) return end(response, 404, 'there is nothing here')
      const type = 'png' in drawn ? 'image/png' : 'image/svg+xml'
      response.writeHead(200, { ...COMMON, 'content-type': type })
      response.end('png' in drawn ? drawn.png : problemPicture(drawn.problem))
    }
  }

  return {
    url: `http://127.0.0.1:${own}/`,
    show(preview) {
      shown = preview
      for (const each of listeners) each.write(CHANGE)
    },
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      for (const each of listeners) each.end()
      server.closeAllConnections()
      await closed
    },
  }
}

const COMMON = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' } as const
const TEXT = { ...COMMON, 'content-type': 'text/plain; charset=utf-8' } as const

function end(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, TEXT)
  response.end(text)
}
