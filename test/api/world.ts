import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify'
import sharp from 'sharp'
import type { ServerConfig, ServerPorts } from '../../api/context.ts'
import { createKey, type Role } from '../../api/keys.ts'
import { buildServer, type ServerParts } from '../../api/server.ts'
import { PolyadError } from '../../core/errors.ts'
import { identityHash } from '../../core/hash.ts'
import { createStream } from '../../core/stream.ts'
import { learnOptions } from '../../engine/allocation/learn.ts'
import type { Campaign } from '../../engine/campaign/campaign.ts'
import type { ConsentPolicy } from '../../engine/decision/personal-use.ts'
import { rebuildPopulation } from '../../engine/ingest/population.ts'
import type { LogRecord } from '../../engine/tracking/record.ts'
import { createTableFiles } from '../../io/parquet-file.ts'
import { createPictureFolder } from '../../io/picture-folder.ts'
import { createWorkspaceFiles } from '../../io/workspace.ts'
import { judgeOnThread } from '../../jobs/local/judge.ts'
import { personKey } from '../../segments/person-key.ts'
import { openAudit } from '../../store/embedded/audit.ts'
import { openBlobs } from '../../store/embedded/blobs.ts'
import { openCounters } from '../../store/embedded/counters.ts'
import { openDeliveryHistory } from '../../store/embedded/delivery-history.ts'
import { openDocuments } from '../../store/embedded/documents.ts'
import { openEventLog } from '../../store/embedded/event-log.ts'
import { openMentions } from '../../store/embedded/mentions.ts'
import { openSnapshots } from '../../store/embedded/snapshots.ts'
import { openUpkeep } from '../../store/embedded/upkeep.ts'
import { loadFonts } from '../../templates/fonts.ts'
import type { Template } from '../../templates/template.ts'

export const PUBLIC_URL = 'http://127.0.0.1:4000'
export const NOW_MS = Date.UTC(2026, 2, 10, 12)
export const IDENTITY_KEY = new Uint8Array(32).fill(1)
export const TOKEN_KEY = new Uint8Array(32).fill(2)
export const SITE_ORIGIN = 'https://shop.example'

export const CAMPAIGN: Campaign = {
  name: 'spring',
  template: 'plain',
  segments: ['california', 'oregon', 'washington'],
  locales: ['en-US', 'es-MX'],
  placements: ['iab-300x250', 'iab-728x90'],
  slots: [
    {
      slot: 'headline',
      default: 'go',
      assets: [
        { id: 'go', text: { en: 'Go outside', es: 'Sal fuera' } },
        { id: 'hike', text: { en: 'Hike more', es: 'Camina más' } },
      ],
    },
    { slot: 'photo', default: 'sky', assets: [{ id: 'sky', file: 'assets/sky.png' }] },
  ],
  landingUrl: 'https://shop.example/boots?from=ad',
  budget: {
    total: { amountMicros: 100_000_000, currency: 'USD' },
    costPerThousand: { amountMicros: 2_000_000, currency: 'USD' },
  },
  flight: { from: '2026-03-01', to: '2026-03-31' },
  timeZone: 'America/New_York',
  goal: { event: 'click', baselineRate: 0.02 },
}

/** How a campaign may be offered at auctions. */
export const BID: NonNullable<Campaign['bid']> = {
  advertiserDomains: ['shop.example'],
  categories: ['IAB20-3'],
  // Reports show no arm of a few people; without a person every decision counts.
  person: 'none',
  attributes: [{ from: 'device.geo.region', to: 'state' }],
  prices: [{ segment: 'california', costPerThousand: { amountMicros: 4_000_000, currency: 'USD' } }],
  native: { placement: 'iab-300x250', title: 'headline', image: 'photo', sponsoredBy: 'The Shop' },
}

export const TEMPLATE: Template = {
  name: 'plain',
  slots: [
    { name: 'headline', kind: 'text' },
    { name: 'photo', kind: 'image' },
  ],
  layers: [
    { id: 'photo', kind: 'image', slot: 'photo', box: { left: 0, right: 0, top: 0, bottom: 0 } },
    {
      id: 'headline',
      kind: 'text',
      slot: 'headline',
      box: { left: 10, right: 10, top: 10, height: 60 },
      colour: '#000000',
      maxFontPx: 24,
      minFontPx: 10,
    },
  ],
}

/** People by state; Washington is under the k floor of 50. */
const PEOPLE = { CA: 120, OR: 60, WA: 30 } as const

/** A whole workspace on the embedded adapters, with a server that is asked by `inject`. */
export interface World {
  readonly server: FastifyInstance
  readonly folder: string
  readonly ports: ServerPorts
  /** Turn on to make the port fail. */
  readonly broken: { log: boolean; documents: boolean }
  setNowMs(nowMs: number): void
  ask(request: InjectOptions & { key?: string }): Promise<LightMyRequestResponse>
  key(role: Role): string
  siteKey(): string
  logged(): Promise<LogRecord[]>
  /** Ends this server and starts another over the same workspace: it is asked by the `ask` given. */
  restarted(): Promise<Pick<World, 'ask'> & { close(): Promise<void> }>
  close(): Promise<void>
}

export const person = (name: string): string => `twitter:${name}`

