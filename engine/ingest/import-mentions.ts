import { PolyadError } from '../../core/errors.ts'
import { createMapper, type Mapping } from '../../segments/mapping.ts'
import type { Mention } from '../../segments/mention.ts'
import type { Replacement } from '../ports/mentions.ts'
import type { Ports } from '../ports/ports.ts'
import { readCatalogue } from './catalogue.ts'
import { forgetPopulation, type PopulationDocument, rebuildPopulation } from './population.ts'
import { REJECTED_TEXT_CHARACTERS, type RejectedRow, type RowOrReject } from './row.ts'

/** Rows read, mapped and stored at a time: what an import holds in memory. */
const BATCH_ROWS = 5000
/** Reasons counted by name; further ones are counted as OTHER_REASON. Reasons can carry text of the source. */
const MAX_REASONS = 20
const OTHER_REASON = 'other reasons'

/** What an import did. `rows` = `added` + `duplicates` + `rejected`. */
export interface ImportReport {
  readonly rows: number
  readonly added: number
  /** Rows whose mention was there already, from this source or an earlier import. */
  readonly duplicates: number
  readonly rejected: number
  /** With `replace`: how many mentions were imported before and are gone. 0 when no row was taken: then they stay. */
  readonly forgotten?: number
  readonly rejectsByReason: Readonly<Record<string, number>>
  /** Of the rows not rejected, how many lack a value, by the mapping's names: at, text, ..., its fields. */
  readonly missingByField: Readonly<Record<string, number>>
  /** Undefined while the workspace has no mention at all. */
  readonly population: PopulationDocument | undefined
}

export interface ImportOptions {
  readonly rows: AsyncIterable<RowOrReject>
  readonly mapping: Mapping
  readonly identityKey: Uint8Array
  readonly onReject?: (row: RejectedRow) => void | Promise<void>
  /** After every batch, with what is counted so far. */
  readonly onProgress?: (sofar: Pick<ImportReport, 'rows' | 'added' | 'duplicates' | 'rejected'>) => void
  readonly signal?: AbortSignal
  /** Forget everything imported before and take these rows instead: all of it at the end, or nothing. */
  readonly replace?: boolean
}

type ImportPorts = Pick<Ports, 'documents' | 'blobs' | 'mentions'>

/** One batch on its way to the store. */
interface Batch {
  readonly rows: number
  readonly mentions: readonly Mention[]
}

/** What the steps share: what they work with, and what they count. */
interface Import {
  readonly ports: ImportPorts
  readonly options: ImportOptions
  readonly map: ReturnType<typeof createMapper>
  readonly replacement: Replacement | undefined
  readonly counted: {
    rows: number
    added: number
    duplicates: number
    rejected: number
    readonly rejectsByReason: Map<string, number>
    readonly missingByField: Map<string, number>
  }
}

/**
 * Imports rows as mentions and rebuilds the population. An import may be repeated: mentions that are there already are
 * counted as duplicates. A bad row is counted, handed to `onReject`, and stops nothing.
 *
 * With `replace` the rows are gathered out of sight and take the place of everything imported before in one step at
 * the end; a failure, an abort or a crash before it, or no row that could be taken, leaves what was imported before.
 *
 * @throws PolyadError NOT_FOUND without an attribute catalogue; CANCELLED when the signal aborts: without `replace`
 *   the batches before it stay imported, and the next import or check takes them into the population
 */
export async function importMentions(ports: ImportPorts, options: ImportOptions): Promise<ImportReport> {
  // The population needs it at the end: a workspace without one is told before the work, not after.
  await readCatalogue(ports)
  const work: Import = {
    ports,
    options,
    map: createMapper(options.mapping, options.identityKey),
    replacement: options.replace ? await ports.mentions.startReplacement() : undefined,
    counted: {
      rows: 0,
      added: 0,
      duplicates: 0,
      rejected: 0,
      rejectsByReason: new Map(),
      missingByField: new Map(),
    },
  }
  // read -> map -> store -> population; the next batch is read and mapped while the store writes this one.
  const read = readBatches(options.rows)
  const mapped = oneAhead(mapBatches(work, read))
  for await (const batch of mapped) await storeBatch(work, batch)
  const forgotten = work.replacement && (await replaceAll(work, work.replacement))
  const { rejectsByReason, missingByField, ...counts } = work.counted
  const stored = await ports.mentions.count()
  return {
    ...counts,
    ...(forgotten === undefined ? {} : { forgotten }),
    rejectsByReason: Object.fromEntries(rejectsByReason),
    missingByField: Object.fromEntries(missingByField),
    population: stored.mentions > 0 ? await rebuildPopulation(ports) : undefined,
  }
}

