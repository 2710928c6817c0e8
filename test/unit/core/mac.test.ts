import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { macWith } from '../../../core/mac.ts'

it('macWith is HMAC-SHA-256, whatever the key and the messages before it', () => {
  const message = fc.oneof(fc.uint8Array({ maxLength: 200 }), fc.string(), fc.constant('x'.repeat(5_000)))
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), fc.array(message, { minLength: 1 }), (key, messages) => {
      for (const each of messages) {
        const expected = createHmac('sha256', key).update(each).digest('hex')
        expect(macWith(key)(each).toString('hex')).toBe(expected)
      }
    }),
  )
  // RFC 4231, test case 2
  expect(macWith(Buffer.from('Jefe'))('what do ya want for nothing?').toString('hex')).toBe(
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  )
  expect(() => macWith(new Uint8Array(65))).toThrow(RangeError)
})
