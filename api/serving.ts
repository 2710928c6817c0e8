import { setImmediate } from 'node:timers/promises'
import { PolyadError } from '../core/errors.ts'
import type { Stream } from '../core/stream.ts'
import { loadKeptPlan } from '../engine/campaign/checked-plans.ts'
import { readKeptPlan } from '../engine/campaign/kept-plans.ts'
import { type LoadedPlan, loadPlan } from '../engine/campaign/load-plan.ts'
import type { Plan } from '../engine/campaign/plan.ts'
import { campaignsByKey } from '../engine/campaign/write-ledger.ts'
import { type CampaignState, loadActiveCampaigns } from '../engine/decision/active-campaigns.ts'
import { createDecider, type Decider } from '../engine/decision/decider.ts'
import type { ConsentPolicy } from '../engine/decision/personal-use.ts'
import { NO_STEERING } from '../engine/decision/steering.ts'
import type { Delivery, HistorySources } from '../engine/delivery/delivery.ts'
import { checkName } from '../engine/guard/require-checked.ts'
import { readCatalogue } from '../engine/ingest/catalogue.ts'
import { loadPopulation } from '../engine/ingest/population.ts'
import { type Bidder, createBidder } from '../engine/openrtb/bidder.ts'
import type { DocumentKind } from '../engine/ports/documents.ts'
import type { Ports, Secrets } from '../engine/ports/ports.ts'
import type { AttributeCatalogue } from '../segments/attributes.ts'
import type { Population } from '../segments/population.ts'
import { type LoadedSteering, loadSteering } from './steering.ts'

export interface ServingParts {
  readonly ports: Pick<Ports, 'documents' | 'blobs' | 'files' | 'mentions' | 'clock' | 'fonts'>
  readonly secrets: Secrets
  /** Chance for decisions; seeded anew by every process. */
  readonly stream: Stream
  readonly publicUrl: string
  /** Of code, sharp, ICU and fonts, as for loadPlan. */
  readonly fingerprint: string
  /** Caps, pacing and pauses of whatever is served; they outlive the deciders. Default none. */
  readonly delivery?: Delivery
  /** What they begin with; default nothing. */
  readonly sources?: HistorySources
  /** How consent is read; default: CONSENT_DEFAULTS. */
  readonly consent?: ConsentPolicy
  /** Told of every campaign that is served from now on, or no longer, or not for another reason. */
  onState?(state: CampaignState): void
  /** Told of every leaf that another segment serves from now on; null: it serves itself again. */
  onMoved?(moved: { readonly campaign: string; readonly leaf: string; readonly into: string | null }): void
}

/** What the server serves from, kept in step with the workspace. */
export interface Serving {
  /** @throws PolyadError NO_CAMPAIGN before the first `refresh` */
  decider(): Decider
  /** Offers at auctions what the decider decides. */
  bidder(): Bidder
  states(): readonly CampaignState[]
  /** undefined when nothing was imported yet. */
  population(): Population | undefined
  catalogue(): AttributeCatalogue
  /** Weights and merged leaves of a campaign that is served; undefined: it is not. */
  steering(campaign: string): LoadedSteering | undefined
  /** Takes weights and merged leaves that were just stored into service. */
  steerAnew(campaign: string): Promise<void>
  /**
   * The plan of a campaign, active or not; default its newest revision. An older one is what it was compiled to while it
   * was the newest, where that was kept.
   */
  plan(campaign: string, revision?: number): Promise<LoadedPlan>
  /** The plan that decisions are made from; undefined: the campaign is not served. */
  served(campaign: string): Plan | undefined
  /** The campaign whose ids carry this key. */
  campaignOf(campaignKey: number): string | undefined
  /** Reads the workspace again when something in it has changed. */
  refresh(): Promise<void>
}

/** Documents a plan is made of. */
const WATCHED: readonly DocumentKind[] = [
  'attributes',
  'segment',
  'template',
  'campaign',
  'ledger',
  'population',
]
/** Documents looked at without a break, some microseconds each. */
const LOOKS_AT_ONCE = 100
/** Older revisions kept compiled, for ad units that a campaign no longer makes. */
const KEPT_PLANS = 20

interface State {
  readonly signature: string
  /** What is served. */
  readonly loaded: readonly LoadedPlan[]
  readonly decider: Decider
  readonly bidder: Bidder
  readonly states: readonly CampaignState[]
  readonly population: Population | undefined
  readonly populationHash: string | undefined
  readonly catalogue: AttributeCatalogue
  readonly campaigns: ReadonlyMap<number, string>
  readonly plans: Map<string, Promise<LoadedPlan>>
  /** Of the campaigns that are served. */
  readonly steering: Map<string, LoadedSteering>
}

