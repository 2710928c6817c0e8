import { DAY_MS } from '../../core/time.ts'
import { CLOCK_TOLERANCE_MS, DEFAULT_WINDOWS } from '../../engine/tracking/conversion.ts'
import { DOUBLE_CLICK_MS, TOO_SOON_MS } from '../../engine/tracking/filter.ts'

export const MINUTE_MS = 60_000
const QUARTER_MINUTES = 15

/**
 * What there is of some decisions: they as `d`, their events with the repeats as `e`, of those each click with its place
 * among the clicks of its decision and each conversion judged, and all that counts. judgeClicks and judgeConversion say
 * the same of one decision.
 *
 * @param which condition on decisions
 */
const judgedSql = (which: string) => `
  WITH d AS (SELECT * FROM decisions WHERE ${which} AND NOT coalesce(test, false)),
  e AS (
    SELECT events.*, false AS again FROM events JOIN d ON d.id = events.decision
    UNION ALL
    SELECT repeats.*, true FROM repeats JOIN d ON d.id = repeats.decision
  ),
  shown AS (
    SELECT decision, at_ms, via FROM e
    WHERE type = 'impression' AND NOT again AND NOT late AND filtered IS NULL
  ),
  timed AS (
    SELECT c.campaign, c.decision, c.at_ms, coalesce(c.via = 'page' AND shown.via = 'page'
      AND c.at_ms >= shown.at_ms AND c.at_ms - shown.at_ms < ${TOO_SOON_MS}, false) AS too_soon
    FROM e c LEFT JOIN shown ON shown.decision = c.decision
    WHERE c.type = 'click' AND NOT c.late AND c.filtered IS NULL
  ),
  clicks AS (
    SELECT *,
      row_number() OVER (PARTITION BY decision, too_soon ORDER BY at_ms) AS place,
      first_value(at_ms) OVER (PARTITION BY decision, too_soon ORDER BY at_ms) AS first_ms
    FROM timed
  ),
  clicked AS (SELECT decision, at_ms FROM clicks WHERE NOT too_soon AND place = 1),
  seen AS (
    SELECT d.id AS decision, coalesce(shown.at_ms, d.at_ms) AS at_ms,
      coalesce(d.click_ms, ${DEFAULT_WINDOWS.clickDays * DAY_MS}) AS click_ms,
      coalesce(d.view_ms, ${DEFAULT_WINDOWS.viewDays * DAY_MS}) AS view_ms
    FROM d LEFT JOIN shown ON shown.decision = d.id
  ),
  converted AS (
    SELECT c.campaign, c.decision, c.at_ms, c.value_micros, CASE
      WHEN c.at_ms - clicked.at_ms BETWEEN -${CLOCK_TOLERANCE_MS} AND seen.click_ms THEN 'click'
      WHEN c.at_ms - seen.at_ms < -${CLOCK_TOLERANCE_MS} THEN 'before-showing'
      WHEN seen.view_ms > 0 AND c.at_ms - seen.at_ms <= seen.view_ms THEN 'view'
      ELSE 'outside-window' END AS judged
    FROM e c JOIN seen ON seen.decision = c.decision LEFT JOIN clicked ON clicked.decision = c.decision
    WHERE c.type = 'conversion' AND NOT c.again AND NOT c.late AND c.filtered IS NULL
  ),
  counted AS (
    SELECT id AS decision, at_ms, 'decision' AS type, NULL AS through, 0::BIGINT AS value_micros,
      0::BIGINT AS price_micros FROM d
    UNION ALL
    SELECT decision, at_ms, type, NULL, 0, coalesce(price_micros, 0) FROM e
    WHERE type NOT IN ('click', 'conversion') AND NOT again AND NOT late AND filtered IS NULL
    UNION ALL
    SELECT decision, at_ms, 'click', NULL, 0, 0 FROM clicked
    UNION ALL
    SELECT decision, at_ms, 'conversion', judged, coalesce(value_micros, 0), 0 FROM converted
    WHERE judged IN ('click', 'view')
  )`

/** What a row of counted things is of, in the order of CounterRow less the day. */
const CELL = 'revision, person, leaf, arm, segment, locale, placement, ad_unit, simulated'
const D_CELL = CELL.replaceAll(/\w+/g, 'd.$&')

/** Counts of a group of counted things, in the order of the columns of `folded`. */
const COUNTS = `
  count(*) FILTER (c.type = 'decision') AS decisions,
  count(*) FILTER (c.type = 'impression') AS impressions,
  count(*) FILTER (c.type = 'viewable') AS viewable,
  count(*) FILTER (c.type = 'impression' AND d.charged_on IS NOT NULL) AS auctioned,
  coalesce(sum(c.price_micros) FILTER (c.type = d.charged_on), 0)::BIGINT AS charged,
  count(*) FILTER (c.type = 'click') AS clicks,
  count(*) FILTER (c.type = 'conversion') AS conversions,
  count(*) FILTER (c.through = 'view') AS view_through,
  sum(c.value_micros)::BIGINT AS value_micros`
const COUNT_NAMES = [...COUNTS.matchAll(/AS (\w+)/g)].map((match) => match[1]!)

