import type { TableRoles } from './table.ts'

/** Names an ad, or what ads hang on, by id or name: `ad_id`, `Ad set name`, `xyz_campaign_id`. */
const AD_ENTITY = /(^|[ _-])(ad|ad[ _-]?set|ad[ _-]?group|campaign|creative|line[ _-]?item)[ _-]?(id|name)$/i
/** What a platform tells of its delivery. */
const DELIVERY = /^(impressions?|impr\.?|reach|frequency|(amount[ _-]?)?spen[dt].*|costs?|cpm|cpc|ctr)$/i
/** Showings are not people: nobody was assigned to them. */
const SHOWINGS = /^(impressions?|impr\.?|clicks?|reach)$/i

/**
 * Why a table looks like a platform's own report, undefined when it does not: by column names that an experiment's log
 * seldom has. A platform delivers each ad to whom it expects to respond, so its cells are not comparable.
 */
export function deliveredBecause(columns: readonly string[], { count }: TableRoles): string | undefined {
  if (count !== undefined && SHOWINGS.test(count)) return `"${count}" counts showings, not people`
  const entity = columns.find((column) => AD_ENTITY.test(column))
  const delivery = columns.find((column) => DELIVERY.test(column))
  return entity !== undefined && delivery !== undefined
    ? `it has the columns "${entity}" and "${delivery}"`
    : undefined
}
