import type { Template } from '../../templates/template.ts'
import type { Campaign } from './campaign.ts'
import { type Report, suggestion } from './problem-report.ts'

/** Checks `bid` against the campaign and its template: what its prices name, its slots, its currency. */
export function checkBid(campaign: Campaign, template: Template, report: Report): void {
  const { bid, budget, placements } = campaign
  if (!bid) return
  const segments = [
    'broad',
    ...campaign.segments.map((each) => (typeof each === 'string' ? each : each.grid)),
  ]
  for (const [at, { segment, placement, costPerThousand }] of (bid.prices ?? []).entries()) {
    const here = `/bid/prices/${at}`
    const document = segment?.split('/', 1)[0]
    if (document !== undefined && !segments.includes(document)) {
      report(
        `${here}/segment`,
        `names no segment of the campaign: "${segment}"`,
        suggestion(document, segments),
      )
    }
    if (placement !== undefined && !placements.includes(placement)) {
      const mend = suggestion(placement, placements)
      report(`${here}/placement`, `names no placement of the campaign: "${placement}"`, mend)
    }
    if (costPerThousand.currency !== budget.total.currency) {
      report(
        `${here}/costPerThousand`,
        `is in ${costPerThousand.currency}, the budget in ${budget.total.currency}`,
        'write both in one currency',
      )
    }
  }
  const kinds = new Map<string, string>(template.slots.map(({ name, kind }) => [name, kind]))
  const checkSlot = (pointer: string, slot: string | undefined, kind?: 'text' | 'image') => {
    if (slot === undefined || (kinds.has(slot) && (kind === undefined || kinds.get(slot) === kind))) return
    const names = [...kinds.keys()].filter((name) => kind === undefined || kinds.get(name) === kind)
    const what = kind === undefined ? 'slot' : `slot of kind ${kind}`
    report(pointer, `names no ${what} of template ${template.name}: "${slot}"`, suggestion(slot, names))
  }
  for (const [at, slot] of (bid.messageSlots ?? []).entries()) checkSlot(`/bid/messageSlots/${at}`, slot)
  if (!bid.native) return
  const { placement, title, image, icon, description, callToAction } = bid.native
  if (!placements.includes(placement)) {
    const mend = suggestion(placement, placements)
    report('/bid/native/placement', `names no placement of the campaign: "${placement}"`, mend)
  }
  checkSlot('/bid/native/title', title, 'text')
  checkSlot('/bid/native/description', description, 'text')
  checkSlot('/bid/native/callToAction', callToAction, 'text')
  checkSlot('/bid/native/image', image, 'image')
  checkSlot('/bid/native/icon', icon, 'image')
}

/**
 * Checks that the attributes a request is read into are those of a person.
 *
 * @param attributes rule vocabulary: attribute -> type
 */
export function checkBidAttributes(
  { bid }: Campaign,
  attributes: ReadonlyMap<string, unknown>,
  report: Report,
): void {
  for (const [at, { to }] of (bid?.attributes ?? []).entries()) {
    if (attributes.has(to)) continue
    report(
      `/bid/attributes/${at}/to`,
      `is no attribute of a person: "${to}"`,
      suggestion(to, [...attributes.keys()]),
    )
  }
}
