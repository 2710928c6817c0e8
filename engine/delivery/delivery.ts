import { PolyadError } from '../../core/errors.ts'
import { assignmentHashV1 } from '../../core/hash.ts'
import type { Stream } from '../../core/stream.ts'
import { dayIn } from '../../core/time.ts'
import { addDays, momentIn } from '../../core/zoned-time.ts'
import { unitFromId } from '../campaign/ad-unit-id.ts'
import type { Plan } from '../campaign/plan.ts'
import { priceFor } from '../openrtb/price-rule.ts'
import type { DeliveryHistory, DeliveryOutcome, OutcomeCount } from '../ports/delivery-history.ts'
import type { AdUnit, Cell } from '../space/ad-unit.ts'
import type { ClosedOptions } from '../space/open-options.ts'
import type { DecisionRecord, EventRecord, LogRecord } from '../tracking/record.ts'
import { fingerprintOf } from './fingerprint.ts'
import { type Flight, flightOf, isOnAir } from './flight.ts'
import { createFrequency, type Frequency } from './frequency.ts'
import { amountOf, type Counted, createPacer, HOLD_MS, type PacedBy, type Pacer, pacedBy } from './pacer.ts'
import { NOTHING_PAUSED, type Paused } from './paused.ts'
import { createRecentDecisions, type RecentDecisions } from './recent-decisions.ts'

/** Why a campaign that is in its flight answers no request: its house ad, or another campaign, is shown. */
export type Refusal = Exclude<DeliveryOutcome, 'served' | 'holdout'>
export const REFUSALS = ['paused', 'day-part', 'capped', 'throttled', 'spent'] as const satisfies Refusal[]

/** Decisions a campaign with pacing, or caps on impressions, remembers until their impression comes: 7.6 MB. */
const RECENT_DECISIONS = 262_144
/** How far back decisions are looked up at the start: later impressions than that of theirs are in the next recount. */
const RECENT_MS = 3_600_000

/** What a campaign may show whom and when, beyond its segments: pauses, day parts, caps, pacing; and what came of it. */
export interface Delivery {
  /** What is paused now. */
  readonly paused: Paused
  /**
   * Why the campaign may not answer this request. It knows nothing of arms, so all arms are asked alike.
   *
   * @param key whom the campaign knows the person by; null: none, so nothing is capped
   */
  refuses(plan: Plan, key: string | null, nowMs: number): Refusal | undefined
  /** What the person may not be shown again in a cell. */
  closedFor(plan: Plan, key: string | null, cell: Cell, nowMs: number): ClosedOptions | undefined
  /** A request was answered with a decision. @param auctioned an auction charges for it, not the campaign's price */
  decided(plan: Plan, record: DecisionRecord, unit: AdUnit | undefined, auctioned: boolean): void
  /** A request was answered with something else than this campaign. */
  refused(plan: Plan, refusal: Refusal, nowMs: number): void

  /** Takes in what was appended to the log. */
  observe(records: readonly LogRecord[]): void
  /** Takes in what is paused. */
  pause(paused: Paused): void
  /**
   * Takes in the campaigns that are served from now on. Caps and pacing that are new, or are counted in another way than
   * before, begin with what history knows; without it with nothing.
   */
  serve(plans: readonly Plan[], sources: HistorySources | undefined, nowMs: number): Promise<void>
  /** Sets paced campaigns to what history knows: what was missed is in it, after a crash or a late impression. */
  recount(sources: HistorySources, nowMs: number): Promise<void>
  /** The outcomes since they were last taken. */
  takeOutcomes(): readonly OutcomeCount[]
  /** What caps and pacing stand at, by campaign. */
  state(nowMs: number): readonly DeliveryState[]
}

export interface HistorySources {
  readonly history: DeliveryHistory
  /** Brings history up to the log. */
  upToDate(): Promise<void>
  /** Micros per thousand impressions of a revision of a campaign; undefined: it is not kept any more. */
  priceOf(campaign: string, revision: number): Promise<number | undefined>
}

