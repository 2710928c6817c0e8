import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { signTag, verifyTag } from '../../../engine/tags/tag-token.ts'
import { keyId, type TokenKeys } from '../../../engine/tracking/token-keys.ts'

const FORMER = new Uint8Array(32).fill(1)
const CURRENT = new Uint8Array(32).fill(2)
const TAG = { campaign: 'spring', placement: 'iab-300x250' }
const ring = (signing: Uint8Array, ...accepted: Uint8Array[]): TokenKeys => ({ signing, accepted })

/** As tokens were signed before they named their key. */
function signedBefore(key: Uint8Array): string {
  const signed = Buffer.concat([Uint8Array.of(2), Buffer.from(JSON.stringify(['spring', 'iab-300x250']))])
  const mac = createHmac('sha256', key).update(signed).digest().subarray(0, 16)
  return Buffer.concat([signed, mac]).toString('base64url')
}

describe('tokens over a change of keys', () => {
  it('are signed by the new key, and those of the former are believed as long as it is accepted', () => {
    const old = signTag(FORMER, TAG)
    const during = ring(CURRENT, CURRENT, FORMER)
    expect(verifyTag(during, old)).toEqual(TAG)
    const fresh = signTag(during, TAG)
    expect(verifyTag(CURRENT, fresh)).toEqual(TAG)
    expect(verifyTag(FORMER, fresh)).toBeUndefined()
    expect(verifyTag(ring(CURRENT, CURRENT), old)).toBeUndefined()
  })

  it('that name no key are tried with every accepted one', () => {
    const old = signedBefore(FORMER)
    expect(verifyTag(FORMER, old)).toEqual(TAG)
    expect(verifyTag(ring(CURRENT, CURRENT, FORMER), old)).toEqual(TAG)
    expect(verifyTag(CURRENT, old)).toBeUndefined()
  })

  it('cannot be given the name of another key', () => {
    const bytes = Buffer.from(signTag(FORMER, TAG), 'base64url')
    Buffer.from(keyId(CURRENT)).copy(bytes, 1)
    expect(verifyTag(ring(CURRENT, CURRENT, FORMER), bytes.toString('base64url'))).toBeUndefined()
    // Nor the form without a name.
    bytes[0] = 2
    expect(verifyTag(ring(CURRENT, CURRENT, FORMER), bytes.toString('base64url'))).toBeUndefined()
  })
})
