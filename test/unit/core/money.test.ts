import { describe, expect, it } from 'vitest'
import { minorUnitMicros, parseMoney } from '../../../core/money.ts'

describe('an amount of money that somebody wrote', () => {
  it.each([
    ['5000', 5_000_000_000],
    ['5000 USD', 5_000_000_000],
    ['4999.50usd', 4_999_500_000],
    [' 0.000001 ', 1],
    ['9007199254.740991', Number.MAX_SAFE_INTEGER],
  ])('%s', (text, amountMicros) => {
    expect(parseMoney(text, 'USD', '--budget')).toEqual({ amountMicros, currency: 'USD' })
  })

  it.each([
    ['lots', '"lots" is not an amount of money above 0; write it as 5000 or "5000 USD"'],
    ['-5', '"-5" is not an amount'],
    ['', '"" is not an amount'],
    ['1e6', '"1e6" is not an amount'],
    ['5,000', '"5,000" is not an amount'],
    ['0.0000001', 'is not an amount'],
    ['NaN', 'is not an amount'],
    ['0', '"0" is nothing'],
    ['0.00 USD', 'is nothing'],
    ['5000 EUR', '"5000 EUR" is not in USD, the campaign\'s currency'],
    ['9007199254.740992', 'more than can be counted to the millionth; give at most 9007199254'],
  ])('%s is refused, and how to write it is told', (text, problem) => {
    expect(() => parseMoney(text, 'USD', '--budget')).toThrow(`amount of money: --budget: `)
    expect(() => parseMoney(text, 'USD', '--budget')).toThrow(problem)
  })

  it('has coins of its currency', () => {
    expect(['USD', 'JPY', 'KWD'].map(minorUnitMicros)).toEqual([10_000, 1_000_000, 1_000])
  })
})