export interface DeliveryState {
  readonly campaign: string
  readonly caps: ReturnType<Frequency['size']> | undefined
  readonly pacing: ReturnType<Pacer['state']> | undefined
}

interface CampaignState {
  /** Of what the state hangs on: another one begins anew. */
  readonly signature: string
  plan: Plan
  readonly flight: Flight
  readonly frequency: Frequency | undefined
  readonly pacer: Pacer | undefined
  readonly recent: RecentDecisions | undefined
  today: Today | undefined
}

type DayCounts = Partial<Record<DeliveryOutcome, number>>

/** A calendar day of a campaign's time zone, kept because telling it costs more than a decision should. */
interface Today {
  readonly day: string
  readonly fromMs: number
  readonly toMs: number
}

/** @param stream places people without a key */
export function createDelivery(stream: Stream): Delivery {
  let states = new Map<string, CampaignState>()
  let paused = NOTHING_PAUSED
  /** By campaign, then day. */
  let outcomes = new Map<string, Map<string, DayCounts>>()

  const stateOf = (plan: Plan): CampaignState => {
    const { name } = plan.campaign
    let state = states.get(name)
    if (!state) {
      state = createState(plan)
      states.set(name, state)
    }
    return state
  }

  const count = (plan: Plan, outcome: DeliveryOutcome, nowMs: number): void => {
    const { name } = plan.campaign
    const { day } = todayOf(stateOf(plan), nowMs)
    const days = outcomes.get(name) ?? new Map<string, DayCounts>()
    outcomes.set(name, days)
    const counts = days.get(day) ?? {}
    days.set(day, counts)
    counts[outcome] = (counts[outcome] ?? 0) + 1
  }

  /** Same all day for a person, so that nobody is in and out by turns; another each day, or some would never be in. */
  const placeOf = (state: CampaignState, key: string | null, nowMs: number): number =>
    key === null
      ? stream.next()
      : assignmentHashV1(`${state.plan.ledger.campaignKey}\0pace\0${todayOf(state, nowMs).day}`, key)

  const observeEvent = (event: EventRecord): void => {
    const state = states.get(event.campaign)
    if (!state?.recent || event.late || event.filtered) return
    const { plan, recent, pacer, frequency } = state
    switch (event.type) {
      case 'impression': {
        const decision = recent.take(event.decision, 'impression')
        if (!decision) return
        if (pacer && (!decision.auctioned || isPacedByImpressions(plan)) && event.adUnit !== '') {
          pacer.count(event.atMs, decision.atSec * 1000, decision.amount)
        }
        if (frequency?.counts === 'impressions' && decision.person) {
          frequency.note(decision.person, unitOf(plan, event.adUnit), secondOf(event.atMs))
        }
        return
      }
      case 'win':
      case 'billing': {
        if (!pacer || isPacedByImpressions(plan)) return
        if (event.type !== (plan.campaign.bid?.chargedOn ?? 'billing')) return
        const decision = recent.take(event.decision, 'charge')
        if (decision) pacer.count(event.atMs, decision.atSec * 1000, (event.priceMicros ?? 0) / 1000)
        return
      }
      case 'loss': {
        const decision = recent.take(event.decision, 'charge')
        if (decision) pacer?.release(event.atMs, decision.atSec * 1000)
      }
    }
  }

  return {
    get paused() {
      return paused
    },
    refuses(plan, key, nowMs) {
      if (paused.campaign(plan.campaign.name)) return 'paused'
      const state = stateOf(plan)
      const { flight, frequency, pacer } = state
      if (!isOnAir(flight, nowMs)) return 'day-part'
      if (frequency && key !== null && frequency.isCapped(fingerprintOf(key), secondOf(nowMs)))
        return 'capped'
      return pacer?.refuses(nowMs, placeOf(state, key, nowMs))
    },
    closedFor(plan, key, cell, nowMs) {
      const { frequency } = stateOf(plan)
      return key === null ? undefined : frequency?.closedFor(fingerprintOf(key), cell, secondOf(nowMs))
    },
    decided(plan, record, unit, auctioned) {
      const { atMs } = record
      count(plan, unit ? 'served' : 'holdout', atMs)
      const { frequency, pacer, recent } = stateOf(plan)
      const person = record.person === null ? undefined : fingerprintOf(record.person)
      if (frequency?.counts === 'decisions' && person) frequency.note(person, unit, secondOf(atMs))
      const amount = unit ? amountFor(plan, record, auctioned) : 0
      if (unit) pacer?.hold(atMs, amount)
      recent?.put(record.id, { person, atSec: secondOf(atMs), amount, auctioned })
    },
    refused: count,

    observe(records) {
      for (const record of records) {
        if (record.type !== 'decision') observeEvent(record)
        // A test costs nothing and is seen by nobody.
        else if (record.test) states.get(record.campaign)?.recent?.drop(record.id)
      }
    },
    pause(now) {
      paused = now
    },
    async serve(plans, sources, nowMs) {
      const before = states
      states = new Map()
      const begun: CampaignState[] = []
      for (const plan of plans) {
        const old = before.get(plan.campaign.name)
        const state = old?.signature === signatureOf(plan) ? old : createState(plan)
        state.plan = plan
        states.set(plan.campaign.name, state)
        if (state !== old && (state.recent || state.frequency)) begun.push(state)
      }
      if (!sources || begun.length === 0) return
      await sources.upToDate()
      for (const state of begun) await fill(state, sources, nowMs)
    },
    async recount(sources, nowMs) {
      const paced = [...states.values()].flatMap((state) =>
        state.pacer ? [{ state, pacer: state.pacer, before: state.pacer.state(nowMs) }] : [],
      )
      if (paced.length === 0) return
      await sources.upToDate()
      for (const { state, pacer, before } of paced) {
        const counted = await countedOf(state.plan, sources, nowMs)
        // What came while it was looked up may not be in it. To have some of it twice until the next time is the safe side.
        const now = pacer.state(nowMs)
        pacer.recount(nowMs, {
          total: counted.total + now.counted - before.counted,
          today: counted.today + Math.max(0, now.today - before.today),
        })
      }
    },
    takeOutcomes() {
      const taken = [...outcomes].flatMap(([campaign, days]) =>
        [...days].flatMap(([day, counts]) =>
          Object.entries(counts).map(
            ([outcome, requests]): OutcomeCount => ({
              campaign,
              day,
              outcome: outcome as DeliveryOutcome,
              requests,
            }),
          ),
        ),
      )
      outcomes = new Map()
      return taken
    },
    state: (nowMs) =>
      [...states].map(([campaign, { frequency, pacer }]) => ({
        campaign,
        caps: frequency?.size(),
        pacing: pacer?.state(nowMs),
      })),
  }
}

