import { PolyadError } from '../../core/errors.ts'
import type { Stream } from '../../core/stream.ts'
import type { Clock } from '../../core/time.ts'
import type { RuleRecord } from '../../rules/compile.ts'
import type { Values } from '../../rules/rule.ts'
import type { AttributeCatalogue } from '../../segments/attributes.ts'
import { createClauseColumns } from '../../segments/clause-columns.ts'
import { personKey } from '../../segments/person-key.ts'
import type { Population } from '../../segments/population.ts'
import { BROAD_ID, type Segment } from '../../segments/segment.ts'
import { isCopyOnly } from '../../templates/placement.ts'
import type { Weights } from '../allocation/weights.ts'
import { adUnitId } from '../campaign/ad-unit-id.ts'
import type { Plan } from '../campaign/plan.ts'
import { createDelivery, type Delivery, type Refusal } from '../delivery/delivery.ts'
import { createOpenChoice } from '../delivery/open-choice.ts'
import type { AdUnit } from '../space/ad-unit.ts'
import { recordedWindows } from '../tracking/conversion.ts'
import { createDecisionIds } from '../tracking/decision-id.ts'
import type { DecisionRecord } from '../tracking/record.ts'
import { type Assignment, assign } from './assignment.ts'
import { keyFor, sessionKey, type ViewerKeys } from './assignment-key.ts'
import { createAttributeCheck } from './attribute-check.ts'
import { firstCampaign } from './campaign-order.ts'
import { contextAttributes, createContextReader, NO_CONTEXT, withContext } from './context.ts'
import { createLiveCampaign, isInFlight, type LiveCampaign } from './live-campaign.ts'
import { chooseLocale } from './locale.ts'
import { CONSENT_DEFAULTS, type ConsentPolicy, type NoPersonalUse, whyNotPersonal } from './personal-use.ts'
import { languagesOf, type Opportunity, privacyOf } from './request.ts'
import { NO_STEERING, type Steering } from './steering.ts'

export interface DeciderParts {
  /** Checked campaigns only. */
  readonly plans: readonly { readonly plan: Plan; readonly planHash: string }[]
  readonly catalogue: AttributeCatalogue
  /** Known people; without it only the request's own attributes are matched. */
  readonly population?: Population
  readonly identityKey: Uint8Array
  readonly clock: Clock
  /** Draws ad units, and arms where there is no person. */
  readonly stream: Stream
  /** Weights and merged leaves of a campaign as they stand: asked at every decision. Default NO_STEERING. */
  steer?(campaign: string): Steering
  /** Pauses, caps and pacing; without it of this decider alone, and from nothing. */
  readonly delivery?: Delivery
  /** How consent is read; default: CONSENT_DEFAULTS. */
  readonly consent?: ConsentPolicy
}

export interface Decision {
  readonly record: DecisionRecord
  readonly campaign: LiveCampaign
  /** undefined: the house ad of a holdout. */
  readonly unit: AdUnit | undefined
  readonly why: {
    /** Every narrow segment that matched, narrowest first; the first is the leaf. */
    readonly matched: readonly Segment[]
    readonly assignment: Assignment
    /** The segment that serves the leaf's people since it was merged; null: the leaf serves them itself. */
    readonly mergedInto: string | null
    /** Why nothing personal was read; null: it was allowed. */
    readonly noPersonalUse: NoPersonalUse | null
    /** By which the ad unit was drawn. */
    readonly weights: Weights
    /** Campaigns that were asked before this one. */
    readonly refused: readonly RefusedCampaign[]
  }
}

export interface RefusedCampaign {
  readonly campaign: string
  readonly refusal: Refusal
}

/** Every campaign that could answer has a reason not to: the house ad of the first, or nothing. Nothing is logged. */
export interface NoAd {
  readonly record?: never
  readonly campaign: LiveCampaign
  readonly placement: string
  readonly locale: string
  /** At least one, as they were asked. */
  readonly refused: readonly RefusedCampaign[]
}

