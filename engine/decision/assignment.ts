import { assignmentHashV1 } from '../../core/hash.ts'
import type { Stream } from '../../core/stream.ts'
import { type Campaign, DEFAULTS } from '../campaign/campaign.ts'
import type { DecisionRecord } from '../tracking/record.ts'

export interface Assignment {
  readonly arm: DecisionRecord['arm']
  /** Probability of this arm for this person, before the draw. */
  readonly propensity: number
  /** Where the draw fell on [0, 1). */
  readonly bucket: number
}

/** Shares of a campaign's people: `holdout` of everybody, `broadControl` of the matched people not held out. */
export interface Shares {
  readonly holdout: number
  readonly broadControl: number
  /** Whoever has no key is held out, since they may be somebody who is. */
  readonly holdOutWithoutKey?: boolean
}

export function sharesOf(campaign: Campaign): Shares {
  return {
    holdout: campaign.holdoutShare ?? DEFAULTS.holdoutShare,
    broadControl: campaign.broadControlShare ?? DEFAULTS.broadControlShare,
    ...(campaign.holdoutWithoutKey === 'all' && { holdOutWithoutKey: true }),
  }
}

/**
 * The arm of whoever a campaign knows by `key`: the same on every request; without a key drawn for this one alone, or,
 * where the campaign wants that, held out for certain.
 *
 * @param campaignKey of the ledger
 */
export function assign(
  campaignKey: number,
  key: string | null,
  matched: boolean,
  shares: Shares,
  stream: Stream,
): Assignment {
  const bucket = bucketOf(campaignKey, key, stream)
  if (key === null && shares.holdOutWithoutKey && shares.holdout > 0) {
    return { arm: 'holdout', propensity: 1, bucket }
  }
  return armAt(bucket, matched, shares)
}

/**
 * The arm of a draw u on [0, 1), version 1. With h = holdout and c = broadControl:
 *
 *   [0, h)                    holdout, matched or not
 *   [h, h + (1 - h) c)        matched: broad-control; else broad
 *   [h + (1 - h) c, 1)        matched: narrow;        else broad
 *
 * One draw places a person once per campaign, whatever segment matches later: somebody in broad control or holdout
 * never sees a narrow ad of that campaign.
 */
export function armAt(bucket: number, matched: boolean, shares: Shares): Assignment {
  const { holdout, broadControl } = shares
  if (bucket < holdout) return { arm: 'holdout', propensity: holdout, bucket }
  if (!matched) return { arm: 'broad', propensity: 1 - holdout, bucket }
  const controlEnd = holdout + (1 - holdout) * broadControl
  return bucket < controlEnd
    ? { arm: 'broad-control', propensity: (1 - holdout) * broadControl, bucket }
    : { arm: 'narrow', propensity: (1 - holdout) * (1 - broadControl), bucket }
}

/**
 * Where a person falls for one campaign: `assignmentHashV1` of the campaign key as decimal text and the person's
 * keyed hash (test/vectors/assignment-v1.json). Without a person the stream draws anew for every decision.
 */
export function bucketOf(campaignKey: number, person: string | null, stream: Stream): number {
  return person === null ? stream.next() : assignmentHashV1(String(campaignKey), person)
}
