import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { canonicalJson } from '../../../core/canonical-json.ts'
import { assignmentHashV1, contentHash, identityHash } from '../../../core/hash.ts'

describe('hash', () => {
  it('contentHash is SHA-256 (FIPS 180-2, example "abc")', () => {
    expect(contentHash('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
  })

  it('identityHash is HMAC-SHA-256 cut to 128 bits (RFC 4231, test case 2)', () => {
    expect(identityHash(Buffer.from('Jefe'), 'what do ya want for nothing?')).toBe(
      '5bdcc146bf60754e6a042426089575c7',
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
