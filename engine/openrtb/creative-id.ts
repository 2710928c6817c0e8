import { canonicalJson } from '../../core/canonical-json.ts'
import { contentHash } from '../../core/hash.ts'
import type { Plan } from '../campaign/plan.ts'
import type { AdUnit } from '../space/ad-unit.ts'

/**
 * The `crid` of an ad unit: what an exchange reviews, and what publishers block, once for a template and a message.
 *
 * It hashes the names of the campaign and the template, the locale, and the assets of the message slots (`bid.messageSlots`,
 * by default those of text). Not the segment, the placement or its size, pictures, colours, revisions, or what copy says
 * of the person: reviewers take hundreds of creatives a day, and a campaign may have millions of ad units. An asset with
 * another text is another asset, so a new message is a new creative.
 */
export function creativeId(plan: Plan, { choices, locale }: AdUnit): string {
  const { campaign, template } = plan
  const message = messageSlots(plan).map((slot) => [slot, choices[slot] ?? null])
  const hashed = canonicalJson(['crid-v1', campaign.name, template.name, locale, message.sort()])
  return `p${contentHash(hashed).slice(0, 20)}`
}

/** The slots whose assets make a message. */
export function messageSlots({ campaign, template }: Pick<Plan, 'campaign' | 'template'>): readonly string[] {
  return (
    campaign.bid?.messageSlots ?? template.slots.filter(({ kind }) => kind === 'text').map(({ name }) => name)
  )
}
