import { setImmediate } from 'node:timers/promises'
import { PolyadError } from '../../core/errors.ts'
import { createDoor } from '../../core/schema.ts'
import { dayIn } from '../../core/time.ts'
import { slotsInOrder, unitFromId } from '../campaign/ad-unit-id.ts'
import { CampaignSchema } from '../campaign/campaign.ts'
import { checkLedger } from '../campaign/extend-ledger.ts'
import type { Ledger } from '../campaign/ledger.ts'
import { loadPlanByHash } from '../campaign/load-plan.ts'
import type { Plan } from '../campaign/plan.ts'
import type { Ports } from '../ports/ports.ts'
import { type JoinedDecision, joinDecisions } from '../reporting/joined-decisions.ts'
import { checkDays, type ReportQuery } from '../reporting/report-campaign.ts'
import { ABSENT, type Node } from '../space/diagram.ts'
import { followPath, packDiagram } from '../space/packed-diagram.ts'
import { createSpace } from '../space/space.ts'
import type { DecisionRecord } from '../tracking/record.ts'
import { createChoiceLog, NONE } from './choice-log.ts'
import { type ChoiceNode, choiceTree } from './choice-tree.ts'
import type { LoggedChoices } from './evaluate.ts'
import type { OpeOutcome } from './ope-report.ts'

export interface CampaignLogQuery extends Pick<ReportQuery, 'fromDay' | 'toDay'> {
  /** Default: the campaign's goal. */
  readonly outcome?: OpeOutcome
}

/** What a policy's `when` may ask of a campaign's decisions. */
const COLUMNS = ['segment', 'leaf', 'placement', 'locale', 'arm'] as const
/** Decisions joined to their events at once. */
const WINDOW_DECISIONS = 1_000_000

const parseCampaign = createDoor('campaign', CampaignSchema)

/**
 * A campaign's own decisions: each with the probabilities it was logged with and with what the plan of its time allowed
 * there, so whatever the weights were and however rules were changed, probabilities of another policy are exact.
 * Tests, and holdouts, who saw no choice, are left out.
 *
 * @throws PolyadError NOT_FOUND without such a campaign; INPUT_INVALID for a day that is none
 */
export async function readCampaignLog(
  ports: Pick<Ports, 'documents' | 'blobs' | 'eventLog'>,
  name: string,
  query: CampaignLogQuery,
): Promise<LoggedChoices & { readonly outcome: OpeOutcome }> {
  checkDays(query, 'ope')
  const document = await ports.documents.read('campaign', name)
  if (!document) {
    throw new PolyadError('NOT_FOUND', { what: 'campaign', name, mend: `write campaigns/${name}.json` })
  }
  const campaign = parseCampaign(document.body, name)
  const { timeZone } = campaign
  const outcome = query.outcome ?? campaign.goal.event
  const ledgerDocument = await ports.documents.read('ledger', name)
  const ledger = ledgerDocument && checkLedger(ledgerDocument.body, name)
  const slots = ledger ? slotsInOrder(ledger) : []
  const builder = createChoiceLog(COLUMNS, slots)
  const trees = createTrees(
    ports,
    slots,
    builder.options.map(({ numberOf }) => numberOf),
  )

  const { batches } = await joinDecisions(
    ports.eventLog,
    (decision) => decision.campaign === name && !decision.test && isInDays(decision, timeZone, query),
    WINDOW_DECISIONS,
  )
  const weightsVersions = new Set<number>()
  let [simulated, holdouts, withoutPlan] = [0, 0, 0]
  for await (const batch of batches) {
    // Between two readings of the log nothing waits for the disk: a server must get its turn to answer others.
    await setImmediate()
    for (const joined of batch) {
      const { decision } = joined
      if (decision.adUnit === '') {
        holdouts++
        continue
      }
      const root = await trees.rootOf(decision)
      if (!root) {
        withoutPlan++
        continue
      }
      const { choices } = unitFromId(ledger as Ledger, decision.adUnit)
      weightsVersions.add(decision.weightsVersion)
      if (decision.simulated) simulated++
      builder.add(
        {
          context: COLUMNS.map((column) => decision[column]),
          choices: slots.map((slot) => choices[slot] ?? null),
          propensities: slots.map((slot) => decision.propensity.slots[slot] ?? 1),
          reward: rewardOf(joined, outcome),
          person: decision.person,
        },
        root,
      )
    }
  }
  const log = builder.finish()
  return {
    log,
    outcome,
    from: {
      campaign: name,
      decisions: log.rows,
      people: log.people,
      weightsVersions: [...weightsVersions].sort((a, b) => a - b),
      simulated,
    },
    currency: campaign.budget.total.currency,
    notes: [
      ...(holdouts > 0 ? [`${holdouts} decisions of the holdout showed no ad; they are left out`] : []),
      ...(withoutPlan > 0
        ? [`${withoutPlan} decisions are of plans that are not kept any more; they are left out`]
        : []),
      ...(simulated > 0 ? [`${simulated} of the decisions are simulated`] : []),
    ],
  }
}

