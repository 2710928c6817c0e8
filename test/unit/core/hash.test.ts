import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson } from '../../../core/canonical-json.ts'
import { assignmentHashV1, contentHash, identityHash } from '../../../core/hash.ts'
import { hmacSha256 } from '../../../core/hmac.ts'

describe('hash', () => {
  it('contentHash is SHA-256 (FIPS 180-2, example "abc")', () => {
    expect(contentHash('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
  })

  it('identityHash is HMAC-SHA-256 cut to 128 bits (RFC 4231, test case 2)', () => {
    expect(identityHash(Buffer.from('Jefe'), 'what do ya want for nothing?')).toBe(
      '5bdcc146bf60754e6a042426089575c7',
    )
  })

  it('hmacSha256 is that of node for any key and message, also long ones', () => {
    const bytes = (maxLength: number) => fc.uint8Array({ maxLength })
    fc.assert(
      fc.property(
        bytes(200),
        fc.array(fc.oneof(bytes(300), fc.constant(new Uint8Array(9_000).fill(5)))),
        (key, messages) => {
          for (const message of messages) {
            const expected = createHmac('sha256', key).update(message).digest('hex')
            expect(Buffer.from(hmacSha256(key, message)).toString('hex')).toBe(expected)
          }
        },
      ),
      { numRuns: 200 },
    )
  })

  it('assignment hash version 1 gives the numbers of its vector file', () => {
    const vectors = JSON.parse(
      readFileSync(new URL('../../vectors/assignment-hash-v1.json', import.meta.url), 'utf8'),
    )
    expect(vectors.cases.length).toBeGreaterThan(4)
    for (const { campaignKey, personKey, value } of vectors.cases) {
      expect(assignmentHashV1(campaignKey, personKey)).toBe(value)
    }
  })

  it('assignment is uniform: 20,000 people, ten cells, chi-square under its 99.9 % point', () => {
    const cells = Array<number>(10).fill(0)
    for (let i = 0; i < 20_000; i++) cells[Math.floor(assignmentHashV1('77', `person-${i}`) * 10)]! += 1
    const chiSquare = cells.reduce((sum, seen) => sum + (seen - 2000) ** 2 / 2000, 0)
    expect(chiSquare).toBeLessThan(27.88)
  })
})

describe('canonicalJson', () => {
  it('does not depend on the order of members', () => {
    expect(canonicalJson({ b: [1, { d: null, c: 'x' }], a: true })).toBe(
      '{"a":true,"b":[1,{"c":"x","d":null}]}',
    )
    expect(canonicalJson({ a: true, b: [1, { c: 'x', d: null }] })).toBe(
      canonicalJson({ b: [1, { d: null, c: 'x' }], a: true }),
    )
  })

  it('leaves undefined members out and writes a bigint as text', () => {
    expect(canonicalJson({ a: undefined, rank: 2n ** 60n })).toBe('{"rank":"1152921504606846976"}')
  })
})
