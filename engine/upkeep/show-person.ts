import { PolyadError } from '../../core/errors.ts'
import { loadPopulation } from '../ingest/population.ts'
import type { Ports } from '../ports/ports.ts'
import type { HeldOfPerson, Upkeep } from '../ports/upkeep.ts'
import type { CounterLoader } from '../tracking/load-counters.ts'
import { personHashes, type WhoIsMeant } from './person-hashes.ts'

/** Everything that is held of one person. */
export interface PersonReport extends HeldOfPerson {
  readonly hashes: readonly string[]
  /** Attributes of the population, null: the person is not in it. */
  readonly profile: Readonly<Record<string, unknown>> | null
}

/** @throws PolyadError INPUT_INVALID */
export async function showPerson(
  ports: Pick<Ports, 'documents' | 'blobs' | 'mentions'>,
  upkeep: Upkeep,
  identityKey: Uint8Array,
  loadCounters: CounterLoader,
  who: WhoIsMeant,
): Promise<PersonReport> {
  const hashes = personHashes(identityKey, who)
  await loadCounters()
  return { hashes, profile: await profileOf(ports, hashes), ...(await upkeep.held(hashes)) }
}

async function profileOf(
  ports: Pick<Ports, 'documents' | 'blobs' | 'mentions'>,
  hashes: readonly string[],
): Promise<PersonReport['profile']> {
  try {
    const population = await loadPopulation(ports)
    const row = hashes.map((hash) => population.rowOf(hash)).find((found) => found !== undefined)
    return row === undefined ? null : { ...population.valuesAt(row) }
  } catch (error) {
    if (error instanceof PolyadError && error.code === 'NOT_FOUND') return null
    throw error
  }
}

/** The report for people. */
export function personText({ hashes, profile, mentions, decisions, folded }: PersonReport): string {
  const time = (atMs: unknown) => (typeof atMs === 'number' ? new Date(atMs).toISOString() : 'no time')
  const lines = [
    `kept under ${hashes.join(', ')}`,
    profile ? `profile: ${JSON.stringify(profile)}` : 'no profile in the population',
    `${mentions.length} mentions`,
    ...mentions.map((m) => `  ${time(m['atMs'])}  ${String(m['source'])}  ${JSON.stringify(m['text'])}`),
    `${decisions.length} decisions`,
  ]
  for (const { id, atMs, campaign, leaf, arm, adUnit, events } of decisions) {
    lines.push(`  ${time(atMs)}  ${campaign}  ${arm}  ${leaf ?? '-'}  ${adUnit || '(house ad)'}  ${id}`)
    for (const event of events) {
      lines.push(`    ${time(event.atMs)}  ${event.type}${event.apart === null ? '' : ` (${event.apart})`}`)
    }
  }
  for (const { campaign, rows } of folded) lines.push(`${rows} rows of folded counts of campaign ${campaign}`)
  return lines.join('\n')
}