function isInDays({ atMs }: DecisionRecord, timeZone: string, { fromDay, toDay }: CampaignLogQuery): boolean {
  if (fromDay === undefined && toDay === undefined) return true
  const day = dayIn(timeZone, atMs)
  return (fromDay === undefined || day >= fromDay) && (toDay === undefined || day <= toDay)
}

/** Late events count in nothing, as in reports. Amounts are units of the currency. */
function rewardOf({ click, conversion }: JoinedDecision, outcome: OpeOutcome): number {
  if (outcome === 'click') return click && !click.late ? 1 : 0
  if (!conversion || conversion.late) return 0
  return outcome === 'conversion' ? 1 : (conversion.valueMicros ?? 0) / 1e6
}

/** What could be chosen in the cell of a decision, by the plan it was made with. */
function createTrees(
  { blobs }: Pick<Ports, 'blobs'>,
  slots: readonly string[],
  optionNumbers: readonly ((name: string) => number)[],
) {
  const plans = new Map<string, ((decision: DecisionRecord) => ChoiceNode | undefined) | undefined>()

  const treesOf = (plan: Plan) => {
    const { campaign } = plan
    const packed = packDiagram(createSpace(plan).root)
    const slotsInPlan = campaign.slots.map(({ slot }) => slots.indexOf(slot))
    const made = new Map<Node, ChoiceNode>()
    const cells = new Map<string, ChoiceNode | undefined>()
    const optionOf = (level: number, value: number): number =>
      value === ABSENT ? NONE : optionNumbers[slotsInPlan[level]!]!(campaign.slots[level]!.assets[value]!.id)
    const names = [
      plan.segments.map(({ id }) => id),
      campaign.locales,
      plan.placements.map(({ id }) => id),
    ] as const
    return ({ segment, locale, placement }: DecisionRecord): ChoiceNode | undefined => {
      const key = `${segment}\0${locale}\0${placement}`
      if (cells.has(key)) return cells.get(key)
      const path = [segment, locale, placement].map((name, level) => names[level]!.indexOf(name))
      const node = followPath(packed, path)?.node
      const tree = node && choiceTree(node, slotsInPlan, optionOf, made)
      cells.set(key, tree)
      return tree
    }
  }

  return {
    async rootOf(decision: DecisionRecord): Promise<ChoiceNode | undefined> {
      const { planHash } = decision
      if (!plans.has(planHash)) {
        const plan = await loadPlanByHash(blobs, planHash).catch(unlessAbsent)
        plans.set(planHash, plan && treesOf(plan))
      }
      return plans.get(planHash)?.(decision)
    },
  }
}

function unlessAbsent(error: unknown): undefined {
  if (error instanceof PolyadError && error.code === 'NOT_FOUND') return undefined
  throw error
}
