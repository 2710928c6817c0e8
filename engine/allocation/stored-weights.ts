import { type Static, Type } from 'typebox'
import { PolyadError } from '../../core/errors.ts'
import { createDoor } from '../../core/schema.ts'
import type { Ports } from '../ports/ports.ts'
import { EVEN_WEIGHTS, type Weights } from './weights.ts'

/** Weights of the options of each slot: relative ones, of which only the proportions count. */
const RowSchema = Type.Record(Type.String(), Type.Record(Type.String(), Type.Number({ minimum: 0 })))

/**
 * Document `weights`, named as its campaign: all that the probabilities of a decision follow from, besides the revision's
 * number line. The same content has the same number for ever: its revision is the weights version that decisions log.
 */
export const StoredWeightsSchema = Type.Object(
  {
    version: Type.Literal(1),
    rule: Type.Union([Type.Literal('fixed'), Type.Literal('thompson')]),
    /** Least probability of an allowed option. */
    floor: Type.Number({ minimum: 0, maximum: 1 }),
    /** Slot -> asset -> weight. The first row is of everybody. */
    rows: Type.Array(RowSchema, { minItems: 1 }),
    /** Place in `rows` of the segments that do not have the first. */
    segments: Type.Record(Type.String(), Type.Integer({ minimum: 0 })),
  },
  { additionalProperties: false },
)
export type StoredWeights = Static<typeof StoredWeightsSchema>
export type WeightRow = StoredWeights['rows'][number]

const door = createDoor('weights', StoredWeightsSchema)

/**
 * Stored weights as they are drawn by. An option that they do not know, because it was added since, weighs as much as
 * the others of its slot on average.
 */
export function weightsFrom(stored: StoredWeights, version: number): Weights {
  const rows = stored.rows.map((row) => new Map(Object.entries(row).map(([slot, of]) => [slot, slotOf(of)])))
  const rowOf = new Map(Object.entries(stored.segments).map(([segment, at]) => [segment, rows[at]!]))
  const first = rows[0]!
  return {
    version,
    floor: stored.floor,
    weight(slot, asset, segment) {
      const known = (rowOf.get(segment) ?? first).get(slot)
      if (!known || asset === undefined) return 1
      return known.weights.get(asset) ?? known.mean
    },
  }
}

function slotOf(weights: Readonly<Record<string, number>>) {
  const all = Object.values(weights)
  const mean = all.length > 0 ? all.reduce((sum, each) => sum + each, 0) / all.length : 1
  return { weights: new Map(Object.entries(weights)), mean }
}

/** The row of a segment. */
export function rowOf({ rows, segments }: StoredWeights, segment: string): WeightRow {
  return rows[Object.hasOwn(segments, segment) ? segments[segment]! : 0]!
}

/** A campaign's weights as they stand, and their version; undefined when none were ever stored. */
export async function readStoredWeights(
  { documents }: Pick<Ports, 'documents'>,
  campaign: string,
): Promise<{ readonly version: number; readonly stored: StoredWeights; readonly atMs: number } | undefined> {
  const found = await documents.read('weights', campaign)
  return (
    found && { version: found.revision, stored: door(found.body, `weights ${campaign}`), atMs: found.atMs }
  )
}

/**
 * The weights that decisions of a campaign were drawn by, by the version they log.
 *
 * @param version 0: even
 * @throws PolyadError NOT_FOUND
 */
export async function readWeights(
  { documents }: Pick<Ports, 'documents'>,
  campaign: string,
  version: number,
): Promise<Weights & { readonly stored?: StoredWeights }> {
  if (version === 0) return EVEN_WEIGHTS
  const found = await documents.readRevision('weights', campaign, version)
  if (!found) throw new PolyadError('NOT_FOUND', { what: 'weights version', name: `${campaign}@${version}` })
  const stored = door(found.body, `weights ${campaign}@${version}`)
  return { ...weightsFrom(stored, version), stored }
}
