import { Type } from 'typebox'
import { PolyadError } from '../../core/errors.ts'
import { contentHash } from '../../core/hash.ts'
import { createDoor } from '../../core/schema.ts'
import type { Campaign } from './campaign.ts'
import type { Ledger } from './ledger.ts'

/** Campaign keys are 1 to 2^20 - 1: they cost at most four groups of an ad unit id. */
const CAMPAIGN_KEYS = 2 ** 20 - 1

const Ordinals = Type.Record(Type.String(), Type.Integer({ minimum: 1, maximum: 2 ** 24 }))

const LedgerSchema = Type.Object(
  {
    version: Type.Literal(1),
    campaign: Type.String(),
    campaignKey: Type.Integer({ minimum: 1, maximum: CAMPAIGN_KEYS }),
    segments: Ordinals,
    locales: Ordinals,
    placements: Ordinals,
    slots: Ordinals,
    assets: Type.Record(Type.String(), Ordinals),
  },
  { additionalProperties: false },
)

const door = createDoor('ledger', LedgerSchema)

/**
 * A ledger read from outside, checked.
 *
 * @throws PolyadError INPUT_INVALID when it is not a ledger of `campaign`; LEDGER_CONFLICT when one ordinal has two
 * names, as after two branches were merged
 */
export function checkLedger(value: unknown, campaign: string): Ledger {
  const where = `campaigns/${campaign}.ledger.json`
  const ledger: Ledger = door(value, where)
  if (ledger.campaign !== campaign) {
    const problem = `/campaign is "${ledger.campaign}"`
    throw new PolyadError('INPUT_INVALID', {
      what: 'ledger',
      where,
      problem,
      mend: `it must be "${campaign}"`,
    })
  }
  const kinds: [string, Readonly<Record<string, number>>][] = [
    ['segment', ledger.segments],
    ['locale', ledger.locales],
    ['placement', ledger.placements],
    ['slot', ledger.slots],
    ...Object.entries(ledger.assets).map(([slot, ordinals]): [string, Readonly<Record<string, number>>] => [
      `asset of ${slot}`,
      ordinals,
    ]),
  ]
  for (const [kind, ordinals] of kinds) {
    const named = new Map<number, string>()
    for (const [name, ordinal] of Object.entries(ordinals)) {
      const other = named.get(ordinal)
      if (other !== undefined) {
        throw new PolyadError('LEDGER_CONFLICT', { campaign, kind, ordinal, names: [other, name] })
      }
      named.set(ordinal, name)
    }
  }
  const slots = Object.keys(ledger.slots).length
  if (Object.values(ledger.slots).some((ordinal) => ordinal > slots)) {
    // Ids hold slots by position: a slot that was taken out would shift every slot after it.
    const problem = '/slots has a gap in its ordinals, so a slot was taken out'
    throw new PolyadError('INPUT_INVALID', {
      what: 'ledger',
      where,
      problem,
      mend: 'restore the file from git',
    })
  }
  return ledger
}

/**
 * The ledger with an ordinal for everything the campaign names, in the order of the document; what it had is kept.
 * The same object comes back when nothing is new.
 *
 * @param segmentIds segments the campaign resolves to, broad first
 * @param takenKeys campaign keys of the workspace's other ledgers
 */
export function extendLedger(
  ledger: Ledger | undefined,
  campaign: Campaign,
  segmentIds: readonly string[],
  takenKeys: ReadonlySet<number>,
): Ledger {
  const before = ledger ?? emptyLedger(campaign.name, takenKeys)
  const assets: Record<string, Readonly<Record<string, number>>> = { ...before.assets }
  for (const { slot, assets: options } of campaign.slots) {
    const had = Object.hasOwn(assets, slot) ? assets[slot]! : {}
    assets[slot] = extendOrdinals(
      had,
      options.map((asset) => asset.id),
    )
  }
  const after: Ledger = {
    ...before,
    segments: extendOrdinals(before.segments, segmentIds),
    locales: extendOrdinals(before.locales, campaign.locales),
    placements: extendOrdinals(before.placements, campaign.placements),
    slots: extendOrdinals(
      before.slots,
      campaign.slots.map(({ slot }) => slot),
    ),
    assets,
  }
  return ledger && sameOrdinals(ledger, after) ? ledger : after
}

function emptyLedger(campaign: string, takenKeys: ReadonlySet<number>): Ledger {
  if (takenKeys.size >= CAMPAIGN_KEYS) throw new Error('every campaign key of the workspace is taken')
  let campaignKey = (Number.parseInt(contentHash(campaign).slice(0, 5), 16) % CAMPAIGN_KEYS) + 1
  while (takenKeys.has(campaignKey)) campaignKey = (campaignKey % CAMPAIGN_KEYS) + 1
  return {
    version: 1,
    campaign,
    campaignKey,
    segments: {},
    locales: {},
    placements: {},
    slots: {},
    assets: {},
  }
}

/** New names get the numbers after the highest one ever given; an unchanged record comes back as the same object. */
function extendOrdinals(
  ordinals: Readonly<Record<string, number>>,
  names: readonly string[],
): Readonly<Record<string, number>> {
  const fresh = names.filter((name) => !Object.hasOwn(ordinals, name))
  if (fresh.length === 0) return ordinals
  const extended: Record<string, number> = { ...ordinals }
  let last = Object.values(ordinals).reduce((highest, ordinal) => Math.max(highest, ordinal), 0)
  for (const name of fresh) extended[name] = ++last
  return extended
}

function sameOrdinals(a: Ledger, b: Ledger): boolean {
  return (
    a.segments === b.segments &&
    a.locales === b.locales &&
    a.placements === b.placements &&
    a.slots === b.slots &&
    Object.keys(b.assets).every((slot) => a.assets[slot] === b.assets[slot])
  )
}
