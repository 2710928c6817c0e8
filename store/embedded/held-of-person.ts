import type { HeldOfPerson } from '../../engine/ports/upkeep.ts'
import type { Cell, Database } from './database.ts'

const MENTION = ['at_ms', 'text', 'language', 'channel', 'source', 'fields', 'confidence']

/** What the database has of people, by their hashes. */
export async function heldOfPersons(database: Database, persons: readonly string[]): Promise<HeldOfPerson> {
  const marks = persons.map((_, at) => `$${at + 1}`).join(', ')
  const of = (sql: string) => ({
    sql: sql.replace('PERSONS', `(${marks})`),
    values: persons as readonly Cell[],
  })
  const [mentions, decisions, events, folded] = await database.transaction([
    of(`SELECT ${MENTION.join(', ')} FROM mentions WHERE author IN PERSONS ORDER BY at_ms NULLS FIRST, key`),
    of(`SELECT id, at_ms, campaign, leaf, arm, ad_unit FROM decisions WHERE person IN PERSONS ORDER BY id`),
    of(`SELECT e.decision, e.type, e.at_ms, CASE WHEN e.late THEN coalesce(e.filtered, 'late') ELSE e.filtered END
      FROM events e JOIN decisions d ON d.id = e.decision WHERE d.person IN PERSONS ORDER BY e.at_ms, e.type`),
    of('SELECT campaign, count(*) FROM folded WHERE person IN PERSONS GROUP BY campaign ORDER BY campaign'),
  ])
  const eventsOf = new Map<string, HeldOfPerson['decisions'][number]['events'][number][]>()
  for (const [decision, type, atMs, apart] of events!) {
    const all = eventsOf.get(decision as string) ?? []
    all.push({ type: type as string, atMs: atMs as number, apart: apart as string | null })
    eventsOf.set(decision as string, all)
  }
  return {
    mentions: mentions!.map((row) => {
      const [atMs, text, language, channel, source, fields, confidence] = row
      const parsed = (json: Cell | undefined) => JSON.parse(json as string) as unknown
      return { atMs, text, language, channel, source, fields: parsed(fields), confidence: parsed(confidence) }
    }),
    decisions: decisions!.map(([id, atMs, campaign, leaf, arm, adUnit]) => ({
      id: id as string,
      atMs: atMs as number,
      campaign: campaign as string,
      leaf: leaf as string | null,
      arm: arm as string,
      adUnit: adUnit as string,
      events: eventsOf.get(id as string) ?? [],
    })),
    folded: folded!.map(([campaign, rows]) => ({ campaign: campaign as string, rows: rows as number })),
  }
}