/** Minutes in which something counted of a campaign ($1) happened. */
export const MINUTES_SQL = `${judgedSql('campaign = $1')}
  SELECT at_ms // ${MINUTE_MS} AS minute FROM counted
  UNION SELECT quarter * ${QUARTER_MINUTES} FROM folded WHERE campaign = $1 ORDER BY minute`

/** A person's part of a cell is one row; a decision without a person is a row of its own. */
export const ROWS_SQL = `${judgedSql('campaign = $1')},
  parts AS (
    SELECT c.at_ms // ${MINUTE_MS} AS minute, ${D_CELL}, CASE WHEN d.person IS NULL THEN d.id END AS alone, ${COUNTS}
    FROM counted c JOIN d ON d.id = c.decision
    GROUP BY ALL
    UNION ALL
    SELECT quarter * ${QUARTER_MINUTES}, ${CELL}, 'folded ' || who, ${COUNT_NAMES.join(', ')}
    FROM folded WHERE campaign = $1
  )
  SELECT r.day, ${CELL}, ${COUNT_NAMES.map((name) => `sum(${name})::BIGINT`).join(', ')}
  FROM parts JOIN day_runs r ON minute BETWEEN r.from_minute AND r.to_minute
  GROUP BY r.day, ${CELL}, alone
  ORDER BY r.day, revision, segment, locale, placement, ad_unit, person NULLS FIRST, alone, leaf, arm, simulated`

/** What came of each ad unit of a campaign ($1), days and people together; house ads have none. */
export const UNITS_SQL = `${judgedSql('campaign = $1')},
  parts AS (
    SELECT d.ad_unit, d.simulated, ${COUNTS} FROM counted c JOIN d ON d.id = c.decision
    GROUP BY d.ad_unit, d.simulated
    UNION ALL
    SELECT ad_unit, simulated, ${COUNT_NAMES.join(', ')} FROM folded WHERE campaign = $1
  )
  SELECT ad_unit, simulated, ${['impressions', 'clicks', 'conversions'].map((name) => `sum(${name})::BIGINT`).join(', ')}
  FROM parts WHERE ad_unit <> '' GROUP BY ad_unit, simulated ORDER BY ad_unit, simulated`

/** A late event that came first is in `late`; one that was there in time and came again late is a repeat. */
const apartOfSql = (which: string, eventsOf: string) => `${judgedSql(which)}
  SELECT campaign, type, reason, count(*) AS events FROM (
    SELECT campaign, type, coalesce(filtered, 'repeat') AS reason FROM e
    WHERE filtered IS NOT NULL OR (again AND (late OR type <> 'click'))
    UNION ALL
    SELECT campaign, 'click', CASE WHEN too_soon THEN 'too-soon'
      WHEN at_ms - first_ms < ${DOUBLE_CLICK_MS} THEN 'double-click' ELSE 'repeat' END
    FROM clicks WHERE too_soon OR place > 1
    UNION ALL
    SELECT campaign, 'conversion', judged FROM converted WHERE judged NOT IN ('click', 'view')
    UNION ALL
    SELECT campaign, type, coalesce(filtered,
      CASE WHEN decision < (SELECT max(cutoff) FROM folds) THEN 'after-retention' ELSE 'no-decision' END)
    FROM events WHERE ${eventsOf} AND (NOT late OR filtered IS NOT NULL)
      AND NOT EXISTS (SELECT 1 FROM decisions WHERE decisions.id = events.decision)
  ) GROUP BY ALL`

/** Events apart of a campaign ($1), by type and reason. */
export const APART_SQL = `SELECT type, reason, sum(events)::BIGINT FROM (
    ${apartOfSql('campaign = $1', 'campaign = $1')}
    UNION ALL
    SELECT * FROM folded_apart WHERE campaign = $1 AND reason <> 'late'
  ) GROUP BY ALL ORDER BY ALL`

/** How many events of a campaign ($1) came too late. */
export const LATE_SQL = `SELECT (
    (SELECT count(*) FROM events WHERE campaign = $1 AND late AND filtered IS NULL)
    + coalesce((SELECT sum(events) FROM folded_apart WHERE campaign = $1 AND reason = 'late'), 0)
  )::BIGINT`

/** Decisions with an id below $1 become counts, and so does what came of them. */
export const FOLD_ROWS_SQL = `INSERT INTO folded ${judgedSql('id < $1')},
  numbered AS (
    SELECT id, coalesce((SELECT max(who) FROM folded), 0) + row_number() OVER (ORDER BY id) AS who
    FROM d WHERE person IS NULL
  )
  SELECT d.campaign, c.at_ms // ${QUARTER_MINUTES * MINUTE_MS} AS quarter, d.revision, d.person, numbered.who,
    d.leaf, d.arm, d.segment, d.locale, d.placement, d.ad_unit, d.simulated, ${COUNTS}
  FROM counted c JOIN d ON d.id = c.decision LEFT JOIN numbered ON numbered.id = d.id
  GROUP BY ALL`

export const FOLD_APART_SQL = `INSERT INTO folded_apart ${apartOfSql('id < $1', 'decision < $1')}`

export const FOLD_LATE_SQL = `INSERT INTO folded_apart
  SELECT campaign, type, 'late', count(*) FROM events
  WHERE decision < $1 AND late AND filtered IS NULL GROUP BY ALL`
