const whole = new Intl.NumberFormat('en')
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 })

/** 1,234,567; counts of ad units come as text because they pass what a number can hold. */
export const count = (value: number | string): string =>
  whole.format(typeof value === 'string' ? BigInt(value) : value)

/** 1.2M */
export const shortCount = (value: number | string): string =>
  compact.format(typeof value === 'string' ? BigInt(value) : value)

/** 0.0123 as 1.23 %, with as many decimals as the size of the number asks for. */
export function percent(share: number): string {
  if (share === 0) return '0 %'
  const size = Math.abs(share)
  const digits = size >= 0.1 ? 1 : size >= 0.01 ? 2 : 3
  return `${(share * 100).toFixed(digits)} %`
}

export const signedPercent = (share: number): string => (share > 0 ? `+${percent(share)}` : percent(share))

/** A rate per person with three significant digits. */
export const rate = (value: number): string => (value === 0 ? '0' : value.toPrecision(3))

export const decimal = (value: number): string =>
  new Intl.NumberFormat('en', { maximumFractionDigits: 1 }).format(value)

/** $1,250 */
export const money = (amountMicros: number, currency: string): string =>
  new Intl.NumberFormat('en', { style: 'currency', currency, maximumFractionDigits: 0 }).format(
    amountMicros / 1_000_000,
  )

/** A q-value. */
export function probability(p: number): string {
  if (p < 0.001) return '<0.001'
  return p >= 0.995 ? '1' : p.toPrecision(2)
}
