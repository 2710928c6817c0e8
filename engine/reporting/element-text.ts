import { andMore } from './leaf-text.ts'
import type { ElementOption, Elements } from './report.ts'
import { percent, textTable, wholeNumber } from './text-table.ts'

/** Rows of one slot's table; the rest is in the JSON. */
const MOST_ROWS = 20

/** A table a slot, best options first. */
export function elementLines(elements: Elements, goal: string): string[] {
  return [
    elements.text,
    ...elements.slots.flatMap(({ slot, options, text }) => [
      '',
      `${slot}: ${text}`,
      ...textTable(
        [
          { heading: slot },
          { heading: 'people', numeric: true },
          { heading: 'shown', numeric: true },
          { heading: `${goal}s per impression`, numeric: true },
          { heading: 'effect', numeric: true },
          { heading: '' },
        ],
        options.slice(0, MOST_ROWS).map(optionRow),
      ),
      ...andMore(options.length, MOST_ROWS),
    ]),
  ]
}

function optionRow(option: ElementOption): string[] {
  if (option.hidden) return [option.option, option.people]
  const { relativeEffect: effect, rawRate } = option
  return [
    option.option,
    wholeNumber(option.people),
    percent(option.shareShown),
    rawRate === null ? '-' : percent(rawRate),
    effect ? `${signed(effect.value)} (${signed(effect.low!)} to ${signed(effect.high!)})` : '-',
    option.text,
  ]
}

function signed(value: number): string {
  return `${value > 0 ? '+' : ''}${percent(value)}`
}
