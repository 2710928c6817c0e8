import { andMore } from './leaf-text.ts'
import { type ElementOption, type Elements, REPORT_ALPHA } from './report.ts'
import { percent, probability, textTable, wholeNumber } from './text-table.ts'

/** Rows of one slot's table; the rest is in the JSON. */
const MOST_ROWS = 20

/** A table a slot, best options first. */
export function elementLines(elements: Elements, goal: string): string[] {
  const isTold = (option: ElementOption) =>
    !option.hidden && option.qValue !== null && option.qValue <= REPORT_ALPHA
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
          { heading: 'q', numeric: true },
          { heading: '' },
        ],
        options.slice(0, MOST_ROWS).map(optionRow),
      ),
      ...andMore(options.length, MOST_ROWS),
    ]),
    ...(elements.slots.some(({ options }) => options.some(isTold))
      ? ['', 'of the options with q of at most 0.05, one in twenty is expected to be there by chance']
      : []),
  ]
}

function optionRow(option: ElementOption): string[] {
  if (option.hidden) return [option.option, option.people]
  const { relativeEffect: effect, qValue, rawRate } = option
  return [
    option.option,
    wholeNumber(option.people),
    percent(option.shareShown),
    rawRate === null ? '-' : percent(rawRate),
    effect ? `${signed(effect.value)} (${signed(effect.low!)} to ${signed(effect.high!)})` : '-',
    qValue === null ? '-' : probability(qValue),
    option.text,
  ]
}

function signed(value: number): string {
  return `${value > 0 ? '+' : ''}${percent(value)}`
}
