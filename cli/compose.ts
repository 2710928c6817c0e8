import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { contentHash } from '../core/hash.ts'
import { auditedDocuments } from '../engine/audit/audited-documents.ts'
import type { Ports, Secrets } from '../engine/ports/ports.ts'
import type { Upkeep } from '../engine/ports/upkeep.ts'
import { createTableFiles } from '../io/parquet-file.ts'
import { createPictureFolder } from '../io/picture-folder.ts'
import { withRemotePictures } from '../io/remote-pictures.ts'
import { createWorkspaceFiles, findWorkspace, loadSecrets, type WorkspaceSettings } from '../io/workspace.ts'
import { openJobs } from '../jobs/local/jobs.ts'
import { openAudit } from '../store/embedded/audit.ts'
import { openBlobs } from '../store/embedded/blobs.ts'
import { openCounters } from '../store/embedded/counters.ts'
import { openDeliveryHistory } from '../store/embedded/delivery-history.ts'
import { openDocuments } from '../store/embedded/documents.ts'
import { openEventLog } from '../store/embedded/event-log.ts'
import { openMentions } from '../store/embedded/mentions.ts'
import { type Outputs, openOutputs } from '../store/embedded/outputs.ts'
import { openSnapshots } from '../store/embedded/snapshots.ts'
import { openUpkeep } from '../store/embedded/upkeep.ts'
import { type Fonts, loadFonts } from '../templates/fonts.ts'
import type { Config } from './config.ts'
import { PACKAGE_ROOT, packageVersion } from './package-root.ts'
import { openStore } from './upgrade.ts'
import { commandActor } from './who.ts'

const FONTS_FOLDER = join(PACKAGE_ROOT, 'templates/fonts')

/** A workspace with everything wired: the embedded store, local workers, our fonts. */
export interface Workspace {
  readonly folder: string
  /** What polyad.json said when it was opened. */
  readonly settings: WorkspaceSettings
  readonly ports: Ports
  /** Files that commands wrote outside the workspace's own folders. */
  readonly outputs: Outputs
  readonly secrets: Secrets
  readonly fonts: Fonts
  /** Versions of code, sharp, ICU and fonts: pictures are the same only where this is. */
  readonly fingerprint: string
  /** Work on what the store has gathered; for who holds the workspace. */
  upkeep(): Promise<Upkeep>
  /** The address others find the holder at, once it listens. */
  announceUrl(url: string): Promise<void>
  close(): Promise<void>
}

export interface OpenOptions {
  /**
   * The command that takes the workspace for itself because it writes mentions or events (import, serve, demo).
   * Without it the command may work beside a server: documents and blobs never change in place, and the parts that
   * have one owner (database, log) are opened only when they are needed.
   */
  readonly hold?: string
  /** A server: who changes a document is who sent the request, and it writes so itself. */
  readonly servesOthers?: boolean
}

/**
 * Opens the workspace in `folder`.
 *
 * @throws PolyadError WORKSPACE_INVALID, WORKSPACE_HELD, WORKSPACE_NEWER
 */
