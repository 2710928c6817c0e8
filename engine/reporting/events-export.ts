import { setImmediate } from 'node:timers/promises'
import { PolyadError } from '../../core/errors.ts'
import { identityHash } from '../../core/hash.ts'
import { dayIn } from '../../core/time.ts'
import { unitFromId } from '../campaign/ad-unit-id.ts'
import type { Ports } from '../ports/ports.ts'
import type { TableCell, TableColumn, TableRows } from '../ports/table-files.ts'
import type { DecisionRecord } from '../tracking/record.ts'
import { createExportCampaigns, type ExportCampaigns } from './export-campaigns.ts'
import { type JoinedDecision, type JoinedEvent, joinDecisions, type Wanted } from './joined-decisions.ts'
import { checkDays, type ReportQuery } from './report-campaign.ts'

export interface EventsExportQuery extends Pick<ReportQuery, 'fromDay' | 'toDay'> {
  /** Default: every campaign. Days are those a decision was made on. */
  readonly campaign?: string
}

export interface EventsExportOptions {
  /**
   * Makes the person's hash of this export out of the workspace's, so that the rows of one person meet here and
   * nowhere else: bytes drawn for this export and kept by nobody. Null leaves the workspace's hash, which meets other
   * exports.
   */
  readonly personKey: Uint8Array | null
  readonly signal?: AbortSignal
  /** Decisions joined at once, by default 1,000,000. The log is read once for each so many, and twice more. */
  readonly windowDecisions?: number
}

/** One row a decision, in the order they were made. */
export interface EventsExport {
  readonly decisions: number
  readonly columns: readonly TableColumn[]
  readonly rows: TableRows
}

const WINDOW_DECISIONS = 1_000_000
const IMPRESSIONS_PER_THOUSAND = 1000

const COLUMNS: readonly TableColumn[] = [
  { name: 'decision', type: 'text' },
  { name: 'time', type: 'text' },
  { name: 'time_ms', type: 'whole' },
  { name: 'day', type: 'text' },
  { name: 'campaign', type: 'text' },
  { name: 'revision', type: 'whole' },
  { name: 'person', type: 'text' },
  { name: 'leaf', type: 'text' },
  { name: 'arm', type: 'text' },
  { name: 'arm_propensity', type: 'fraction' },
  { name: 'segment', type: 'text' },
  { name: 'placement', type: 'text' },
  { name: 'locale', type: 'text' },
  { name: 'ad_unit', type: 'text' },
  { name: 'weights_version', type: 'whole' },
  { name: 'simulated', type: 'boolean' },
  { name: 'impressions', type: 'whole' },
  { name: 'clicks', type: 'whole' },
  { name: 'conversions', type: 'whole' },
  { name: 'impression_time', type: 'text' },
  { name: 'click_time', type: 'text' },
  { name: 'conversion_time', type: 'text' },
  { name: 'value_micros', type: 'whole' },
  { name: 'currency', type: 'text' },
  { name: 'late_events', type: 'whole' },
  { name: 'viewable', type: 'whole' },
  { name: 'bid_micros', type: 'whole' },
  { name: 'charged_micros', type: 'fraction' },
  { name: 'click_through_conversions', type: 'whole' },
]

/**
 * Decisions with their events as the log holds them, for tools of the analyst's own.
 *
 * An event counts once, whenever it came; a late one (its token had expired) counts in `late_events` and in nothing
 * else, as in reports; events that reports keep apart, and test decisions, are left out. `bid_micros` is per thousand
 * impressions, `charged_micros` for this one; `conversions` are the orders, `conversion_time` is that of the first. `asset_SLOT` is empty where the placement has no such slot and in a holdout, `propensity_SLOT`
 * is the probability of that asset given what was chosen before it. Rows are of single people: a leaf under the k
 * floor is among them, so who may read this is a matter of roles, not of hiding.
 *
 * @throws PolyadError NOT_FOUND without such a campaign; INPUT_INVALID for a day that is none; from `rows`:
 * AD_UNIT_ID_INVALID when a ledger lost what it had, CANCELLED
 */
