import type { Fonts } from '../../templates/fonts.ts'
import { forgetPopulation, rebuildPopulation } from '../ingest/population.ts'
import type { Ports } from '../ports/ports.ts'
import type { ErasedParts, EraseSteps, PersonSearch, Upkeep } from '../ports/upkeep.ts'
import type { CounterLoader } from '../tracking/load-counters.ts'
import { type CheckedAgain, checkAgainAfter } from './check-again.ts'
import { personHashes, plainIdentifier, type WhoIsMeant } from './person-hashes.ts'

/** What was erased of a person, and what a search over every file found afterwards. */
export interface ErasureReport {
  /** What was looked for: the identifier, and the hashes it is kept under. */
  readonly hashes: readonly string[]
  readonly erased: ErasedParts
  readonly search: PersonSearch
  /** Campaigns that were being served and have been checked again on the population without the person. */
  readonly checked: readonly CheckedAgain[]
  /** Nothing was found any more. */
  readonly complete: boolean
}

type ErasePorts = Pick<Ports, 'documents' | 'blobs' | 'mentions'>
type ErasePersonPorts = ErasePorts & Parameters<typeof checkAgainAfter>[0]

/** What an erasing needs done besides the store's own work. */
export function eraseSteps(ports: ErasePorts, loadCounters: CounterLoader): EraseSteps {
  return {
    loadCounters,
    async rebuildPopulation() {
      const { mentions } = await ports.mentions.count()
      if (mentions > 0) await rebuildPopulation(ports)
      else await forgetPopulation(ports)
    },
  }
}

/** What erasing a person takes besides the ports. */
export interface EraseParts {
  readonly upkeep: Upkeep
  readonly identityKey: Uint8Array
  readonly loadCounters: CounterLoader
  /** As for a check. */
  readonly fingerprint: string
  readonly fonts: Fonts
}

/**
 * Erases a person from mentions, population, log and counters, then searches every file of the workspace for them.
 * What was counted stays counted, as decisions without a person; what was served stays served.
 *
 * @throws PolyadError INPUT_INVALID
 */
export async function erasePerson(
  ports: ErasePersonPorts,
  parts: EraseParts,
  who: WhoIsMeant,
): Promise<ErasureReport> {
  const { upkeep, identityKey, loadCounters } = parts
  const hashes = personHashes(identityKey, who)
  const identifier = plainIdentifier(who)
  let erased: ErasedParts | undefined
  const checked = await checkAgainAfter(ports, parts, async () => {
    erased = await upkeep.erase(hashes, identifier, eraseSteps(ports, loadCounters))
  })
  const search = await upkeep.search(hashes, identifier)
  return { hashes, erased: erased!, checked, search, complete: search.found.length === 0 }
}

/** The report for people. */
export function erasureText({ hashes, erased, search, checked, complete }: ErasureReport): string {
  const isNobody = Object.values(erased).every((parts) => parts === 0)
  const lines = [
    ...(isNobody ? ['nobody is known here by this identifier: look whether it is spelt as in the data'] : []),
    `erased: ${erased.mentions} mentions, ${erased.decisions} decisions in the log, ${erased.counterRows} rows of ` +
      `counters, ${erased.populations} populations, ${erased.rejectedRows} rejected rows`,
    'what they did stays in the totals, as decisions without a person; the population was made anew of the others',
    ...checked.map(
      ({ campaign, verdict, overridden }) =>
        `campaign ${campaign} was checked again without them: ${verdict}${overridden ? ', overridden as before' : ''}`,
    ),
    `searched ${search.files} files, ${search.bytes} bytes, and every row of the store for the identifier and ` +
      `${hashes.join(', ')}: ${complete ? 'found nowhere' : 'STILL FOUND'}`,
    ...search.found.map(
      ({ file, what }) => `  ${file === 'store' ? 'a row of the store' : file}: the ${what}`,
    ),
  ]
  if (!complete) {
    lines.push(
      'Files that you keep are not changed: take the person out of them, or an import brings them back. In the store it ' +
        'is what others wrote about them, or what came while this ran: run it again.',
    )
  }
  lines.push(
    'Not searched: backups, files written elsewhere (exports with --with-person have the hash), and what is inside ' +
      'compressed files.',
  )
  return lines.join('\n')
}
