import { PolyadError } from '../../core/errors.ts'
import { parseMoney } from '../../core/money.ts'
import { createDoor } from '../../core/schema.ts'
import { gridTrees } from '../../segments/grid-sums.ts'
import { BROAD_ID } from '../../segments/segment.ts'
import { type Campaign, CampaignSchema, DEFAULTS } from '../campaign/campaign.ts'
import { loadPlan } from '../campaign/load-plan.ts'
import { sharesOf } from '../decision/assignment.ts'
import { expectVolume } from '../guard/expected-volume.ts'
import { hiddenLeaves } from '../guard/leaves.ts'
import { requireChecked } from '../guard/require-checked.ts'
import { servedPeople } from '../guard/served-people.ts'
import { loadPopulation } from '../ingest/population.ts'
import { readNamedSegments } from '../ingest/workspace-segments.ts'
import type { CounterRow } from '../ports/counters.ts'
import type { Ports } from '../ports/ports.ts'
import type { BudgetPlan } from './budget-plan.ts'
import { historyFrom } from './history.ts'
import { leafTree } from './leaf-tree.ts'
import { makeBudgetPlan } from './make-plan.ts'

/** What is asked of a budget plan, as people write it. */
export interface BudgetQuery {
  /** `5000`, or `5000 USD` in the campaign's currency. */
  readonly budget: string
  /** What a goal event is worth, written likewise; without it history's. */
  readonly value?: string
  /** Default the newest. */
  readonly revision?: number
  /** Most showings a person a week. */
  readonly frequencyCap?: number
  /** People that can be reached, when others than the population's. */
  readonly audience?: number
}

type BudgetPorts = Pick<Ports, 'documents' | 'blobs' | 'files' | 'mentions' | 'counters' | 'fonts'>

const parseCampaign = createDoor('campaign', CampaignSchema)

/**
 * The budget plan of one checked revision, from the counters as they stand: bring them up to the log first.
 *
 * @param fingerprint of code, sharp, ICU and fonts, as for loadPlan
 * @throws PolyadError NOT_FOUND without such a campaign or revision; CHECK_MISSING or CHECK_REFUSED as for serving it;
 * INPUT_INVALID for a budget, value, cap or audience that is none
 */
export async function planBudget(
  ports: BudgetPorts,
  name: string,
  query: BudgetQuery,
  fingerprint: string,
): Promise<BudgetPlan> {
  const { plan } = await loadPlan(ports, name, {
    publicUrl: '',
    fingerprint,
    ...(query.revision === undefined ? {} : { revision: query.revision }),
  })
  const { campaign } = plan
  const { currency } = campaign.budget.total
  const budget = parseMoney(query.budget, currency, 'budget')
  const value = query.value === undefined ? undefined : parseMoney(query.value, currency, 'value')
  requirePositive('frequency cap', query.frequencyCap)
  requirePositive('audience', query.audience)
  await requireChecked(ports, plan)

  const population = await loadPopulation(ports)
  const { catalogue } = population
  const entries = campaign.segments
  const documents = await readNamedSegments(ports, entries)
  const kFloor = campaign.kFloor ?? DEFAULTS.kFloor
  const isOneGrid = entries.length === 1 && typeof entries[0] !== 'string'
  const served = servedPeople(population, plan.segments, kFloor, isOneGrid)
  const asked: Campaign = { ...campaign, budget: { ...campaign.budget, total: budget } }
  const volume = expectVolume(asked, population.people, served.matched)
  const trees = gridTrees({ population, catalogue, documents, entries })
  const leaves = plan.segments
    .filter(({ id }) => id !== BROAD_ID)
    .map(({ id, title, people }) => ({
      id,
      title,
      people: served.of.get(id)!,
      servedBroad: people < kFloor,
    }))

  const rows = await ports.counters.rows({ campaign: name, timeZone: campaign.timeZone })
  const history = historyFrom(rows, {
    goal: campaign.goal.event,
    kFloor,
    controlShare: await controlShareOf(ports, name, rows),
  })
  return makeBudgetPlan({
    campaign,
    revision: plan.revision,
    populationHash: plan.populationHash,
    leaves,
    hidden: hiddenLeaves(leaves, trees, volume),
    tree: leafTree(plan.segments, trees, history, kFloor),
    history,
    volume,
    budget,
    ...(value && { valuePerEventMicros: value.amountMicros }),
    ...(query.frequencyCap === undefined ? {} : { frequencyCap: query.frequencyCap }),
    ...(query.audience === undefined ? {} : { audience: query.audience }),
  })
}

/** The share of matched people that every revision behind these rows put in broad control; null: more than one share. */
async function controlShareOf(
  ports: Pick<Ports, 'documents'>,
  name: string,
  rows: readonly CounterRow[],
): Promise<number | null> {
  const shares = new Set<number>()
  for (const revision of new Set(rows.map((row) => row.revision))) {
    const document = await ports.documents.readRevision('campaign', name, revision)
    if (document)
      shares.add(sharesOf(parseCampaign(document.body, `campaign ${name}@${revision}`)).broadControl)
  }
  return shares.size === 1 ? [...shares][0]! : null
}

function requirePositive(where: string, value: number | undefined): void {
  if (value === undefined || (Number.isFinite(value) && value > 0)) return
  throw new PolyadError('INPUT_INVALID', {
    what: 'budget plan',
    where,
    problem: `${value} is not a number above 0`,
  })
}
