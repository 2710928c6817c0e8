import type { ElementOption, Report } from './api-client.ts'
import { byId, element, replace } from './dom.ts'
import { type EffectRow, effectTable, qNote } from './effect-table.ts'
import { count, percent } from './format.ts'

const TONES = { better: 'more', worse: 'less', unclear: 'unclear', 'not-enough': 'unclear' } as const

/** What every option of every slot brings, whatever it is shown with. */
export function showElements({ elements, goal }: Report): void {
  const panel = byId('elements')
  if (elements.slots.length === 0) {
    replace(panel, element('p', { class: 'quiet' }, 'Nothing was served yet.'))
    return
  }
  const heads = {
    label: 'Option',
    cells: ['People', 'Shown', `${goal === 'click' ? 'Clicks' : 'Conversions'} per impression`],
    effect: "Against the slot's mean",
  }
  const hasEffect = elements.slots.some(({ options }) =>
    options.some((option) => !option.hidden && option.relativeEffect),
  )
  replace(
    panel,
    element('p', {}, elements.text),
    ...elements.slots.flatMap(({ slot, options, text }) => [
      element('h3', {}, slot),
      element('p', { class: 'quiet' }, text),
      ...effectTable(`Options of ${slot}`, heads, options.map(rowOf)),
    ]),
    hasEffect ? element('p', { class: 'quiet' }, qNote('Better or worse')) : undefined,
  )
}

function rowOf(option: ElementOption): EffectRow {
  if (option.hidden) {
    const isHidden = option.people === 'hidden'
    return {
      label: option.option,
      effect: null,
      qValue: null,
      cells: [isHidden ? '–' : option.people, '–', '–'],
      text: isHidden ? 'hidden, or it would give a small one away' : 'too few people to show',
      tone: 'unclear',
    }
  }
  const { option: label, people, shareShown, rawRate, relativeEffect, qValue, text, verdict } = option
  return {
    label,
    effect: relativeEffect,
    qValue,
    cells: [count(people), percent(shareShown), rawRate === null ? '–' : percent(rawRate)],
    text,
    tone: TONES[verdict],
  }
}
