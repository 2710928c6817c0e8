import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { base32FromDigits, checkDigit, digitsFromBase32 } from '../../../core/base32.ts'

const digits = fc.array(fc.integer({ min: 0, max: 31 }), { minLength: 1, maxLength: 40 })

describe('base32', () => {
  it('reads back what it wrote', () => {
    fc.assert(
      fc.property(digits, (given) => {
        expect(digitsFromBase32(base32FromDigits(given))).toEqual(given)
      }),
    )
  })

  it('refuses letters outside the alphabet, upper case too', () => {
    for (const text of ['i', 'l', 'o', 'u', 'A', '-', ' ']) expect(digitsFromBase32(text)).toBeUndefined()
  })

  it('the check digit finds every single wrong digit', () => {
    fc.assert(
      fc.property(digits, fc.nat(), fc.integer({ min: 1, max: 31 }), (given, at, change) => {
        const wrong = [...given]
        wrong[at % given.length]! ^= change
        expect(checkDigit(wrong)).not.toBe(checkDigit(given))
      }),
    )
  })

  it('the check digit finds every swap of two different neighbours, the check digit itself included', () => {
    fc.assert(
      fc.property(digits, fc.nat(), (given, at) => {
        const whole = [...given, checkDigit(given)]
        const i = at % given.length
        if (whole[i] === whole[i + 1]) return
        const swapped = [...whole]
        ;[swapped[i], swapped[i + 1]] = [whole[i + 1]!, whole[i]!]
        expect(checkDigit(swapped.slice(0, -1))).not.toBe(swapped.at(-1))
      }),
    )
  })
})
