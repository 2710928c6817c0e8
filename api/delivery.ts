import { createDoor } from '../core/schema.ts'
import type { Stream } from '../core/stream.ts'
import { CampaignSchema } from '../engine/campaign/campaign.ts'
import { createDelivery, type Delivery, type HistorySources } from '../engine/delivery/delivery.ts'
import { type Paused, pausedFrom } from '../engine/delivery/paused.ts'
import { readPauses } from '../engine/delivery/pauses.ts'
import type { OutcomeCount } from '../engine/ports/delivery-history.ts'
import type { EventLog } from '../engine/ports/event-log.ts'
import type { CounterLoader } from '../engine/tracking/load-counters.ts'
import type { ServerPorts } from './context.ts'

/** What holds campaigns back, kept in step with the workspace, the log and its counters. */
export interface DeliveryKeeper {
  readonly delivery: Delivery
  readonly sources: HistorySources
  /** The log, telling the delivery of what was appended. */
  readonly eventLog: EventLog
  /** Takes in the pauses as they are stored; from then on they hold in every decision. */
  refreshPauses(): Promise<void>
  /** Sets paced campaigns to what the counters know. */
  recount(): Promise<void>
  /** Stores how often campaigns were asked, and what came of it. A crash loses what was not stored. */
  storeOutcomes(): Promise<void>
}

const parseCampaign = createDoor('campaign', CampaignSchema)

/** @param stream places people without a key */
export function createDeliveryKeeper(
  ports: ServerPorts,
  loadCounters: CounterLoader,
  stream: Stream,
): DeliveryKeeper {
  const delivery = createDelivery(stream)
  const history = ports.deliveryHistory
  const prices = new Map<string, Promise<number | undefined>>()
  let pauses: { readonly hash: string; readonly paused: Paused } | undefined
  let waiting: readonly OutcomeCount[] = []

  const readPrice = async (campaign: string, revision: number): Promise<number | undefined> => {
    const document = await ports.documents.readRevision('campaign', campaign, revision)
    if (!document) return undefined
    const { budget } = parseCampaign(document.body, `campaign ${campaign}@${revision}`)
    return budget.costPerThousand.amountMicros
  }

  const sources: HistorySources = {
    history,
    upToDate: loadCounters,
    priceOf(campaign, revision) {
      const key = `${campaign}@${revision}`
      const known = prices.get(key) ?? readPrice(campaign, revision)
      prices.set(key, known)
      known.catch(() => prices.delete(key))
      return known
    },
  }

  return {
    delivery,
    sources,
    eventLog: {
      ...ports.eventLog,
      async append(records) {
        await ports.eventLog.append(records)
        delivery.observe(records)
      },
      read: (fromPosition) => ports.eventLog.read(fromPosition),
    },
    async refreshPauses() {
      const running = (await readPauses(ports)).filter(({ resumed }) => !resumed)
      const hash = JSON.stringify(running)
      if (pauses?.hash === hash) return
      pauses = { hash, paused: pausedFrom(running) }
      delivery.pause(pauses.paused)
    },
    recount: () => delivery.recount(sources, ports.clock.nowMs()),
    async storeOutcomes() {
      // What could not be stored is tried again with what came since.
      waiting = [...waiting, ...delivery.takeOutcomes()]
      const storing = waiting
      if (storing.length === 0) return
      waiting = []
      try {
        await history.addOutcomes(storing)
      } catch (error) {
        waiting = [...storing, ...waiting]
        throw error
      }
    },
  }
}