export async function openWorld(options: {
  keys: boolean
  webFolder?: string
  /** Nothing was imported yet. */
  empty?: boolean
  /** Changes of CAMPAIGN. */
  campaign?: Partial<Campaign>
  config?: Partial<ServerConfig>
  logger?: ServerParts['logger']
  consent?: ConsentPolicy
}): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'polyad-api-'))
  await writeWorkspace(folder, { ...CAMPAIGN, ...options.campaign })
  const [documents, blobs, eventLog, counters, deliveryHistory, mentions] = await Promise.all([
    openDocuments(folder),
    openBlobs(folder),
    openEventLog(folder),
    openCounters(folder),
    openDeliveryHistory(folder),
    openMentions(folder),
  ])
  const broken = { log: false, documents: false }
  let nowMs = NOW_MS
  const ports: ServerPorts = {
    audit: openAudit(folder),
    snapshots: openSnapshots(folder),
    documents: {
      ...documents,
      list: async (kind) => {
        if (broken.documents) throw new Error('disk gone')
        return documents.list(kind)
      },
    },
    blobs,
    counters,
    deliveryHistory,
    mentions,
    files: createWorkspaceFiles(folder),
    pictures: createPictureFolder(folder),
    tables: createTableFiles(),
    eventLog: {
      ...eventLog,
      append: async (records) => {
        if (broken.log) throw new PolyadError('STORAGE_FULL', { what: 'event log', problem: 'ENOSPC' })
        await eventLog.append(records)
      },
    },
    clock: { nowMs: () => nowMs },
  }
  const imported: Readonly<Record<string, number>> = options.empty ? {} : PEOPLE
  await mentions.append(
    Object.entries(imported).flatMap(([state, people]) =>
      Array.from({ length: people }, (_, i) => ({
        key: identityHash(IDENTITY_KEY, `mention ${state} ${i}`),
        author: personKey(IDENTITY_KEY, person(`${state}-${i}`))!,
        atMs: NOW_MS,
        text: undefined,
        language: undefined,
        channel: undefined,
        source: 'test',
        fields: { state },
        confidence: {},
      })),
    ),
  )
  if (!options.empty) await rebuildPopulation(ports)

  const keys = new Map<string, string>()
  if (options.keys) {
    for (const role of ['creative', 'buyer', 'analyst', 'exchange', 'admin'] as const) {
      keys.set(role, (await createKey(ports, { role })).key)
    }
    keys.set('site', (await createKey(ports, { origins: [SITE_ORIGIN] })).key)
  }
  const fonts = await loadFonts(fileURLToPath(new URL('../../templates/fonts', import.meta.url)))
  const upkeep = await openUpkeep(folder, { open: async () => eventLog, opened: async () => eventLog })
  const build = () =>
    buildServer({
      ports,
      upkeep,
      secrets: { identityKey: IDENTITY_KEY, tokenKey: TOKEN_KEY },
      config: {
        publicUrl: PUBLIC_URL,
        singleUser: !options.keys,
        fingerprint: 'test',
        tagScript: 'tag()',
        ...(options.consent && { consent: options.consent }),
        ...(options.webFolder ? { webFolders: [options.webFolder] } : {}),
        ...options.config,
      },
      ...(options.logger === undefined ? {} : { logger: options.logger }),
      fonts,
      judge: judgeOnThread,
      learn: learnOptions,
      stream: createStream('api tests'),
    })
  const server = await build()
  const askOf =
    (asked: FastifyInstance): World['ask'] =>
    ({ key, headers, ...request }) =>
      asked.inject({
        ...request,
        headers: {
          host: '127.0.0.1:4000',
          ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
          ...headers,
        },
      })

  return {
    server,
    folder,
    ports,
    broken,
    setNowMs: (next) => {
      nowMs = next
    },
    ask: askOf(server),
    key: (role) => keys.get(role)!,
    siteKey: () => keys.get('site')!,
    async logged() {
      const records: LogRecord[] = []
      for await (const batch of eventLog.read(0)) records.push(...batch.records)
      return records
    },
    async restarted() {
      await server.close()
      const next = await build()
      return { ask: askOf(next), close: () => next.close() }
    },
    async close() {
      await server.close()
      await Promise.all([
        upkeep.close(),
        eventLog.close(),
        counters.close(),
        deliveryHistory.close(),
        mentions.close(),
      ])
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Checks the campaign, overriding what the guard says of so few people, so that it is served. */
export async function activate(world: World, key?: string): Promise<void> {
  const response = await world.ask({
    method: 'POST',
    url: '/v1/campaigns/spring/check',
    payload: { override: { reason: 'a test of serving' } },
    ...(key === undefined ? {} : { key }),
  })
  if (response.statusCode !== 200) throw new Error(`check failed: ${response.body}`)
}

async function writeWorkspace(folder: string, campaign: Campaign): Promise<void> {
  const write = async (path: string, content: object | Uint8Array) => {
    await mkdir(join(folder, path, '..'), { recursive: true })
    await writeFile(join(folder, path), content instanceof Uint8Array ? content : JSON.stringify(content))
  }
  await write('polyad.json', { polyad: 1 })
  await write('segments/attributes.json', {
    attributes: [
      {
        name: 'state',
        dimension: 'geographic',
        type: 'category',
        scope: 'person',
        context: 'given',
        from: { field: 'state', aggregate: 'latest' },
      },
    ],
  })
  await write('segments/california.json', { name: 'california', rule: { state: 'CA' } })
  await write('segments/oregon.json', { name: 'oregon', rule: { state: 'OR' } })
  await write('segments/washington.json', { name: 'washington', rule: { state: 'WA' } })
  await write('templates/plain/template.json', TEMPLATE)
  await write('campaigns/spring.json', campaign)
  const sky = { create: { width: 320, height: 260, channels: 3, background: '#88bbee' } } as const
  await write('assets/sky.png', await sharp(sky).png().toBuffer())
}
