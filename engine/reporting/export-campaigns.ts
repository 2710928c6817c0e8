import { createDoor } from '../../core/schema.ts'
import { slotsInOrder } from '../campaign/ad-unit-id.ts'
import { CampaignSchema } from '../campaign/campaign.ts'
import { checkLedger } from '../campaign/extend-ledger.ts'
import type { Ledger } from '../campaign/ledger.ts'
import type { Ports } from '../ports/ports.ts'
import type { DecisionRecord } from '../tracking/record.ts'

/** What rows of an export need of a campaign. */
interface ExportCampaign {
  readonly timeZone: string
  readonly currency: string | null
}

/** The campaigns that decisions name, also those whose document is gone. */
export interface ExportCampaigns {
  /** Undefined until it was loaded. */
  known(decision: DecisionRecord): ExportCampaign | undefined
  load(decision: DecisionRecord): Promise<ExportCampaign>
  /** Reads the ledgers of the campaigns loaded so far; gives their slots, each once, in the order ids have them. */
  loadLedgers(): Promise<readonly string[]>
  ledger(campaign: string): Ledger | undefined
}

const parseCampaign = createDoor('campaign', CampaignSchema)
/** A campaign of which no revision was kept. */
const UNKNOWN: ExportCampaign = { timeZone: 'UTC', currency: null }

export function createExportCampaigns(documents: Ports['documents']): ExportCampaigns {
  const campaigns = new Map<string, ExportCampaign>()
  const ledgers = new Map<string, Ledger>()
  return {
    known: ({ campaign }) => campaigns.get(campaign),

    async load({ campaign: name, revision }) {
      const document =
        (await documents.read('campaign', name)) ?? (await documents.readRevision('campaign', name, revision))
      let campaign = UNKNOWN
      if (document) {
        const { timeZone, budget } = parseCampaign(document.body, `campaign ${name}@${document.revision}`)
        campaign = { timeZone, currency: budget.total.currency }
      }
      campaigns.set(name, campaign)
      return campaign
    },

    async loadLedgers() {
      for (const name of campaigns.keys()) {
        const document = await documents.read('ledger', name)
        if (document) ledgers.set(name, checkLedger(document.body, name))
      }
      const slots = [...campaigns.keys()].sort().flatMap((name) => {
        const ledger = ledgers.get(name)
        return ledger ? slotsInOrder(ledger) : []
      })
      return [...new Set(slots)]
    },

    ledger: (name) => ledgers.get(name),
  }
}
