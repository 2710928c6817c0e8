import { type Command, Option } from 'commander'
import { PolyadError } from '../../core/errors.ts'
import type { BudgetPlan } from '../../engine/budget/budget-plan.ts'
import { budgetPlanCsv } from '../../engine/budget/budget-plan-csv.ts'
import { budgetPlanText } from '../../engine/budget/budget-plan-text.ts'
import { type BudgetQuery, planBudget } from '../../engine/budget/plan-budget.ts'
import { createCounterLoader } from '../../engine/tracking/load-counters.ts'
import { holderOf } from '../../store/embedded/hold-workspace.ts'
import { type Invocation, invoke, workspaceCommand } from '../command.ts'
import { openWorkspace } from '../compose.ts'
import type { ConfigSource } from '../config.ts'
import { getFromHolder } from '../holder.ts'

interface PlanCommandOptions {
  readonly budget: string
  readonly value?: string
  readonly revision?: string
  readonly frequencyCap?: string
  readonly audience?: string
  readonly format?: 'text' | 'csv'
  readonly workspace: string
  readonly json?: boolean
}

export function planCommand(environment: ConfigSource): Command {
  return workspaceCommand(
    'plan',
    'how a budget splits over the leaves, what it brings beside broad only, what a bigger test would teach',
    [
      'polyad plan summer --budget 50000',
      'polyad plan summer --budget "50000 USD" --value 12.50 --frequency-cap 5',
      'polyad plan summer --budget 50000 --audience 2000000 --format csv > plan.csv',
    ],
  )
    .argument('<campaign>', 'name of a campaign of the workspace')
    .requiredOption(
      '--budget <money>',
      "required: what may be spent over the flight, in the campaign's currency",
    )
    .option('--value <money>', 'what a goal event is worth; default as in history')
    .option('--revision <n>', 'a checked revision of the campaign; default the newest')
    .option('--frequency-cap <n>', 'most showings a person a week')
    .option('--audience <people>', 'people that can be reached, when more than the listening data know')
    .addOption(new Option('--format <format>', 'text for people, csv for sheets').choices(['text', 'csv']))
    .action((campaign: string, options: PlanCommandOptions) =>
      invoke(environment, options, async (invocation) => {
        const plan = await readPlan(campaign, queryFrom(options), invocation)
        const write = options.format === 'csv' ? budgetPlanCsv : budgetPlanText
        invocation.output.print(invocation.json ? JSON.stringify(plan, null, 2) : write(plan))
      }),
    )
}

/** The plan from whoever has the counters: a running server by its API, otherwise the workspace's own store. */
async function readPlan(
  campaign: string,
  query: BudgetQuery,
  { config, folder }: Invocation,
): Promise<BudgetPlan> {
  const holder = await holderOf(folder)
  if (holder?.url) {
    const parameters = new URLSearchParams(
      Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]),
    )
    return getFromHolder<BudgetPlan>(
      holder,
      `/v1/campaigns/${encodeURIComponent(campaign)}/budget-plan?${parameters}`,
      config.apiKey,
    )
  }
  const workspace = await openWorkspace(config, folder, { hold: 'plan' })
  try {
    await createCounterLoader(workspace.ports)()
    return await planBudget(workspace.ports, campaign, query, workspace.fingerprint)
  } finally {
    await workspace.close()
  }
}

function queryFrom({ budget, value, revision, frequencyCap, audience }: PlanCommandOptions): BudgetQuery {
  return {
    budget,
    ...(value !== undefined && { value }),
    ...(revision !== undefined && { revision: numberFrom('--revision', revision, /^[1-9]\d{0,8}$/) }),
    ...(frequencyCap !== undefined && {
      frequencyCap: numberFrom('--frequency-cap', frequencyCap, /^\d{1,6}(\.\d+)?$/),
    }),
    ...(audience !== undefined && { audience: numberFrom('--audience', audience, /^[1-9]\d{0,11}$/) }),
  }
}

/** @throws PolyadError INPUT_INVALID */
function numberFrom(where: string, text: string, form: RegExp): number {
  if (form.test(text) && Number(text) > 0) return Number(text)
  const problem = `"${text}" is not a ${where === '--frequency-cap' ? 'number' : 'whole number'} above 0`
  throw new PolyadError('INPUT_INVALID', { what: 'option', where, problem })
}
