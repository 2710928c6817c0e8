import { hash } from 'node:crypto'
import { hmacSha256 } from './hmac.ts'

/** 128 bits. */
const IDENTITY_BYTES = 16

/** SHA-256 of bytes or UTF-8 text as 64 lower-case hex digits: the name of a blob, a plan, a document. */
export function contentHash(content: Uint8Array | string): string {
  return hash('sha256', content)
}

/**
 * Keyed hash of an identifier: HMAC-SHA-256, cut to 128 bits, as 32 hex digits. Raw identifiers (handles, e-mail
 * addresses) become this at the door and are never stored.
 */
export function identityHash(identityKey: Uint8Array, identifier: string): string {
  const mac = hmacSha256(identityKey, Buffer.from(identifier))
  return Buffer.from(mac.buffer, mac.byteOffset, IDENTITY_BYTES).toString('hex')
}

/**
 * Assignment hash, version 1: where a person falls on [0, 1) for one campaign.
 *
 * The first 53 bits (big-endian) of SHA-256(UTF-8 of `campaignKey`, a zero byte, `personKey`) divided by 2^53.
 * Version 1 is kept for ever: people keep their arm. test/vectors/assignment-v1.json holds it for other languages.
 */
export function assignmentHashV1(campaignKey: string, personKey: string): number {
  // As hex digits: a buffer would cost three times as much.
  const digest = hash('sha256', `${campaignKey}\0${personKey}`, 'hex')
  const high = Number.parseInt(digest.slice(0, 8), 16)
  const low = Number.parseInt(digest.slice(8, 16), 16) >>> 11
  return (high * 2 ** 21 + low) / 2 ** 53
}