export async function exportEvents(
  ports: Pick<Ports, 'documents' | 'eventLog'>,
  query: EventsExportQuery,
  options: EventsExportOptions,
): Promise<EventsExport> {
  checkDays(query, 'export')
  if (query.campaign !== undefined) await requireCampaign(ports, query.campaign)
  const campaigns = createExportCampaigns(ports.documents)
  const inDays = ({ atMs }: DecisionRecord, timeZone: string) =>
    (query.fromDay === undefined && query.toDay === undefined) || isInRange(dayIn(timeZone, atMs), query)
  const wanted: Wanted = (decision) => {
    stopIfAborted(options.signal)
    if (decision.test) return false
    if (query.campaign !== undefined && decision.campaign !== query.campaign) return false
    const known = campaigns.known(decision)
    if (known) return inDays(decision, known.timeZone)
    return campaigns.load(decision).then(({ timeZone }) => inDays(decision, timeZone))
  }
  const { decisions, batches } = await joinDecisions(
    ports.eventLog,
    wanted,
    options.windowDecisions ?? WINDOW_DECISIONS,
  )
  // After the first reading, so the ledgers know everything that is in it.
  const slots = await campaigns.loadLedgers()
  return {
    decisions,
    columns: [
      ...COLUMNS,
      ...slots.flatMap((slot): TableColumn[] => [
        { name: `asset_${slot}`, type: 'text' },
        { name: `propensity_${slot}`, type: 'fraction' },
      ]),
    ],
    rows: rowsOf(batches, campaigns, slots, options),
  }
}

async function* rowsOf(
  batches: AsyncIterable<readonly JoinedDecision[]>,
  campaigns: ExportCampaigns,
  slots: readonly string[],
  { personKey, signal }: EventsExportOptions,
): AsyncGenerator<readonly (readonly TableCell[])[]> {
  for await (const batch of batches) {
    stopIfAborted(signal)
    // Between two readings of the log nothing waits for the disk: a server must get its turn to answer others.
    await setImmediate()
    yield batch.map((joined) => [
      ...decisionCells(joined, campaigns, personKey),
      ...slotCells(joined.decision, campaigns, slots),
    ])
  }
}

function decisionCells(
  { decision, impression, viewable, click, conversion, conversions, clickThrough, charge }: JoinedDecision,
  campaigns: ExportCampaigns,
  personKey: Uint8Array | null,
): TableCell[] {
  const { timeZone, currency } = campaigns.known(decision)!
  const { person } = decision
  const counted = (event: JoinedEvent | null) => (event && !event.late ? event : null)
  const events = [impression, click, conversion]
  return [
    decision.id,
    isoTime(decision),
    decision.atMs,
    dayIn(timeZone, decision.atMs),
    decision.campaign,
    decision.revision,
    person !== null && personKey ? identityHash(personKey, person) : person,
    decision.leaf,
    decision.arm,
    decision.propensity.arm,
    decision.segment,
    decision.placement,
    decision.locale,
    decision.adUnit === '' ? null : decision.adUnit,
    decision.weightsVersion,
    decision.simulated,
    counted(impression) ? 1 : 0,
    counted(click) ? 1 : 0,
    conversions,
    ...events.map((event) => isoTime(counted(event))),
    counted(conversion)?.valueMicros ?? 0,
    currency,
    events.filter((event) => event?.late).length,
    counted(viewable) ? 1 : 0,
    decision.auction?.bidMicros ?? null,
    decision.auction ? (counted(charge)?.priceMicros ?? 0) / IMPRESSIONS_PER_THOUSAND : null,
    clickThrough,
  ]
}

function slotCells(
  { campaign, adUnit, propensity }: DecisionRecord,
  campaigns: ExportCampaigns,
  slots: readonly string[],
): TableCell[] {
  const ledger = campaigns.ledger(campaign)
  const choices = ledger && adUnit !== '' ? unitFromId(ledger, adUnit).choices : {}
  return slots.flatMap((slot) => [choices[slot] ?? null, propensity.slots[slot] ?? null])
}

function isoTime(record: { readonly atMs: number } | null): string | null {
  return record ? new Date(record.atMs).toISOString() : null
}

function isInRange(day: string, { fromDay, toDay }: EventsExportQuery): boolean {
  return (fromDay === undefined || day >= fromDay) && (toDay === undefined || day <= toDay)
}

async function requireCampaign(ports: Pick<Ports, 'documents'>, name: string): Promise<void> {
  if (await ports.documents.read('campaign', name)) return
  throw new PolyadError('NOT_FOUND', { what: 'campaign', name, mend: `write campaigns/${name}.json` })
}

function stopIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new PolyadError('CANCELLED', { what: 'the export of events' })
}
