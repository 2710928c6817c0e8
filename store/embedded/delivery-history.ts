import type {
  Delivered,
  DeliveryHistory,
  DeliveryOutcome,
  OpenDecision,
  OutcomeCount,
  Showing,
} from '../../engine/ports/delivery-history.ts'
import { openCounters } from './counters.ts'
import { type Cell, openDatabase } from './database.ts'

/** Prices are of a thousand impressions. */
const PER_THOUSAND = 1_000
const BATCH_ROWS = 20_000

/** What came of decisions and counts: a page's repeats are in a table of their own. */
const COUNTED = 'NOT e.late AND e.filtered IS NULL'
const NO_TEST = 'd.test IS NOT TRUE'
const QUARTER_MS = 900_000

/** The history of deliveries beside the counters, in their database. */
export async function openDeliveryHistory(
  workspaceFolder: string,
): Promise<DeliveryHistory & { close(): Promise<void> }> {
  // Its tables are made by whoever opens the counters.
  const counters = await openCounters(workspaceFolder)
  const database = await openDatabase(workspaceFolder)
  await database.transaction([
    {
      sql: `CREATE TABLE IF NOT EXISTS outcomes (campaign VARCHAR, day VARCHAR, outcome VARCHAR, requests BIGINT,
        PRIMARY KEY (campaign, day, outcome))`,
    },
    {
      sql: 'CREATE TEMP TABLE IF NOT EXISTS new_outcomes (campaign VARCHAR, day VARCHAR, outcome VARCHAR, requests BIGINT)',
    },
  ])

  async function query(sql: string, values: readonly Cell[]): Promise<readonly (readonly Cell[])[]> {
    return (await database.transaction([{ sql, values }]))[0]!
  }

  return {
    async close() {
      await database.close()
      await counters.close()
    },

    async *showings({ campaign, fromMs, counts }) {
      const from = `d.campaign = ${quoted(campaign)} AND d.person IS NOT NULL AND ${NO_TEST}`
      const sql =
        counts === 'decisions'
          ? `SELECT d.person, d.ad_unit, d.at_ms FROM decisions d WHERE ${from} AND d.at_ms >= ${whole(fromMs)}
             ORDER BY d.at_ms`
          : `SELECT d.person, d.ad_unit, e.at_ms FROM events e JOIN decisions d ON d.id = e.decision
             WHERE e.type = 'impression' AND ${COUNTED} AND ${from} AND e.at_ms >= ${whole(fromMs)}
             ORDER BY e.at_ms`
      for await (const rows of database.scan(sql, BATCH_ROWS)) {
        yield rows.map(
          ([person, adUnit, atMs]): Showing => ({
            person: person as string,
            adUnit: adUnit as string,
            atMs: atMs as number,
          }),
        )
      }
    },

    async delivered({ campaign, fromMs }) {
      const rows = await query(
        `SELECT revision, sum(agreed)::BIGINT, sum(auctioned)::BIGINT, sum(charged)::BIGINT FROM (
           SELECT d.revision,
             count(*) FILTER (e.type = 'impression' AND d.charged_on IS NULL) AS agreed,
             count(*) FILTER (e.type = 'impression' AND d.charged_on IS NOT NULL) AS auctioned,
             coalesce(sum(e.price_micros) FILTER (e.type = d.charged_on), 0) AS charged
           FROM events e JOIN decisions d ON d.id = e.decision
           WHERE d.campaign = ? AND d.ad_unit <> '' AND ${NO_TEST} AND ${COUNTED} AND e.at_ms >= ?
           GROUP BY d.revision
           UNION ALL
           SELECT revision, sum(impressions - auctioned), sum(auctioned), sum(charged) FROM folded
           WHERE campaign = ? AND ad_unit <> '' AND quarter * ${QUARTER_MS} >= ?
           GROUP BY revision
         ) GROUP BY revision ORDER BY revision`,
        [campaign, fromMs ?? 0, campaign, fromMs ?? 0],
      )
      return rows.map(
        ([revision, agreed, auctioned, charged]): Delivered => ({
          revision: revision as number,
          agreed: agreed as number,
          auctioned: auctioned as number,
          chargedMicros: (charged as number) / PER_THOUSAND,
        }),
      )
    },

    async open({ campaign, fromMs }) {
      const rows = await query(
        `SELECT d.id, d.person, d.revision, d.ad_unit, d.at_ms, d.charged_on IS NOT NULL FROM decisions d
         WHERE d.campaign = ? AND d.at_ms >= ? AND ${NO_TEST} AND NOT EXISTS (
           SELECT 1 FROM events e WHERE e.decision = d.id AND e.type = 'impression' AND ${COUNTED})
         ORDER BY d.at_ms`,
        [campaign, fromMs],
      )
      return rows.map(
        ([id, person, revision, adUnit, atMs, auctioned]): OpenDecision => ({
          id: id as string,
          person: person as string | null,
          revision: revision as number,
          adUnit: adUnit as string,
          atMs: atMs as number,
          auctioned: auctioned as boolean,
        }),
      )
    },

    async addOutcomes(counts) {
      if (counts.length === 0) return
      await database.transaction([
        { sql: 'DELETE FROM new_outcomes' },
        {
          into: 'temp.new_outcomes',
          rows: counts.map(({ campaign, day, outcome, requests }) => [campaign, day, outcome, requests]),
        },
        {
          sql: `INSERT INTO outcomes SELECT campaign, day, outcome, sum(requests)::BIGINT FROM new_outcomes
            GROUP BY ALL ON CONFLICT DO UPDATE SET requests = requests + excluded.requests`,
        },
      ])
    },

    async outcomes({ campaign, fromDay, toDay }) {
      const rows = await query(
        `SELECT campaign, day, outcome, requests FROM outcomes
         WHERE campaign = ? AND day >= ? AND day <= ? ORDER BY day, outcome`,
        [campaign, fromDay ?? '', toDay ?? '9999-12-31'],
      )
      return rows.map(
        ([name, day, outcome, requests]): OutcomeCount => ({
          campaign: name as string,
          day: day as string,
          outcome: outcome as DeliveryOutcome,
          requests: requests as number,
        }),
      )
    },
  }
}

/** A scan takes no values; names of campaigns are letters, digits and hyphens, and whatever else comes is quoted. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

function whole(value: number): string {
  return String(Math.floor(value))
}
