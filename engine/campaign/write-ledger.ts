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
 * @throws PolyadError LEDGER_CONFLICT, also when another campaign has the same key (two branches that were merged);
 * INPUT_INVALID for a broken ledger; CONFLICT when others keep writing it
 */
export async function writeLedger(
  { documents }: Pick<Ports, 'documents'>,
  campaign: Campaign,
  segmentIds: readonly string[],
): Promise<Ledger> {
  const keys = await campaignsByKey(documents, campaign.name)
  for (let left = TRIES - 1; ; left--) {
    const document = await documents.read('ledger', campaign.name)
    const before = document && checkLedger(document.body, campaign.name)
    const other = before && keys.get(before.campaignKey)
    if (before && other !== undefined) {
      const names = [other, campaign.name].sort()
      throw new PolyadError('LEDGER_CONFLICT', {
        campaign: campaign.name,
        kind: 'campaign',
        ordinal: before.campaignKey,
        names,
      })
    }
    const after = extendLedger(before, campaign, segmentIds, new Set(keys.keys()))
    if (after === before) return after
    try {
      await documents.write('ledger', campaign.name, after, { ifHash: document?.hash ?? null })
      return after
    } catch (error) {
      if (left === 0 || !(error instanceof PolyadError) || error.code !== 'CONFLICT') throw error
    }
  }
}

/**
 * Campaigns by the key inside their ids. A broken ledger is passed over: it is told when its own campaign is loaded, and
 * a key that was given twice meanwhile when it is mended.
 */
export async function campaignsByKey(
  documents: Ports['documents'],
  except?: string,
): Promise<Map<number, string>> {
  const campaigns = new Map<number, string>()
  for (const name of await documents.list('ledger')) {
    if (name === except) continue
    try {
      const document = await documents.read('ledger', name)
      if (document) campaigns.set(checkLedger(document.body, name).campaignKey, name)
    } catch (error) {
      if (!(error instanceof PolyadError)) throw error
    }
  }
  return campaigns
}
