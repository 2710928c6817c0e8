import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { signToken, type TokenPayload, verifyToken } from '../../../engine/tracking/token.ts'

const KEY = new Uint8Array(32).fill(7)
const PAYLOAD: TokenPayload = {
  decision: '01jc0000000000000000000000',
  campaign: 'trails',
  adUnit: '1abcdef',
  landingUrl: 'https://shop.example/hike?a=1&b=2',
  issuedMs: 1_000,
  expiresMs: 5_000,
}

const payloads = fc.record({
  decision: fc.string(),
  campaign: fc.string(),
  adUnit: fc.string(),
  landingUrl: fc.webUrl({ withQueryParameters: true, withFragments: true }),
  issuedMs: fc.nat(),
  expiresMs: fc.nat(),
})

describe('token', () => {
  it('gives back what was signed', () => {
    fc.assert(
      fc.property(payloads, (payload) => {
        const verdict = verifyToken(KEY, signToken(KEY, payload), -1)
        expect(verdict).toEqual({ status: 'valid', payload })
      }),
      { numRuns: 200 },
    )
  })

  it('refuses a token with any bit flipped', () => {
    fc.assert(
      fc.property(payloads, fc.nat(), (payload, position) => {
        const bytes = Buffer.from(signToken(KEY, payload), 'base64url')
        const bit = position % (bytes.length * 8)
        bytes[bit >> 3]! ^= 1 << (bit & 7)
        expect(verifyToken(KEY, bytes.toString('base64url'), 0).status).toBe('invalid')
      }),
      { numRuns: 300 },
    )
  })

  it('refuses a token with any character changed, also in bits that base64 leaves unused', () => {
    const token = signToken(KEY, PAYLOAD)
    for (let i = 0; i < token.length; i++) {
      for (const other of ['A', '_', '=', ' ']) {
        if (token[i] === other) continue
        const changed = token.slice(0, i) + other + token.slice(i + 1)
        expect(verifyToken(KEY, changed, 2_000).status, changed).toBe('invalid')
      }
    }
    for (const changed of [`${token}=`, `${token}A`, ` ${token}`, token.slice(0, -1), token.slice(1), '']) {
      expect(verifyToken(KEY, changed, 2_000).status, changed).toBe('invalid')
    }
  })

  it('refuses a token signed with another key', () => {
    const other = new Uint8Array(32).fill(8)
    expect(verifyToken(other, signToken(KEY, PAYLOAD), 2_000).status).toBe('invalid')
  })

  it('is valid before its expiry and authentic but expired from then on', () => {
    const token = signToken(KEY, PAYLOAD)
    expect(verifyToken(KEY, token, 4_999).status).toBe('valid')
    expect(verifyToken(KEY, token, 5_000)).toEqual({ status: 'expired', payload: PAYLOAD })
  })

  it('holds the longest landing page a campaign may have', () => {
    const landingUrl = `https://shop.example/${'a'.repeat(1_979)}`
    const token = signToken(KEY, { ...PAYLOAD, adUnit: 'x'.repeat(40), campaign: 'c'.repeat(60), landingUrl })
    expect(landingUrl).toHaveLength(2_000)
    expect(verifyToken(KEY, token, 2_000).status).toBe('valid')
  })

  it('fits in an address', () => {
    expect(signToken(KEY, PAYLOAD).length).toBeLessThan(250)
    expect(signToken(KEY, PAYLOAD)).toMatch(/^[\w-]+$/)
  })
})
