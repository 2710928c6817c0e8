import { percent } from '../../reporting/text-table.ts'
import type { GuardReport } from './guard-report.ts'

/** How an outcome's numbers are written: percentage points of a rate, amounts of money, events a person. */
export interface OutcomeUnits {
  /** A mean outcome a person. */
  mean(value: number): string
  /** A difference of means, signed and with its unit. */
  gain(value: number): string
  /** The same without its unit, for tables whose heading has it. */
  bareGain(value: number): string
  /** What `bareGain` is in. */
  readonly gainUnit: string
  /** `bareGain` of a value, as a number. */
  scaled(value: number): number
}

/** @param currency ISO 4217, for money */
export function outcomeUnits(
  { kind, outcome }: Pick<GuardReport['experiment'], 'kind' | 'outcome'>,
  currency?: string,
): OutcomeUnits {
  if (kind === 'binary') {
    const bareGain = (value: number) => signed(value, (size) => digits(size * 100))
    return {
      mean: percent,
      gain: (value) => `${bareGain(value)} points`,
      bareGain,
      gainUnit: `percentage points of ${outcome}`,
      scaled: (value) => value * 100,
    }
  }
  const written = kind === 'money' && currency !== undefined ? moneyFormat(currency) : digits
  const bareGain = (value: number) => signed(value, written)
  const unit = kind === 'money' && currency !== undefined ? `${outcome} (${currency})` : outcome
  return {
    mean: (value) => (value < 0 ? `-${written(-value)}` : written(value)),
    gain: (value) => `${bareGain(value)} a person`,
    bareGain,
    gainUnit: `${unit} a person`,
    scaled: (value) => value,
  }
}

/** +1.23, -1.23, 0: what rounds to nothing has no sign. */
function signed(value: number, written: (size: number) => string): string {
  const text = written(Math.abs(value))
  if (!/[1-9]/.test(text)) return text
  return `${value < 0 ? '-' : '+'}${text}`
}

/** Three digits that count, with separators of thousands; exponents only where they are shorter. */
function digits(size: number): string {
  if (size !== 0 && (size < 1e-4 || size >= 1e9)) return size.toExponential(2)
  return size.toLocaleString('en-US', { maximumSignificantDigits: size >= 1000 ? 6 : 3 })
}

function moneyFormat(currency: string): (size: number) => string {
  const whole = new Intl.NumberFormat('en-US', { style: 'currency', currency })
  const small = new Intl.NumberFormat('en-US', { style: 'currency', currency, maximumSignificantDigits: 3 })
  return (size) => (size >= 10 || size === 0 ? whole : small).format(size)
}
