import type { Workspace } from '../cli/compose.ts'
import { DEMO_CAMPAIGN } from '../cli/demo/steps.ts'
import { canonicalJson } from '../core/canonical-json.ts'
import type { Campaign } from '../engine/campaign/campaign.ts'
import { extendLedger } from '../engine/campaign/extend-ledger.ts'
import { loadPlan } from '../engine/campaign/load-plan.ts'
import type { Plan } from '../engine/campaign/plan.ts'

type Slots = Campaign['slots']

/** A plan that worker threads can read by its hash. */
export interface StoredPlan {
  readonly plan: Plan
  readonly planHash: string
}

/**
 * The example's plan with more calls to action and accents: over 80 million ad units with conditions, exclusions, two
 * languages and copy that names what is certain of a segment.
 */
export async function widePlan(workspace: Workspace): Promise<StoredPlan> {
  const { plan } = await demoPlan(workspace)
  const slots = plan.campaign.slots.map((slot) =>
    slot.slot === 'cta' ? times(slot, 8) : slot.slot === 'accent' ? times(slot, 10) : slot,
  )
  return store(workspace, withSlots(plan, slots))
}

/** Slots of `crossPlan` and how many assets each has; with 50 segments and 4 placements 8,000,000 ad units. */
const CROSS = { headline: 10, photo: 10, offer: 5, cta: 4, accent: 10, logo: 2 } as const
const CROSS_SEGMENTS = 50

/** A plain product of lists, as a database makes by cross joins: no conditions, no exclusions, one language. */
export async function crossPlan(workspace: Workspace): Promise<StoredPlan> {
  const { plan } = await demoPlan(workspace)
  const slots = plan.campaign.slots.map((slot) => {
    const bare = slot.assets
      .filter((asset) => !Object.values(asset.text ?? {}).some((text) => text.includes('{{')))
      .map(({ when: _, ...asset }) => asset)
    const size = CROSS[slot.slot as keyof typeof CROSS]
    const wide = times({ ...slot, assets: bare }, Math.ceil(size / bare.length))
    return { ...wide, assets: wide.assets.slice(0, size) }
  })
  const { exclude: _, ...campaign } = plan.campaign
  const cross: Plan = {
    ...plan,
    campaign: { ...campaign, locales: ['en-US'] },
    segments: plan.segments.slice(0, CROSS_SEGMENTS),
    template: {
      ...plan.template,
      slots: plan.template.slots.map(({ absentIn: _, ...slot }) => slot),
    },
  }
  return store(workspace, withSlots(cross, slots))
}

export function demoPlan({ ports, fingerprint }: Workspace): Promise<StoredPlan> {
  return loadPlan(ports, DEMO_CAMPAIGN, { publicUrl: '', fingerprint })
}

/** A slot with every asset so many times, told apart by a number where it is a text. */
function times(slot: Slots[number], factor: number): Slots[number] {
  const assets = Array.from({ length: factor }, (_, copy) =>
    slot.assets.map((asset) =>
      copy === 0
        ? asset
        : {
            ...asset,
            id: `${asset.id}-${copy}`,
            ...(asset.text && {
              text: Object.fromEntries(
                Object.entries(asset.text).map(([locale, text]) => [locale, `${text} ${copy}`]),
              ),
            }),
          },
    ),
  ).flat()
  return { ...slot, assets }
}

export function withSlots(plan: Plan, slots: Slots): Plan {
  const campaign = { ...plan.campaign, slots }
  const segments = plan.segments.map(({ id }) => id)
  return { ...plan, campaign, ledger: extendLedger(plan.ledger, campaign, segments, new Set()) }
}

export async function store({ ports }: Workspace, plan: Plan): Promise<StoredPlan> {
  const bytes = Buffer.from(canonicalJson(plan), 'utf8')
  return { plan: JSON.parse(bytes.toString('utf8')) as Plan, planHash: await ports.blobs.put(bytes) }
}
