import { Option } from 'commander'
import { PolyadError } from '../core/errors.ts'
import type { Plan } from '../engine/campaign/plan.ts'
import { partOf } from '../engine/space/part.ts'
import type { RuleJson } from '../rules/rule.ts'
import { readJsonFile } from './json-file.ts'
import { count } from './output.ts'

/** `--where`, which may be given more than once: all its rules must hold. */
export function whereOption(): Option {
  return new Option(
    '--where <rule>',
    'only ad units that meet this rule: JSON, or @FILE; may be repeated, all must hold. It may name segment, locale, ' +
      'placement (also placement.width, .height, .ratio, .shape, .maxBytes), a slot (its asset) and what is certain ' +
      'of people in the segment',
  ).argParser((text: string, before: readonly string[] | undefined) => [...(before ?? []), text])
}

/**
 * The rules of `--where` as one, undefined without any. What they name is checked where the campaign is at hand.
 *
 * @throws PolyadError INPUT_INVALID for what is not JSON, FILE_UNREADABLE
 */
export async function readWhereOptions(texts: readonly string[] | undefined): Promise<RuleJson | undefined> {
  if (!texts) return undefined
  const rules = await Promise.all(texts.map(readRule))
  return rules.length === 1 ? rules[0] : { all: rules }
}

async function readRule(text: string): Promise<RuleJson> {
  if (text.startsWith('@')) return (await readJsonFile(text.slice(1))) as RuleJson
  try {
    return JSON.parse(text) as RuleJson
  } catch (cause) {
    const problem = `"${text}" is not JSON; write a rule such as '{"placement": "iab-300x250"}' in single quotes, or @FILE`
    throw new PolyadError('INPUT_INVALID', { what: 'option', where: '--where', problem }, { cause })
  }
}

/** Why a rule left nothing to write: what each of its parts would leave by itself, or that its ad units lie elsewhere. */
export function nothingMeets(plan: Plan, rule: RuleJson): string {
  const elsewhere = partOf(plan, rule).count
  if (elsewhere > 0n)
    return `no ad unit of the window meets the --where rule; ${count(elsewhere)} outside it do`
  const parts = 'all' in rule && Array.isArray(rule.all) ? (rule.all as readonly RuleJson[]) : []
  const alone = parts.map((part) => `${JSON.stringify(part)} ${count(partOf(plan, part).count)}`)
  const told = alone.length > 1 ? `; by themselves its parts leave ${alone.join(', ')}` : ''
  return `no ad unit meets the --where rule${told}`
}