export function createServing(parts: ServingParts): Serving {
  const { ports, publicUrl, fingerprint, delivery } = parts
  const { documents } = ports
  let state = emptyState(parts)
  let running: Promise<void> | undefined
  let generation = 0

  /** A document that cannot be read counts as its message: the campaigns that do without it go on. */
  const look = async (kind: DocumentKind, name: string): Promise<{ hash: string; revision: number }> => {
    try {
      return (await documents.look(kind, name)) ?? { hash: 'none', revision: 0 }
    } catch (error) {
      if (error instanceof PolyadError) return { hash: error.message, revision: 0 }
      throw error
    }
  }

  const signatureNow = async (): Promise<string> => {
    const seen: string[] = []
    for (const kind of WATCHED) {
      for (const name of await documents.list(kind)) {
        const { hash, revision } = await look(kind, name)
        seen.push(`${kind} ${name} ${hash}`)
        // A look is short and blocks: between some of them requests are answered.
        if (seen.length % LOOKS_AT_ONCE === 0) await setImmediate()
        // Of the checks only the newest revision's counts; older ones are many and large.
        if (kind === 'campaign') seen.push((await look('check', checkName(name, revision))).hash)
      }
    }
    return seen.join('\n')
  }

  const load = async (signature: string): Promise<State> => {
    const catalogue = (await unlessAbsent(readCatalogue(ports)))?.catalogue ?? NO_ATTRIBUTES
    const populationHash = (await documents.read('population', 'current'))?.hash
    const population =
      populationHash !== undefined && populationHash === state.populationHash
        ? state.population
        : await unlessAbsent(loadPopulation(ports))
    const active = await loadActiveCampaigns(ports, { publicUrl, fingerprint, population })
    const { states } = active
    // A plan that is as before, of the same people, stays the same object, and with it the index over its segments.
    const kept = populationHash === state.populationHash ? state.loaded : []
    const loaded = active.loaded.map(
      (each) => kept.find(({ planHash }) => planHash === each.planHash) ?? each,
    )
    await delivery?.serve(
      loaded.map(({ plan }) => plan),
      parts.sources,
      ports.clock.nowMs(),
    )
    // A fork of its own each time, or a reload would repeat decision ids of the same millisecond.
    const stream = parts.stream.fork(`decider ${generation++}`)
    const steering = new Map<string, LoadedSteering>()
    for (const { plan } of loaded) steering.set(plan.campaign.name, await loadSteering(ports, plan))
    const decider = createDecider({
      plans: loaded,
      steer: (campaign) => steering.get(campaign) ?? NO_STEERING,
      catalogue,
      ...(population ? { population } : {}),
      identityKey: parts.secrets.identityKey,
      clock: ports.clock,
      stream,
      ...(delivery && { delivery }),
      ...(parts.consent && { consent: parts.consent }),
    })
    const bidder = bidderOf(parts, decider, stream.fork('bidder'))
    const campaigns = await campaignsByKey(documents)
    const waiting = new Set(states.flatMap((each) => (each.active && each.waiting ? [each.campaign] : [])))
    const plans = new Map(
      loaded.map((each) => {
        const { campaign, revision } = each.plan
        const key = waiting.has(campaign.name) ? `${campaign.name}@${revision}` : campaign.name
        return [key, Promise.resolve(each)] as const
      }),
    )
    return {
      signature,
      loaded,
      decider,
      bidder,
      states,
      population,
      populationHash,
      catalogue,
      campaigns,
      plans,
      steering,
    }
  }

  const servedPlan = (campaign: string): Plan | undefined =>
    state.decider.campaigns.find(({ plan }) => plan.campaign.name === campaign)?.plan

  const steerAnew = async (plan: Plan): Promise<void> => {
    const { steering } = state
    steering.set(plan.campaign.name, await loadSteering(ports, plan))
  }

  /** Merged leaves are few and small, so they are looked at as often as the rest. */
  const steerWhereMoved = async (): Promise<void> => {
    for (const { plan } of state.decider.campaigns) {
      const { name } = plan.campaign
      const hash = (await documents.read('merges', name))?.hash ?? null
      if (hash !== state.steering.get(name)?.mergesHash) await steerAnew(plan)
    }
  }

  const tellMoved = (before: ReadonlyMap<string, LoadedSteering>): void => {
    for (const [campaign, { servedBy }] of state.steering) {
      const then = before.get(campaign)?.servedBy
      for (const [leaf, into] of servedBy) {
        if (then?.get(leaf) !== into) parts.onMoved?.({ campaign, leaf, into })
      }
      for (const leaf of then?.keys() ?? []) {
        if (!servedBy.has(leaf)) parts.onMoved?.({ campaign, leaf, into: null })
      }
    }
  }

  const refresh = async (): Promise<void> => {
    const signature = await signatureNow()
    const before = { states: state.states, steering: new Map(state.steering) }
    if (signature === state.signature) {
      await steerWhereMoved()
      tellMoved(before.steering)
      return
    }
    state = await load(signature)
    tellMoved(before.steering)
    for (const now of state.states) {
      const then = before.states.find(({ campaign }) => campaign === now.campaign)
      if (!then || told(then) !== told(now)) parts.onState?.(now)
    }
  }

  return {
    decider: () => state.decider,
    bidder: () => state.bidder,
    states: () => state.states,
    population: () => state.population,
    catalogue: () => state.catalogue,
    campaignOf: (campaignKey) => state.campaigns.get(campaignKey),
    served: (campaign) => servedPlan(campaign),
    steering: (campaign) => state.steering.get(campaign),
    async steerAnew(campaign) {
      const plan = servedPlan(campaign)
      if (!plan) return
      const before = new Map(state.steering)
      await steerAnew(plan)
      tellMoved(before)
    },
    plan(campaign, revision) {
      const { plans } = state
      const key = revision === undefined ? campaign : `${campaign}@${revision}`
      const known = plans.get(key)
      if (known) return known
      const loading = loadRevision(parts, campaign, revision)
      plans.set(key, loading)
      // A failure is asked for again: a document may have been mended.
      loading.catch(() => plans.delete(key))
      if (plans.size > KEPT_PLANS + state.states.length) {
        const oldest = [...plans.keys()].find((name) => name.includes('@') && name !== key)
        if (oldest !== undefined) plans.delete(oldest)
      }
      return loading
    },
    refresh() {
      // One at a time; a caller that just wrote waits for the running one and then looks again.
      const next = (running ?? Promise.resolve()).catch(() => undefined).then(refresh)
      running = next
      return next
    },
  }
}

