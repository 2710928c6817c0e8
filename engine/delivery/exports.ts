import { type Static, Type } from 'typebox'
import { createDoor } from '../../core/schema.ts'
import type { Ports } from '../ports/ports.ts'

/** One export of a campaign to an ad platform; `.polyad/export/`. Whoever exports writes it. */
const ExportSchema = Type.Object(
  {
    campaign: Type.String(),
    revision: Type.Integer({ minimum: 1 }),
    /** The platform, as people call it. */
    platform: Type.String(),
    atMs: Type.Integer(),
    adUnits: Type.Integer({ minimum: 0 }),
  },
  { additionalProperties: false },
)

/** Where ad units of a campaign went, out of this server's reach. */
export type ExportRecord = Static<typeof ExportSchema>

const door = createDoor('export', ExportSchema)

/** The exports of some campaigns, newest first; empty: there is none on record. */
export async function readExports(
  documents: Ports['documents'],
  campaigns: readonly string[],
): Promise<readonly ExportRecord[]> {
  const records: ExportRecord[] = []
  for (const name of await documents.list('export')) {
    const document = await documents.read('export', name)
    if (document) records.push(door(document.body, `export ${name}`))
  }
  return records.filter(({ campaign }) => campaigns.includes(campaign)).sort((a, b) => b.atMs - a.atMs)
}
