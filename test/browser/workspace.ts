import { mkdtemp, readFile, rm, unlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { importFile, readMapping } from '../../cli/commands/import.ts'
import { openWorkspace, type Workspace } from '../../cli/compose.ts'
import { configFrom } from '../../cli/config.ts'
import { copyExample } from '../../cli/example.ts'
import { createOutput } from '../../cli/output.ts'
import { startServer } from '../../cli/serving.ts'
import type { Campaign } from '../../engine/campaign/campaign.ts'
import type { DecisionAnswer } from '../../engine/decision/answer.ts'
import { loadPopulation } from '../../engine/ingest/population.ts'
import { writeMentions } from '../../examples/write-mentions.ts'

/** A workspace like the bundled example but of 2,000 authors, served on a free port. */
export interface ServedWorkspace {
  readonly workspace: Workspace
  readonly url: string
  /** The example's campaign, open-road, as it is bundled. */
  readonly example: Campaign
  /** Writes a document of the workspace, e.g. campaigns/spring.json. */
  write(path: string, document: object): Promise<void>
  remove(path: string): Promise<void>
  get<T>(path: string): Promise<T>
  post<T>(path: string, body: unknown): Promise<T>
  /** The first `people` people of the population come once each and see the ad; every third clicks. */
  simulate(campaign: string, people: number): Promise<void>
  close(): Promise<void>
}

const config = configFrom({ POLYAD_WORKERS: '1', POLYAD_LOG_LEVEL: 'error' })

/** @param imported false: the campaigns are there, and nobody was listened to yet */
export async function serveWorkspace(options: { readonly imported: boolean }): Promise<ServedWorkspace> {
  const folder = await mkdtemp(join(tmpdir(), 'polyad-browser-'))
  await copyExample(folder)
  const workspace = await openWorkspace(config, folder, { hold: 'serve' })
  if (options.imported) await importListening(workspace)
  const server = await startServer(workspace, config, { host: '127.0.0.1', port: 0 })
  const { url } = server
  const exampleFile = join(folder, 'campaigns/open-road.json')
  const example = JSON.parse(await readFile(exampleFile, 'utf8')) as Campaign

  const ask = async <T>(path: string, init?: RequestInit): Promise<T> => {
    const response = await fetch(url + path, init)
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`)
    return (await response.json()) as T
  }
  const post = <T>(path: string, body: unknown) =>
    ask<T>(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  return {
    workspace,
    url,
    get: ask,
    post,
    example,
    write: (path, document) => writeFile(join(folder, path), JSON.stringify(document)),
    remove: (path) => unlink(join(folder, path)),
    async simulate(campaign, people) {
      const population = await loadPopulation(workspace.ports)
      const visit = async (row: number): Promise<string> => {
        const { impression } = await post<DecisionAnswer>('/v1/decisions', {
          campaign,
          placement: 'iab-300x250',
          languages: ['en'],
          personKey: population.personAt(row),
          consent: { personalise: true },
          simulated: true,
        })
        return impression.split('/').at(-1)!
      }
      const tokens = await Promise.all(Array.from({ length: people }, (_, row) => visit(row)))
      const send = (type: string, of: readonly string[]) =>
        post('/v1/events', { events: of.map((token) => ({ token, type })) })
      await send('impression', tokens)
      await send(
        'click',
        tokens.filter((_, row) => row % 3 === 0),
      )
    },
    async close() {
      await server.close()
      await workspace.close()
      await rm(folder, { recursive: true })
    },
  }
}

async function importListening(workspace: Workspace): Promise<void> {
  const file = join(workspace.folder, 'mentions.jsonl')
  await writeMentions(file, { seed: 'browser tests', mentions: 6_000, authors: 2_000 })
  const mapping = await readMapping(workspace, 'listening')
  await importFile(workspace, file, mapping, {
    output: createOutput(),
    signal: new AbortController().signal,
  })
}
