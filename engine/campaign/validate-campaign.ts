import { PolyadError } from '../../core/errors.ts'
import { createDoor, requireName } from '../../core/schema.ts'
import { PLACEMENTS } from '../../data/placements.ts'
import { layOut } from '../../templates/layout.ts'
import type { Slot, Template } from '../../templates/template.ts'
import { limitProblem } from '../../templates/typed-values.ts'
import { copySources } from '../generate/copy-renderer.ts'
import { checkAllocation } from './allocation.ts'
import { FIELD_OF_KIND } from './asset-fields.ts'
import { type Campaign, CampaignSchema } from './campaign.ts'
import { checkBid, checkBidAttributes } from './check-bid.ts'
import { checkDelivery } from './check-delivery.ts'
import { type Report, suggestion } from './problem-report.ts'
import { checkRules } from './validate-rules.ts'

/** Names a report or a count gives to something else than a slot. */
const RESERVED_SLOTS = ['segment', 'locale', 'placement', 'day']

const door = createDoor('campaign', CampaignSchema)

/** A campaign document from outside, its fields checked; what it names is checked by validateCampaign. */
export function parseCampaign(body: unknown, name: string): Campaign {
  const campaign = door(body, whereIs(name))
  requireName('campaign', whereIs(name), campaign.name, name)
  return campaign
}

/**
 * Checks a campaign against its template and itself: slots and assets, defaults, placements, the rules of what
 * goes with what, flight and money.
 *
 * @throws PolyadError INPUT_INVALID with JSON pointers of up to five problems, each with how to mend it; or with the
 *   first layer of the template that has no box in one of the placements
 */
export function validateCampaign(campaign: Campaign, template: Template): void {
  refuseIfAny(campaign, (report) => {
    checkSlots(campaign, template, report)
    checkPlacements(campaign, report)
    checkRules(campaign, template, report)
    checkTerms(campaign, report)
    checkBid(campaign, template, report)
    checkAllocation(campaign, report)
    checkDelivery(campaign, report)
  })
  for (const id of campaign.placements) layOut(template, PLACEMENTS.get(id)!)
}

/**
 * Checks what a campaign says of attributes against those there are.
 *
 * @param attributes of a person: attribute -> type
 * @throws PolyadError as validateCampaign
 */
export function validateAttributes(campaign: Campaign, attributes: ReadonlyMap<string, unknown>): void {
  refuseIfAny(campaign, (report) => checkBidAttributes(campaign, attributes, report))
}

function refuseIfAny(campaign: Campaign, check: (report: Report) => void): void {
  const problems: string[] = []
  check((pointer, problem, mend) => problems.push(`${pointer} ${problem} (${mend})`))
  if (problems.length === 0) return
  const more = problems.length > 5 ? `; and ${problems.length - 5} more` : ''
  throw new PolyadError('INPUT_INVALID', {
    what: 'campaign',
    where: whereIs(campaign.name),
    problem: problems.slice(0, 5).join('; ') + more,
  })
}

function whereIs(name: string): string {
  return `campaigns/${name}.json`
}

function checkSlots(campaign: Campaign, template: Template, report: Report): void {
  const seen = new Set<string>()
  for (const [at, { slot }] of campaign.slots.entries()) {
    const pointer = `/slots/${at}`
    if (seen.has(slot)) report(`${pointer}/slot`, `"${slot}" is there twice`, 'put its assets in one')
    seen.add(slot)
    if (RESERVED_SLOTS.includes(slot)) {
      report(`${pointer}/slot`, `"${slot}" is a reserved word`, 'rename the slot in the template')
    }
    const ofTemplate = template.slots.find(({ name }) => name === slot)
    if (ofTemplate) checkAssets(campaign, at, ofTemplate, report)
    else {
      const names = template.slots.map(({ name }) => name)
      report(`${pointer}/slot`, `template ${template.name} has no slot "${slot}"`, suggestion(slot, names))
    }
  }
  for (const { name, default: ofTemplate } of template.slots) {
    if (!seen.has(name) && ofTemplate === undefined) {
      report('/slots', `lack the slot "${name}" of template ${template.name}`, 'give it at least one asset')
    }
  }
}