async function* readBatches(rows: AsyncIterable<RowOrReject>): AsyncGenerator<readonly RowOrReject[]> {
  let batch: RowOrReject[] = []
  for await (const item of rows) {
    batch.push(item)
    if (batch.length < BATCH_ROWS) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}

async function* mapBatches(
  work: Import,
  batches: AsyncIterable<readonly RowOrReject[]>,
): AsyncGenerator<Batch> {
  for await (const items of batches) {
    const mentions: Mention[] = []
    for (const item of items) {
      if ('reject' in item) {
        await reject(work, { line: item.line, reason: item.reject, text: item.text })
        continue
      }
      const mapped = work.map(item.row)
      if ('reject' in mapped) {
        const text = JSON.stringify(item.row).slice(0, REJECTED_TEXT_CHARACTERS)
        await reject(work, { line: item.line, reason: mapped.reject, text })
        continue
      }
      countMissing(work, mapped.mention)
      mentions.push(mapped.mention)
    }
    yield { rows: items.length, mentions }
  }
}

async function* oneAhead<T>(source: AsyncGenerator<T>): AsyncGenerator<T> {
  try {
    let next = source.next()
    for (;;) {
      const { value, done } = await next
      if (done) return
      next = source.next()
      // Its failure is told when its turn comes.
      next.catch(() => {})
      yield value
    }
  } finally {
    await source.return(undefined)
  }
}

async function storeBatch(work: Import, batch: Batch): Promise<void> {
  const { ports, options, counted, replacement } = work
  stopWhenAborted(work)
  if (counted.rows === 0 && !replacement) await forgetPopulation(ports)
  const { added, duplicates } = await (replacement ?? ports.mentions).append(batch.mentions)
  counted.rows += batch.rows
  counted.added += added
  counted.duplicates += duplicates
  options.onProgress?.({ ...counted })
}

/** How many mentions made way: none when there is nothing to take their place. */
async function replaceAll(work: Import, replacement: Replacement): Promise<number> {
  stopWhenAborted(work)
  if (work.counted.added === 0) return 0
  const { mentions } = await work.ports.mentions.count()
  await forgetPopulation(work.ports)
  await replacement.commit()
  return mentions
}

function stopWhenAborted({ options, replacement }: Import): void {
  if (!options.signal?.aborted) return
  const left = replacement && { left: 'everything imported before is kept' }
  throw new PolyadError('CANCELLED', { what: 'the import', ...left })
}

async function reject(work: Import, row: RejectedRow): Promise<void> {
  const { rejectsByReason } = work.counted
  const known = rejectsByReason.has(row.reason) || rejectsByReason.size < MAX_REASONS
  const reason = known ? row.reason : OTHER_REASON
  work.counted.rejected++
  rejectsByReason.set(reason, (rejectsByReason.get(reason) ?? 0) + 1)
  await work.options.onReject?.(row)
}

function countMissing({ options, counted }: Import, mention: Mention): void {
  const { at, text, language, channel, fields } = options.mapping
  const count = (name: string): void => {
    counted.missingByField.set(name, (counted.missingByField.get(name) ?? 0) + 1)
  }
  if (at && mention.atMs === undefined) count('at')
  if (text && mention.text === undefined) count('text')
  if (language && mention.language === undefined) count('language')
  if (channel && mention.channel === undefined) count('channel')
  for (const name of Object.keys(fields)) if (mention.fields[name] === undefined) count(name)
}