function createState(plan: Plan): CampaignState {
  const { frequencyCaps, pacing, budget, timeZone } = plan.campaign
  const flight = flightOf(plan.campaign)
  const frequency = frequencyCaps && createFrequency(plan, frequencyCaps)
  const pacer = pacing && createPacer({ pacing, budget, timeZone }, flight)
  const needsRecent = pacer !== undefined || frequency?.counts === 'impressions'
  const recent = needsRecent ? createRecentDecisions(RECENT_DECISIONS) : undefined
  return { signature: signatureOf(plan), plan, flight, frequency, pacer, recent, today: undefined }
}

function todayOf(state: CampaignState, nowMs: number): Today {
  const { today, plan } = state
  if (today && today.fromMs <= nowMs && nowMs < today.toMs) return today
  const { timeZone } = plan.campaign
  const day = dayIn(timeZone, nowMs)
  const made = { day, fromMs: momentIn(timeZone, day, 0), toMs: momentIn(timeZone, addDays(day, 1), 0) }
  state.today = made
  return made
}

function signatureOf({ campaign }: Plan): string {
  const { frequencyCaps, pacing, budget, flight, timeZone, bid, slots, assignment } = campaign
  const names = slots.map(({ slot }) => slot)
  return JSON.stringify([
    frequencyCaps,
    pacing,
    budget,
    flight,
    timeZone,
    bid?.messageSlots,
    bid?.chargedOn,
    names,
    assignment,
  ])
}

