import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MICROS_PER_UNIT, microsFromDecimal, minorUnitMicros, parseMoney } from '../../../core/money.ts'

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

describe('a decimal number as micros', () => {
  it.each([
    ['2.3', 2_300_000, 2_300_000],
    ['0.03', 30_000, 30_000],
    ['.5', undefined, undefined],
    ['0.0000001', 1, 0],
    ['0.0000005', 1, 1],
    ['1.2345678', 1_234_568, 1_234_568],
    ['1.2345671', 1_234_568, 1_234_567],
    ['1e-3', 1_000, 1_000],
    ['2.5E2', 250_000_000, 250_000_000],
    ['1e-99', 1, 0],
    ['9007199254.740991', Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
    ['9007199254.740992', undefined, undefined],
    ['9e99', undefined, undefined],
    ['-1', undefined, undefined],
    ['', undefined, undefined],
    ['0x10', undefined, undefined],
    ['Infinity', undefined, undefined],
  ])('%s', (text, up, nearest) => {
    expect([microsFromDecimal(text, 'up'), microsFromDecimal(text, 'nearest')]).toEqual([up, nearest])
  })

  it('comes back from the number it is written as, and is never below it when rounded up', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 45 }), (micros) => {
        expect(microsFromDecimal(String(micros / MICROS_PER_UNIT), 'up')).toBe(micros)
        expect(microsFromDecimal(String(micros / MICROS_PER_UNIT), 'nearest')).toBe(micros)
      }),
    )
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e6, noNaN: true }), (value) => {
        const micros = microsFromDecimal(String(value), 'up')
        expect(micros).toBeDefined()
        expect(micros! / MICROS_PER_UNIT).toBeGreaterThanOrEqual(value)
        expect((micros! - 1) / MICROS_PER_UNIT).toBeLessThan(Math.max(value, 1e-12))
      }),
    )
  })
})
