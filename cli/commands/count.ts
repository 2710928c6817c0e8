import type { Command } from 'commander'
import { loadPlan } from '../../engine/campaign/load-plan.ts'
import type { Plan } from '../../engine/campaign/plan.ts'
import { percent, textTable, wholeNumber } from '../../engine/reporting/text-table.ts'
import { partOf } from '../../engine/space/part.ts'
import { createSpace } from '../../engine/space/space.ts'
import type { RuleJson } from '../../rules/rule.ts'
import { invoke, workspaceCommand } from '../command.ts'
import { openWorkspace } from '../compose.ts'
import type { ConfigSource } from '../config.ts'
import { nothingMeets, readWhereOptions, whereOption } from '../where.ts'

interface CountCommandOptions {
  readonly where?: readonly string[]
  readonly by?: readonly string[]
  readonly workspace: string
  readonly json?: boolean
}

/** How many ad units there are; counts are decimal texts, since they may be past 2^53. */
interface Counted {
  readonly campaign: string
  readonly revision: number
  /** Those that meet the rule. */
  readonly adUnits: string
  /** All of the number line. */
  readonly ofAdUnits: string
  /** By dimension, every value in the campaign's order; value "" where a placement lacks the slot. */
  readonly by: Readonly<Record<string, readonly { readonly value: string; readonly adUnits: string }[]>>
}

export function countCommand(environment: ConfigSource): Command {
  return workspaceCommand('count', 'count ad units exactly, without making them', [
    'polyad count summer',
    'polyad count summer --by placement --by headline',
    `polyad count summer --where '{"placement": "iab-300x250"}' --by segment`,
    `polyad count summer --where '{"headline": {"in": ["beach", "winter-sun"]}}'       the asset of a slot`,
    `polyad count summer --where '{"slot.offer": {"known": true}}'                     placements that have the slot`,
    `polyad count summer --where '{"placement.width": {"range": {"gte": 300}}}'`,
    `polyad count summer --where '{"state": "CA"}' --where '{"not": {"locale": "en-US"}}'   both; certain of the segment`,
    'polyad count summer --where @rule.json --json',
  ])
    .argument('<campaign>', 'name of a campaign of the workspace')
    .addOption(whereOption())
    .option(
      '--by <dimension>',
      'also by the values of segment, locale, placement or a slot; may be repeated',
      (dimension: string, before: readonly string[] | undefined) => [...(before ?? []), dimension],
    )
    .action((campaign: string, options: CountCommandOptions) =>
      invoke(environment, options, async ({ config, folder, json, output }) => {
        const where = await readWhereOptions(options.where)
        const workspace = await openWorkspace(config, folder)
        try {
          const { ports, fingerprint } = workspace
          const { plan } = await loadPlan(ports, campaign, { publicUrl: config.publicUrl ?? '', fingerprint })
          const counted = countUnits(plan, where, options.by ?? [])
          output.print(json ? JSON.stringify(counted, null, 2) : countText(plan, counted))
          if (where && counted.adUnits === '0') output.note(nothingMeets(plan, where))
        } finally {
          await workspace.close()
        }
      }),
    )
}

function countUnits(plan: Plan, where: RuleJson | undefined, dimensions: readonly string[]): Counted {
  const part = partOf(plan, where)
  const by = dimensions.map((dimension) => {
    const counts = [...part.countBy(dimension)].map(([value, count]) => ({ value, adUnits: String(count) }))
    return [dimension, counts] as const
  })
  return {
    campaign: plan.campaign.name,
    revision: plan.revision,
    adUnits: String(part.count),
    ofAdUnits: String(createSpace(plan).count),
    by: Object.fromEntries(by),
  }
}

/** The counts as tables; values with none are told in one line each. */
function countText(plan: Plan, { campaign, revision, adUnits, ofAdUnits, by }: Counted): string {
  const share =
    adUnits === ofAdUnits
      ? ''
      : ` of ${wholeNumber(ofAdUnits)} (${percent(Number(adUnits) / Number(ofAdUnits))})`
  const lines = [`${campaign}@${revision}: ${wholeNumber(adUnits)} ad units${share}`]
  for (const [dimension, counts] of Object.entries(by)) {
    const titles = titlesOf(plan, dimension)
    const some = counts.filter((each) => each.adUnits !== '0')
    const none = counts.filter((each) => each.adUnits === '0').map(({ value }) => value)
    const rows = some.map((each) => [
      each.value === '' ? '(no such slot there)' : each.value,
      wholeNumber(each.adUnits),
      percent(Number(each.adUnits) / Number(adUnits)),
      titles.get(each.value) ?? '',
    ])
    const columns = [
      { heading: dimension, whole: true },
      { heading: 'ad units', numeric: true },
      { heading: 'share', numeric: true },
      { heading: '' },
    ]
    lines.push('')
    if (rows.length > 0) lines.push(...textTable(columns, rows))
    if (none.length > 0) lines.push(`${dimension}: none with ${shortened(none)}`)
  }
  return lines.join('\n')
}

function titlesOf({ segments, placements }: Plan, dimension: string): Map<string, string> {
  const titled = dimension === 'segment' ? segments : dimension === 'placement' ? placements : []
  return new Map(titled.map(({ id, title }) => [id, title]))
}

/** Names told in one line. */
const LISTED = 8

function shortened(names: readonly string[]): string {
  const more = names.length > LISTED ? ` and ${wholeNumber(names.length - LISTED)} more` : ''
  return names.slice(0, LISTED).join(', ') + more
}