export interface Decider {
  /**
   * Chooses an ad unit for one opportunity, in the campaign of the highest priority that has something. While a live
   * campaign has the placement the answer is never blank: no match, no consent or a segment under the k floor gives
   * broad, or what is matched by context alone; a campaign that is paused, capped for this person or throttled leaves it
   * to the next. The record is not logged here.
   *
   * @throws PolyadError INPUT_INVALID (attributes), NO_CAMPAIGN
   */
  answer(request: Opportunity): Decision | NoAd
  /**
   * As `answer`, for whoever has nothing else to show.
   *
   * @throws PolyadError INPUT_INVALID (attributes); NO_CAMPAIGN also where every campaign has a reason not to answer
   */
  decide(request: Opportunity): Decision
  /** Every live campaign, whether its flight has begun or not. */
  readonly campaigns: readonly LiveCampaign[]
  /**
   * As `decide` in this one campaign, for whoever chooses among campaigns by what it is worth. Undefined when it has
   * nothing for this viewer here, or `accepts` says no: it is asked before anything is drawn, and told nothing that
   * depends on the arm, or people of one arm would be seen less often than those of the other. A refusal is told as it is.
   *
   * @throws PolyadError INPUT_INVALID (attributes)
   */
  decideIn(
    campaign: LiveCampaign,
    request: Opportunity,
    accepts: (candidate: Candidate) => boolean,
  ): Decision | Refusal | undefined
}

/** What is known before an arm and an ad unit are drawn. */
export interface Candidate {
  /** The leaf matched, whatever will be served; undefined: none. */
  readonly leaf: Segment | undefined
  readonly locale: string
}

