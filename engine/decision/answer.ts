import type { Segment } from '../../segments/segment.ts'
import type { SlotValues } from '../../templates/slot-values.ts'
import type { Plan } from '../campaign/plan.ts'
import type { Refusal } from '../delivery/delivery.ts'
import { clickThroughUrl } from '../generate/click-through.ts'
import { createCopyTable } from '../generate/copy-table.ts'
import { unitValues } from '../generate/unit-values.ts'
import { candidatesOf, type SlotCandidate } from '../space/candidates.ts'
import type { DecisionRecord } from '../tracking/record.ts'
import { signToken } from '../tracking/token.ts'
import type { TokenKey } from '../tracking/token-keys.ts'
import type { Decision, NoAd, RefusedCampaign } from './decider.ts'
import type { NativeAnswer } from './formats.ts'
import type { NoPersonalUse } from './personal-use.ts'

/** How long a tracker link counts; a later event is kept, apart. */
export const TOKEN_LIFETIME_MS = 30 * 24 * 3_600_000

/** What is served for a decision. It carries codes, never a segment's name or rule; `explain` is for people we know. */
export interface DecisionAnswer {
  readonly decision: string
  readonly campaign: string
  readonly revision: number
  /** null: the house ad, which holdouts get. */
  readonly adUnit: string | null
  readonly placement: string
  readonly locale: string
  readonly widthPx: number
  readonly heightPx: number
  /** Slot values, for native placements that draw the ad themselves. */
  readonly fields: SlotValues
  readonly image: string
  /** null for a house ad, which is a picture alone. */
  readonly html: string | null
  readonly click: string | null
  readonly impression: string
  /** To be fetched once the ad was seen by the standard of engine/tracking/viewable.ts. */
  readonly viewable: string
  readonly expiresAtMs: number
  /** Of the placement in the request, where it was one of several. */
  readonly id?: string
  readonly markup?: string
  readonly native?: NativeAnswer
  readonly explain?: DecisionExplanation
}

/** What is shown where no campaign may be: the house ad. Nothing was decided, so it has no trackers and counts nowhere. */
export interface NoAdAnswer extends Omit<DecisionAnswer, 'decision' | 'impression' | 'viewable' | 'explain'> {
  readonly decision: null
  readonly impression: null
  readonly viewable: null
  /** Why the campaign was not shown. */
  readonly refusal: Refusal
  readonly explain?: Pick<DecisionExplanation, 'refused'>
}

interface DecisionExplanation {
  /** Campaigns that were asked before, and why they were not shown. */
  readonly refused: readonly RefusedCampaign[]
  readonly arm: DecisionRecord['arm']
  readonly leaf: string | null
  /** The wider segment that serves the leaf since the guard merged it; null: it was not merged. */
  readonly mergedInto: string | null
  readonly segment: string
  /** Where the person (or, without one, this decision) fell on [0, 1). */
  readonly bucket: number
  readonly drawnPer: 'person' | 'session' | 'decision'
  /** Nothing personal was read, so the ad is chosen by context alone; `noPersonalUse` says why. */
  readonly contextual: boolean
  readonly noPersonalUse: NoPersonalUse | null
  /** Narrowest first. Their sizes are told by /v1/segment-sizes alone, which knows which of them to hide. */
  readonly matched: readonly Pick<Segment, 'id' | 'title'>[]
  /** Names the set the ad unit was drawn from. */
  readonly candidates: {
    readonly revision: number
    readonly segment: string
    readonly locale: string
    readonly placement: string
    readonly weightsVersion: number
    /** By slot, every option beside the choices before it; none for a house ad. */
    readonly slots: Readonly<Record<string, readonly SlotCandidate[]>>
  }
  readonly choices: Readonly<Record<string, string | undefined>>
  readonly propensity: DecisionRecord['propensity']
}

/** The answer to a decision, with signed trackers and addresses under the plan's public URL. */
export function answerFor(
  decision: Decision,
  tokenKey: TokenKey,
  options: { readonly explain: boolean },
): DecisionAnswer {
  const { record, unit, campaign } = decision
  const { plan } = campaign
  const placement = plan.placements.find(({ id }) => id === record.placement)!
  const expiresAtMs = record.atMs + TOKEN_LIFETIME_MS
  const token = signToken(tokenKey, {
    decision: record.id,
    campaign: record.campaign,
    adUnit: record.adUnit,
    landingUrl: unit ? clickThroughUrl(plan, unit.segment, record.adUnit) : '',
    issuedMs: record.atMs,
    expiresMs: expiresAtMs,
  })
  const base = plan.publicUrl
  return {
    decision: record.id,
    campaign: record.campaign,
    revision: record.revision,
    adUnit: unit ? record.adUnit : null,
    placement: record.placement,
    locale: record.locale,
    widthPx: placement.widthPx,
    heightPx: placement.heightPx,
    fields: unit ? unitValues(plan, createCopyTable(plan), unit) : {},
    image: unit ? `${base}/v1/ad-units/${record.adUnit}.jpg` : houseAdUrl(plan, record.placement),
    html: unit ? `${base}/v1/ad-units/${record.adUnit}.html?token=${token}` : null,
    click: unit ? `${base}/t/c/${token}` : null,
    impression: `${base}/t/i/${token}`,
    viewable: `${base}/t/v/${token}`,
    expiresAtMs,
    ...(options.explain ? { explain: explanationOf(decision) } : {}),
  }
}

/** The house ad of the first campaign that was asked, with why it was not shown itself. */
export function answerForNoAd(
  { campaign, placement: id, locale, refused }: NoAd,
  nowMs: number,
  options: { readonly explain: boolean },
): NoAdAnswer {
  const { plan } = campaign
  const placement = plan.placements.find((each) => each.id === id)!
  return {
    decision: null,
    campaign: plan.campaign.name,
    revision: plan.revision,
    adUnit: null,
    placement: id,
    locale,
    widthPx: placement.widthPx,
    heightPx: placement.heightPx,
    fields: {},
    image: houseAdUrl(plan, id),
    html: null,
    click: null,
    impression: null,
    viewable: null,
    expiresAtMs: nowMs + TOKEN_LIFETIME_MS,
    refusal: refused[0]!.refusal,
    ...(options.explain ? { explain: { refused } } : {}),
  }
}

/** The campaign's own house ad, or the calm picture of the placement's size. */
export function houseAdUrl({ publicUrl, campaign }: Plan, placement: string): string {
  return campaign.houseAd
    ? `${publicUrl}/v1/house-ads/${campaign.name}/${placement}.jpg`
    : `${publicUrl}/v1/house-ads/${placement}.svg`
}

function explanationOf({ record, unit, why, campaign }: Decision): DecisionExplanation {
  const byKey = campaign.plan.campaign.assignment === 'session' ? 'session' : 'person'
  return {
    refused: why.refused,
    arm: record.arm,
    leaf: record.leaf,
    mergedInto: why.mergedInto,
    segment: record.segment,
    bucket: why.assignment.bucket,
    drawnPer: record.person === null ? 'decision' : byKey,
    contextual: why.noPersonalUse !== null,
    noPersonalUse: why.noPersonalUse,
    matched: why.matched.map(({ id, title }) => ({ id, title })),
    candidates: {
      revision: record.revision,
      segment: record.segment,
      locale: record.locale,
      placement: record.placement,
      weightsVersion: record.weightsVersion,
      slots: (unit && candidatesOf(campaign.plan, unit, why.weights)) ?? {},
    },
    choices: unit?.choices ?? {},
    propensity: record.propensity,
  }
}
