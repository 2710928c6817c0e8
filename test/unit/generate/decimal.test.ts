import { describe, expect, it } from 'vitest'
import { createDecimal, type Decimal } from '../../../engine/generate/decimal.ts'

function text({ bytes, start }: Decimal): string {
  return Buffer.from(bytes.subarray(start)).toString('latin1')
}

describe('decimal', () => {
  it.each([0n, 8n, 9n, 99n, 1098n, 2n ** 53n - 1n, 2n ** 53n, 999_999_999_999_999_999_999n])(
    'counts up from %s',
    (value) => {
      const decimal = createDecimal(22)
      decimal.set(value)
      expect(text(decimal)).toBe(String(value))
      decimal.increment()
      expect(text(decimal)).toBe(String(value + 1n))
      decimal.increment()
      expect(text(decimal)).toBe(String(value + 2n))
    },
  )
})
