import fc from 'fast-check'
import { extendLedger } from '../../../engine/campaign/extend-ledger.ts'
import type { Plan } from '../../../engine/campaign/plan.ts'
import { createSpace } from '../../../engine/space/space.ts'
import { arbitraryPlan } from '../space/arbitrary-plan.ts'

/** What the second revision has otherwise, beside slots, assets, segments, locales, placements and rules. */
const edits = fc.record({
  order: fc.nat(),
  assetOrder: fc.boolean(),
  link: fc.boolean(),
  fill: fc.constantFrom('none', 'wide', 'everywhere'),
  taller: fc.boolean(),
  label: fc.boolean(),
  keepsMost: fc.boolean(),
  rewrite: fc.boolean(),
  fewerRules: fc.boolean(),
})

/** Two revisions of one campaign, the ledger of the second continuing the first's; every cell has an ad unit. */
export const arbitraryRevisions: fc.Arbitrary<readonly [Plan, Plan]> = fc
  .tuple(arbitraryPlan, arbitraryPlan, edits)
  .filter(([before, after]) => isMade(before) && isMade(after))
  .map(([before, other, edit]) => {
    // Revisions with most in common are as likely as those with little.
    const base: Plan = edit.keepsMost ? { ...before, segments: other.segments } : other
    const { campaign, template, labels } = base
    const turn = edit.order % campaign.slots.length
    const slots = [...campaign.slots.slice(turn), ...campaign.slots.slice(0, turn)].map((slot) =>
      edit.assetOrder ? { ...slot, assets: slot.assets.toReversed() } : slot,
    )
    if (edit.rewrite) {
      const [first, ...rest] = slots as [(typeof slots)[0], ...typeof slots]
      const assets = first.assets.map((asset) =>
        asset.id === 'base' ? { ...asset, text: { en: 'New', es: 'Base' } } : asset,
      )
      slots.splice(0, slots.length, { ...first, assets }, ...rest)
    }
    const after: Plan = {
      ...base,
      revision: before.revision + 1,
      campaign: {
        ...campaign,
        slots,
        exclude: (campaign.exclude ?? []).slice(edit.fewerRules ? 1 : 0),
        landingUrl: edit.link ? 'https://shop.example/other' : campaign.landingUrl,
      },
      placements: base.placements.map((each) =>
        edit.taller ? { ...each, heightPx: each.heightPx + 1 } : each,
      ),
      labels: edit.label ? { ...labels, state: { ...labels['state'], CA: { '*': 'Golden State' } } } : labels,
      template: {
        ...template,
        layers: template.layers.map((layer) =>
          edit.fill === 'everywhere' && layer.kind === 'shape' ? { ...layer, fill: '#000000' } : layer,
        ),
        ...(edit.fill === 'wide' ? { placements: { wide: { ground: { fill: '#000000' } } } } : {}),
      },
      ledger: extendLedger(
        before.ledger,
        { ...campaign, slots },
        base.segments.map(({ id }) => id),
        new Set(),
      ),
    }
    return [before, after] as const
  })
  .filter(([, after]) => isMade(after))

function isMade(plan: Plan): boolean {
  try {
    return createSpace(plan).count > 0n
  } catch {
    return false
  }
}
