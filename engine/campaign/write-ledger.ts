import { PolyadError } from '../../core/errors.ts'
import type { Ports } from '../ports/ports.ts'
import type { Campaign } from './campaign.ts'
import { checkLedger, extendLedger } from './extend-ledger.ts'
import type { Ledger } from './ledger.ts'

/** Another process may extend the ledger at the same time; each try reads it anew. */
const TRIES = 5

/**
 * The campaign's ledger with an ordinal for everything the campaign names, written before anybody can use one of them.
 *
 * @throws PolyadError LEDGER_CONFLICT, INPUT_INVALID for a broken ledger; CONFLICT when others keep writing it
 */
export async function writeLedger(
  { documents }: Pick<Ports, 'documents'>,
  campaign: Campaign,
  segmentIds: readonly string[],
): Promise<Ledger> {
  for (let left = TRIES - 1; ; left--) {
    const document = await documents.read('ledger', campaign.name)
    const before = document && checkLedger(document.body, campaign.name)
    const taken = before ? new Set<number>() : await takenKeys(documents, campaign.name)
    const after = extendLedger(before, campaign, segmentIds, taken)
    if (after === before) return after
    try {
      await documents.write('ledger', campaign.name, after, { ifHash: document?.hash ?? null })
      return after
    } catch (error) {
      if (left === 0 || !(error instanceof PolyadError) || error.code !== 'CONFLICT') throw error
    }
  }
}

async function takenKeys(documents: Ports['documents'], campaign: string): Promise<Set<number>> {
  const taken = new Set<number>()
  for (const name of await documents.list('ledger')) {
    if (name === campaign) continue
    const document = await documents.read('ledger', name)
    if (document) taken.add(checkLedger(document.body, name).campaignKey)
  }
  return taken
}