/** Brings caps and pacing that begin to where history has them. */
async function fill(state: CampaignState, sources: HistorySources, nowMs: number): Promise<void> {
  const { plan, frequency, pacer, recent } = state
  const { history } = sources
  const campaign = plan.campaign.name
  if (frequency) {
    const fromMs = nowMs - frequency.keepSec * 1000
    for await (const showings of history.showings({ campaign, fromMs, counts: frequency.counts })) {
      for (const { person, adUnit, atMs } of showings) {
        frequency.note(fingerprintOf(person), unitOf(plan, adUnit), secondOf(atMs))
      }
    }
  }
  if (pacer) pacer.recount(nowMs, await countedOf(plan, sources, nowMs))
  if (!recent) return
  for (const open of await history.open({ campaign, fromMs: nowMs - RECENT_MS })) {
    const { id, adUnit, atMs, auctioned } = open
    const person = open.person === null ? undefined : fingerprintOf(open.person)
    const isPaid = pacer !== undefined && adUnit !== ''
    const amount = isPaid ? amountOf(pacedParts(plan), await priceAt(plan, open.revision, sources)) : 0
    recent.put(id, { person, atSec: secondOf(atMs), amount, auctioned })
    if (isPaid && nowMs - atMs < HOLD_MS) pacer.hold(atMs, amount)
  }
}

async function countedOf(plan: Plan, sources: HistorySources, nowMs: number): Promise<Counted> {
  const { name, timeZone } = plan.campaign
  const amountFrom = async (fromMs?: number): Promise<number> => {
    const from = fromMs === undefined ? {} : { fromMs }
    let sum = 0
    for (const row of await sources.history.delivered({ campaign: name, ...from })) {
      sum += isPacedByImpressions(plan)
        ? row.agreed + row.auctioned
        : (row.agreed * (await priceAt(plan, row.revision, sources))) / 1000 + row.chargedMicros
    }
    return sum
  }
  return {
    total: await amountFrom(),
    today: await amountFrom(momentIn(timeZone, dayIn(timeZone, nowMs), 0)),
  }
}

/** Of a revision; of one that is not kept any more, as now. */
async function priceAt({ campaign }: Plan, revision: number, { priceOf }: HistorySources): Promise<number> {
  return (await priceOf(campaign.name, revision)) ?? campaign.budget.costPerThousand.amountMicros
}

function amountFor(plan: Plan, record: DecisionRecord, auctioned: boolean): number {
  if (!plan.campaign.pacing) return 0
  const price = auctioned
    ? priceFor(plan.campaign, record.leaf, record.placement)
    : plan.campaign.budget.costPerThousand.amountMicros
  return amountOf(pacedParts(plan), price)
}

function pacedParts({ campaign }: Plan): PacedBy {
  return pacedBy({ pacing: campaign.pacing!, budget: campaign.budget })
}

function isPacedByImpressions({ campaign }: Plan): boolean {
  return campaign.pacing?.impressions !== undefined
}

/** What an id shows; undefined for a house ad, or an id that this campaign cannot read. */
function unitOf(plan: Plan, id: string): AdUnit | undefined {
  if (id === '') return undefined
  try {
    return unitFromId(plan.ledger, id)
  } catch (error) {
    if (error instanceof PolyadError) return undefined
    throw error
  }
}

function secondOf(atMs: number): number {
  return Math.floor(atMs / 1000)
}