export function createDecider(parts: DeciderParts): Decider {
  const { clock, stream, population } = parts
  const policy = parts.consent ?? CONSENT_DEFAULTS
  const nextId = createDecisionIds(stream.fork('ids'))
  const armStream = stream.fork('arms')
  const unitStream = stream.fork('units')
  const campaignStream = stream.fork('campaigns')
  const delivery = parts.delivery ?? createDelivery(stream.fork('delivery'))
  const openChoice = createOpenChoice(delivery)
  const ofPeople = parts.catalogue.attributes.filter(({ scope }) => scope === 'person')
  const checkAttributes = createAttributeCheck(ofPeople, 'attributes', 'an attribute of a person')
  const readContext = createContextReader(parts.catalogue)
  const contextual = new Set(contextAttributes(parts.catalogue).map(({ name }) => name))
  const campaigns = parts.plans.map(({ plan, planHash }) => createLiveCampaign(plan, planHash, contextual))
  const known = population && {
    population,
    clausesAt: createClauseColumns(
      population,
      campaigns.flatMap(({ plan }) => plan.segments),
    ),
  }

  const viewerOf = (request: Opportunity): Viewer => {
    const { noPersonalUse = whyNotPersonal(privacyOf(request), policy) } = request
    // Attributes are checked whatever the consent, so that a mistake shows; they are read only with it.
    const given = checkAttributes(request.attributes ?? {})
    const context = readContext(request)
    if (noPersonalUse !== null) {
      return { person: null, session: null, record: undefined, context, noPersonalUse }
    }
    const session = request.session === undefined ? null : sessionKey(parts.identityKey, request.session)
    const person =
      request.personKey ??
      (request.person === undefined ? null : (personKey(parts.identityKey, request.person) ?? null))
    const row = person === null ? undefined : known?.population.rowOf(person)
    if (row === undefined || !known) {
      return { person, session, record: { values: given }, context, noPersonalUse }
    }
    const values: Values = { ...known.population.valuesAt(row), ...given }
    return { person, session, record: { values, clauses: known.clausesAt(row) }, context, noPersonalUse }
  }

  /** The decision in one campaign, or why not; undefined when it has nothing for this viewer here. */
  const decideIn = (
    campaign: LiveCampaign,
    viewer: Viewer,
    request: Opportunity,
    nowMs: number,
    accepts: (candidate: Candidate) => boolean = () => true,
    auctioned = false,
  ): Decision | Refusal | undefined => {
    const { plan } = campaign
    const { placement } = request
    const { paused } = delivery
    const locale = chooseLocale(languagesOf(request), plan.campaign.locales)
    const found = matchedIn(campaign, viewer)
    const matched = paused.segments ? found.filter(({ id }) => !paused.segment(id)) : found
    const leaf = matched[0]
    if (!leaf && plan.campaign.mode === 'targeted') return undefined
    if (!accepts({ leaf, locale })) return undefined
    const key = keyFor(plan.campaign, viewer)
    const refuse = (refusal: Refusal): Refusal => {
      delivery.refused(plan, refusal, nowMs)
      return refusal
    }
    const refusal = delivery.refuses(plan, key, nowMs)
    if (refusal) return refuse(refusal)

    const assignment = assign(plan.ledger.campaignKey, key, leaf !== undefined, campaign.shares, armStream)
    const { weights, servedBy } = parts.steer?.(plan.campaign.name) ?? NO_STEERING
    const mergedInto = leaf && servedBy.get(leaf.id)
    const ownSegment = mergedInto ?? leaf?.id ?? BROAD_ID
    const segment = assignment.arm === 'narrow' && !paused.segment(ownSegment) ? ownSegment : BROAD_ID
    const cell = { segment, locale, placement }
    const chosen =
      assignment.arm === 'holdout'
        ? undefined
        : openChoice(campaign, unitStream, cell, { weights, key, nowMs, onPage: request.onPage ?? [] })
    if (typeof chosen === 'string') return refuse(chosen)
    if (!chosen && assignment.arm !== 'holdout') return undefined

    const record: DecisionRecord = {
      v: 1,
      type: 'decision',
      id: nextId(nowMs),
      atMs: nowMs,
      campaign: plan.campaign.name,
      revision: plan.revision,
      planHash: campaign.planHash,
      person: key,
      leaf: leaf?.id ?? null,
      arm: assignment.arm,
      propensity: { arm: assignment.propensity, slots: chosen?.propensities ?? {} },
      weightsVersion: weights.version,
      segment,
      locale,
      placement,
      adUnit: chosen ? adUnitId(plan.ledger, chosen.unit) : '',
      simulated: request.simulated === true,
      ...recordedWindows(plan.campaign.conversions),
    }
    const why = {
      matched,
      assignment,
      mergedInto: mergedInto ?? null,
      noPersonalUse: viewer.noPersonalUse,
      weights,
      refused: [],
    }
    delivery.decided(plan, record, chosen?.unit, auctioned)
    return { record, campaign, unit: chosen?.unit, why }
  }

  const isEligible = ({ plan }: LiveCampaign, { placement }: Opportunity, nowMs: number): boolean =>
    plan.placements.some((each) => each.id === placement && !isCopyOnly(each)) && isInFlight(plan, nowMs)

  const noCampaign = ({ placement, campaign }: Opportunity) =>
    new PolyadError('NO_CAMPAIGN', { placement, campaign })

  const decider: Decider = {
    campaigns,
    decideIn(campaign, request, accepts) {
      const nowMs = clock.nowMs()
      if (!isEligible(campaign, request, nowMs)) return undefined
      return decideIn(campaign, viewerOf(request), request, nowMs, accepts, true)
    },
    decide(request) {
      const answer = decider.answer(request)
      if (!answer.record) throw noCampaign(request)
      return answer
    },
    answer(request) {
      const nowMs = clock.nowMs()
      const viewer = viewerOf(request)
      const eligible = campaigns.filter(
        (campaign) =>
          (request.campaign === undefined || campaign.plan.campaign.name === request.campaign) &&
          isEligible(campaign, request, nowMs),
      )
      const refused: RefusedCampaign[] = []
      let first: LiveCampaign | undefined
      while (eligible.length > 0) {
        const at = firstCampaign(eligible, campaignStream)
        const campaign = eligible[at]!
        const decision = decideIn(campaign, viewer, request, nowMs)
        if (typeof decision === 'object') return { ...decision, why: { ...decision.why, refused } }
        if (decision) {
          first ??= campaign
          refused.push({ campaign: campaign.plan.campaign.name, refusal: decision })
        }
        eligible.splice(at, 1)
      }
      if (first) {
        const locale = chooseLocale(languagesOf(request), first.plan.campaign.locales)
        return { campaign: first, placement: request.placement, locale, refused }
      }
      throw noCampaign(request)
    },
  }
  return decider
}

/** The segments matched, narrowest first: by the person in the context, or by the context alone. */
function matchedIn(
  { matcher, contextMatcher }: LiveCampaign,
  { record, context }: Viewer,
): readonly Segment[] {
  if (record) return matcher.match(context === NO_CONTEXT ? record : withContext(record, context))
  return context === NO_CONTEXT ? [] : contextMatcher.match({ values: context })
}

interface Viewer extends ViewerKeys {
  /** What rules are matched on; undefined when nothing personal may be read. */
  readonly record: RuleRecord | undefined
  /** What is said of what shows the ad. */
  readonly context: Values
  readonly noPersonalUse: NoPersonalUse | null
}
