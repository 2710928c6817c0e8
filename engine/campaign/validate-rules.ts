import type { Template } from '../../templates/template.ts'
import { ABSENT } from '../space/diagram.ts'
import type { Campaign, SlotTerms } from './campaign.ts'
import { combinationRules, isBroken } from './combination-rules.ts'
import { type Report, suggestion } from './problem-report.ts'

/**
 * Checks what `exclude`, `require` and `groups` name, and that no rule leaves the defaults out: together they are an ad
 * unit wherever the campaign is shown, so no request gets a blank.
 */
export function checkRules(campaign: Campaign, template: Template, report: Report): void {
  for (const [at, terms] of (campaign.exclude ?? []).entries()) {
    checkTerms(campaign, terms, `/exclude/${at}`, 'it would exclude everything', report)
  }
  for (const [at, each] of (campaign.require ?? []).entries()) {
    checkTerms(campaign, each.if, `/require/${at}/if`, 'it would always hold', report)
    checkTerms(campaign, each.use, `/require/${at}/use`, 'it would ask for nothing', report)
  }
  checkGroups(campaign, report)
  checkDefaults(campaign, template, report)
}

function checkTerms(
  campaign: Campaign,
  terms: SlotTerms,
  pointer: string,
  ifEmpty: string,
  report: Report,
): void {
  const names = Object.keys(terms)
  if (names.length === 0) report(pointer, `names no slot, so ${ifEmpty}`, 'name a slot, or remove the entry')
  for (const name of names) {
    const slot = campaign.slots.find((each) => each.slot === name)
    if (!slot) {
      const slots = campaign.slots.map((each) => each.slot)
      report(pointer, `names a slot that is not there: "${name}"`, suggestion(name, slots))
      continue
    }
    const ids = new Set(slot.assets.map(({ id }) => id))
    for (const id of terms[name]!) {
      if (ids.has(id)) continue
      report(`${pointer}/${name}`, `names no asset of the slot: "${id}"`, suggestion(id, [...ids]))
    }
  }
}

function checkGroups(campaign: Campaign, report: Report): void {
  const names = new Set<string>()
  const groupOf = new Map<string, string>()
  for (const [at, { name, assets }] of (campaign.groups ?? []).entries()) {
    const pointer = `/groups/${at}`
    if (names.has(name)) report(`${pointer}/name`, `"${name}" is there twice`, 'give each group its own name')
    names.add(name)
    const slots = Object.keys(assets)
    checkTerms(campaign, assets, `${pointer}/assets`, 'nothing goes together', report)
    if (slots.length === 1) {
      report(`${pointer}/assets`, `names one slot, "${slots[0]}"`, 'a group goes over two slots or more')
    }
    for (const slot of slots) {
      for (const id of new Set(assets[slot])) {
        const other = groupOf.get(`${slot}/${id}`)
        if (other === undefined) groupOf.set(`${slot}/${id}`, name)
        else {
          const mend = 'make one group of both, or write one of them as "require"'
          report(`${pointer}/assets/${slot}`, `"${id}" is in the group "${other}" as well`, mend)
        }
      }
    }
  }
}

/** A default has no `when` and copy for everybody, so whether it may be used hangs on the placement's slots alone. */
function checkDefaults(campaign: Campaign, template: Template, report: Report): void {
  const rules = combinationRules(campaign)
  const told = new Set<string>()
  for (const placement of campaign.placements) {
    const defaults = campaign.slots.map(({ slot, assets, default: id }) => {
      const isAbsent = template.slots.find(({ name }) => name === slot)?.absentIn?.includes(placement)
      return isAbsent ? ABSENT : assets.findIndex((asset) => asset.id === id)
    })
    for (const rule of rules) {
      if (told.has(rule.pointer) || !isBroken(rule, defaults)) continue
      told.add(rule.pointer)
      const named = rule.slots.filter((slot) => defaults[slot] !== ABSENT)
      const names = named.map((slot) => `${campaign.slots[slot]!.slot}/${campaign.slots[slot]!.default}`)
      report(
        rule.pointer,
        `leaves out the defaults ${names.join(', ')} in ${placement}`,
        'all defaults together are what is shown when nothing else may be',
      )
    }
  }
}