async function loadRevision(
  { ports, publicUrl, fingerprint }: ServingParts,
  campaign: string,
  revision: number | undefined,
): Promise<LoadedPlan> {
  const run = { publicUrl, fingerprint }
  if (revision === undefined) return loadPlan(ports, campaign, run)
  const newest = await ports.documents.read('campaign', campaign)
  const kept = newest?.revision === revision ? undefined : await readKeptPlan(ports, campaign, revision)
  if (!kept || !(await ports.blobs.has(kept.planHash))) return loadPlan(ports, campaign, { ...run, revision })
  return loadKeptPlan(ports, kept.planHash, run)
}

const NO_ATTRIBUTES: AttributeCatalogue = { attributes: [] }

function emptyState(parts: ServingParts): State {
  const stream = parts.stream.fork('nothing loaded')
  const decider = createDecider({
    plans: [],
    catalogue: NO_ATTRIBUTES,
    identityKey: parts.secrets.identityKey,
    clock: parts.ports.clock,
    stream,
  })
  return {
    signature: 'nothing loaded',
    loaded: [],
    decider,
    bidder: bidderOf(parts, decider, stream),
    states: [],
    population: undefined,
    populationHash: undefined,
    catalogue: NO_ATTRIBUTES,
    campaigns: new Map(),
    plans: new Map(),
    steering: new Map(),
  }
}

function bidderOf({ secrets, ports, consent }: ServingParts, decider: Decider, stream: Stream): Bidder {
  const { identityKey, tokenKey } = secrets
  return createBidder({
    decider,
    identityKey,
    tokenKey,
    clock: ports.clock,
    stream,
    ...(consent && { consent }),
  })
}

/** What there is to tell of a campaign: another revision alone is no news. */
function told(state: CampaignState): string {
  return state.active ? `active ${state.waiting?.reason ?? ''}` : state.reason
}

/** What is read, undefined when it is not there. */
async function unlessAbsent<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading
  } catch (error) {
    if (error instanceof PolyadError && error.code === 'NOT_FOUND') return undefined
    throw error
  }
}