function checkAssets(campaign: Campaign, slotAt: number, ofTemplate: Slot, report: Report): void {
  const { kind } = ofTemplate
  const { assets, default: defaultId, slot } = campaign.slots[slotAt]!
  const pointer = `/slots/${slotAt}`
  const seen = new Set<string>()
  for (const [at, asset] of assets.entries()) {
    const here = `${pointer}/assets/${at}`
    if (seen.has(asset.id)) report(`${here}/id`, `"${asset.id}" is there twice`, 'an id names one asset')
    seen.add(asset.id)
    const field = FIELD_OF_KIND[kind]
    const outside = limitProblem(ofTemplate, asset)
    const given = Object.values(FIELD_OF_KIND).filter((each) => asset[each] !== undefined)
    if (given.join() !== field) {
      const has = given.length > 0 ? `has ${given.join(' and ')}` : 'has nothing to show'
      report(here, `${has}, but the slot "${slot}" is of kind ${kind}`, `give it "${field}" alone`)
    } else if (outside !== undefined) {
      report(`${here}/${field}`, outside, `change it, or the limits of the slot "${slot}" in the template`)
    } else if (asset.focus !== undefined && kind !== 'image') {
      report(`${here}/focus`, `is of no use in a slot of kind ${kind}`, 'only pictures have one')
    } else if (
      kind === 'text' &&
      campaign.locales.every((locale) => copySources(asset, locale) === undefined)
    ) {
      report(`${here}/text`, `has no text for ${campaign.locales.join(', ')}`, 'add one, or mark it retired')
    }
  }

  const fallback = assets.find(({ id }) => id === defaultId)
  if (!fallback) {
    const mend = suggestion(
      defaultId,
      assets.map(({ id }) => id),
    )
    report(`${pointer}/default`, `names no asset of the slot: "${defaultId}"`, mend)
    return
  }
  const reason = `it is the default of "${slot}", shown when nothing else may be`
  if (fallback.when !== undefined) report(`${pointer}/default`, `"${defaultId}" has a "when"`, reason)
  if (fallback.retired) report(`${pointer}/default`, `"${defaultId}" is retired`, reason)
  const silent = campaign.locales.filter((locale) => copySources(fallback, locale) === undefined)
  if (fallback.text && silent.length > 0) {
    report(`${pointer}/default`, `"${defaultId}" has no text for ${silent.join(', ')}`, reason)
  }
}

function checkPlacements(campaign: Campaign, report: Report): void {
  for (const [at, id] of campaign.placements.entries()) {
    if (!PLACEMENTS.has(id)) {
      report(`/placements/${at}`, `there is no placement "${id}"`, suggestion(id, [...PLACEMENTS.keys()]))
    }
  }
}

/** Flight and money. */
function checkTerms({ flight, budget, economics = {} }: Campaign, report: Report): void {
  if (flight.from > flight.to) {
    report('/flight', `ends (${flight.to}) before it begins (${flight.from})`, 'change one of the days')
  }
  if (budget.total.currency !== budget.costPerThousand.currency) {
    report(
      '/budget',
      `is in ${budget.total.currency}, its cost per thousand in ${budget.costPerThousand.currency}`,
      'write both in one currency',
    )
  }
  const { valuePerGoal, revenuePerCost } = economics
  if (valuePerGoal === undefined) return
  if (revenuePerCost !== undefined) {
    report('/economics', 'has both revenuePerCost and valuePerGoal', 'keep one: the other follows from it')
  }
  if (valuePerGoal.currency !== budget.total.currency) {
    report(
      '/economics/valuePerGoal',
      `is in ${valuePerGoal.currency}, the budget in ${budget.total.currency}`,
      'write both in one currency',
    )
  }
  if (valuePerGoal.amountMicros === 0) {
    report('/economics/valuePerGoal', 'is 0, so nothing could ever pay', 'say what one goal event is worth')
  }
}
