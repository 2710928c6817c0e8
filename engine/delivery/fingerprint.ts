/** Two unsigned 32-bit halves that stand for a text, or a person beside a text. */
export interface Fingerprint {
  readonly high: number
  readonly low: number
}

/**
 * 64 bits of a text. Not secret and not against an attacker: what people are known by is a keyed hash already, so nobody
 * outside can choose two that meet. Among ten million, two meet by chance with probability 3 in a million.
 */
export function fingerprintOf(text: string): Fingerprint {
  let high = 0x9e3779b9
  let low = 0x85ebca6b
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    high = Math.imul(high ^ code, 0x85ebca77)
    low = Math.imul(low ^ code, 0xc2b2ae3d)
  }
  high = mixed(high ^ (low >>> 15))
  low = mixed(low ^ (high >>> 13))
  return { high, low }
}

/** The last steps of MurmurHash3: every bit of the result hangs on every bit of the value. */
function mixed(value: number): number {
  let bits = value
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
  return (bits ^ (bits >>> 16)) >>> 0
}
