import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { listKeys } from '../api/keys.ts'
import { buildServer, listen } from '../api/server.ts'
import { stopServer } from '../api/shutdown.ts'
import { PolyadError } from '../core/errors.ts'
import { createStream } from '../core/stream.ts'
import { CONSENT_DEFAULTS } from '../engine/decision/personal-use.ts'
import { createCounterLoader } from '../engine/tracking/load-counters.ts'
import { eraseSteps } from '../engine/upkeep/erase-person.ts'
import { judgeOnThread } from '../jobs/local/judge.ts'
import { learnOnThread } from '../jobs/local/learn.ts'
import type { Workspace } from './compose.ts'
import type { Config } from './config.ts'
import { PACKAGE_ROOT } from './package-root.ts'

const WEB_BUILT = join(PACKAGE_ROOT, 'dist/web')

export interface RunningServer {
  readonly url: string
  /** Answers what is in flight first (api/shutdown.ts). */
  close(): Promise<void>
}

/**
 * Serves a held workspace.
 *
 * @param address port 0 takes a free one
 * @throws PolyadError ADDRESS_UNUSABLE, BIND_REFUSED
 */
export async function startServer(
  workspace: Workspace,
  config: Config,
  address: { readonly host: string; readonly port: number },
): Promise<RunningServer> {
  const { ports, secrets, fonts, fingerprint, settings } = workspace
  const { host } = address
  const port = address.port === 0 ? await freePort(host) : address.port
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`
  const singleUser = (await listKeys(ports)).length === 0
  const upkeep = await workspace.upkeep()
  await upkeep.finishErase(eraseSteps(ports, createCounterLoader(ports)))
  const server = await buildServer({
    ports,
    upkeep,
    retention: config.retention,
    secrets,
    fonts,
    config: {
      publicUrl: config.publicUrl ?? url,
      singleUser,
      consent: { ...CONSENT_DEFAULTS, ...settings.consent },
      fingerprint,
      webFolders: [join(PACKAGE_ROOT, 'web/public'), WEB_BUILT],
      steerEveryMs: config.steerEveryMs,
      tagScript: await readFile(join(WEB_BUILT, 'tag.js'), 'utf8'),
      limits: config.limits,
      rates: config.rates,
      trustedProxies: config.trustedProxies,
    },
    judge: judgeOnThread,
    learn: learnOnThread,
    stream: createStream(randomBytes(16).toString('hex')),
    logger: { level: config.logLevel, stream: process.stderr },
  })
  try {
    await listen(server, { host, port }, { singleUser })
  } catch (cause) {
    await server.close()
    const { code } = cause as NodeJS.ErrnoException
    if (code !== 'EADDRINUSE' && code !== 'EACCES' && code !== 'EADDRNOTAVAIL') throw cause
    const problem = code === 'EADDRINUSE' ? 'something else listens there' : code
    throw new PolyadError('ADDRESS_UNUSABLE', { address: `${host}:${port}`, problem }, { cause })
  }
  await workspace.announceUrl(url)
  return {
    url,
    async close() {
      await stopServer(server, config.stopping)
    },
  }
}

/** Resolves when the signal aborts. */
export function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

function freePort(host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, host, () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}