export async function openWorkspace(
  config: Config,
  folder: string,
  options: OpenOptions = {},
): Promise<Workspace> {
  const found = await findWorkspace(folder)
  const held = await openStore(found.folder, options.hold)
  const secrets = await loadSecrets(found.folder, {
    ...(config.identityKey && { identityKey: config.identityKey }),
    ...(config.tokenKey && { tokenKey: config.tokenKey }),
  })
  const [documents, blobs, fonts] = await Promise.all([
    openDocuments(found.folder, { libraryFolder: join(PACKAGE_ROOT, 'templates/library') }),
    openBlobs(found.folder),
    loadFonts(FONTS_FOLDER),
  ])
  const jobs = openJobs({ workers: config.workers, workspaceFolder: found.folder, fontsFolder: FONTS_FOLDER })
  const mentions = whenNeeded(() => openMentions(found.folder))
  const counters = whenNeeded(() => openCounters(found.folder))
  const deliveryHistory = whenNeeded(() => openDeliveryHistory(found.folder))
  const eventLog = whenNeeded(() => openEventLog(found.folder))
  const upkeep = whenNeeded(async () => openUpkeep(found.folder, eventLog))

  const audit = openAudit(found.folder)
  const clock = { nowMs: Date.now }

  const ports: Ports = {
    documents: options.servesOthers
      ? documents
      : auditedDocuments({ documents, audit, clock }, commandActor()),
    audit,
    snapshots: openSnapshots(found.folder),
    blobs,
    jobs,
    files: withRemotePictures(createWorkspaceFiles(found.folder), found.folder, blobs, {
      hosts: found.settings.pictureHosts ?? [],
    }),
    pictures: createPictureFolder(found.folder),
    tables: createTableFiles(),
    clock,
    fonts,
    mentions: {
      append: async (batch) => (await mentions.open()).append(batch),
      startReplacement: async () => (await mentions.open()).startReplacement(),
      count: async () => (await mentions.open()).count(),
      async *scanByAuthor(batchRows) {
        yield* (await mentions.open()).scanByAuthor(batchRows)
      },
    },
    counters: {
      load: async (records, position) => (await counters.open()).load(records, position),
      loadNext: async (stretch) => (await counters.open()).loadNext(stretch),
      position: async () => (await counters.open()).position(),
      rows: async (query) => (await counters.open()).rows(query),
      units: async (campaign) => (await counters.open()).units(campaign),
      late: async (campaign) => (await counters.open()).late(campaign),
      apart: async (campaign) => (await counters.open()).apart(campaign),
      folded: async (campaign) => (await counters.open()).folded(campaign),
    },
    deliveryHistory: {
      async *showings(query) {
        yield* (await deliveryHistory.open()).showings(query)
      },
      delivered: async (query) => (await deliveryHistory.open()).delivered(query),
      open: async (query) => (await deliveryHistory.open()).open(query),
      addOutcomes: async (counts) => (await deliveryHistory.open()).addOutcomes(counts),
      outcomes: async (query) => (await deliveryHistory.open()).outcomes(query),
    },
    eventLog: {
      append: async (records) => (await eventLog.open()).append(records),
      stretch: async () => (await eventLog.open()).stretch(),
      async *read(fromPosition) {
        yield* (await eventLog.open()).read(fromPosition)
      },
      close: () => eventLog.close(),
    },
  }

  return {
    folder: found.folder,
    settings: found.settings,
    outputs: openOutputs(found.folder),
    ports,
    secrets,
    fonts,
    fingerprint: fingerprint(),
    upkeep: upkeep.open,
    announceUrl: async (url) => held?.announceUrl(url),
    async close() {
      await jobs.close()
      await upkeep.close()
      await eventLog.close()
      await deliveryHistory.close()
      await counters.close()
      await mentions.close()
      await held?.release()
    },
  }
}

/** Opens a resource at its first use, closes it if it was ever opened. */
function whenNeeded<T extends { close(): Promise<void> }>(openNow: () => Promise<T>) {
  let opened: Promise<T> | undefined
  return {
    open(): Promise<T> {
      opened ??= openNow()
      return opened
    },
    /** What was opened, if it ever was. */
    opened: async (): Promise<T | undefined> => opened,
    async close(): Promise<void> {
      // A resource that failed to open has reported so where it was asked for.
      const resource = await opened?.catch(() => undefined)
      await resource?.close()
    },
  }
}

function fingerprint(): string {
  const fonts = readdirSync(FONTS_FOLDER)
    .filter((name) => name.endsWith('.ttf'))
    .sort()
    .map((name) => contentHash(readFileSync(join(FONTS_FOLDER, name))))
  return [
    `polyad ${packageVersion()}`,
    `sharp ${sharp.versions.sharp}`,
    `libvips ${sharp.versions.vips}`,
    `icu ${process.versions.icu}`,
    `fonts ${contentHash(fonts.join()).slice(0, 16)}`,
  ].join(', ')
}
