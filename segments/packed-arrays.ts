import { createHash } from 'node:crypto'
import { PolyadError } from '../core/errors.ts'

/**
 * Number arrays and a JSON header in one buffer, to be stored and shared between threads as it is:
 *
 *   magic (8 bytes) | version (uint32) | header length (uint32) | SHA-256 of all that follows (32) | header | arrays
 *
 * Little endian; the header is JSON padded with spaces, every array starts at a multiple of 8.
 */
export type NumberArray = Uint8Array | Uint16Array | Uint32Array | Float64Array

const MAGIC = 'POLYADPA'
const VERSION = 1
const PREAMBLE_BYTES = 48
const DIGEST_AT = 16

const ARRAYS = { u8: Uint8Array, u16: Uint16Array, u32: Uint32Array, f64: Float64Array } as const
type ArrayType = keyof typeof ARRAYS

interface Header<T> {
  readonly arrays: readonly { readonly type: ArrayType; readonly length: number }[]
  readonly content: T
}

/** Packs what `unpackArrays` reads. `content` must survive JSON. */
export function packArrays<T>(content: T, arrays: readonly NumberArray[]): Uint8Array {
  const header: Header<T> = {
    arrays: arrays.map((array) => ({ type: typeOf(array), length: array.length })),
    content,
  }
  const headerBytes = padded(new TextEncoder().encode(JSON.stringify(header)))
  const size = arrays.reduce(
    (sum, array) => sum + aligned(array.byteLength),
    PREAMBLE_BYTES + headerBytes.length,
  )
  const bytes = new Uint8Array(size)
  const view = new DataView(bytes.buffer)
  bytes.set(new TextEncoder().encode(MAGIC))
  view.setUint32(8, VERSION, true)
  view.setUint32(12, headerBytes.length, true)
  bytes.set(headerBytes, PREAMBLE_BYTES)
  let at = PREAMBLE_BYTES + headerBytes.length
  for (const array of arrays) {
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), at)
    at += aligned(array.byteLength)
  }
  bytes.set(digestOf(bytes), DIGEST_AT)
  return bytes
}

/**
 * The header's content and views of the arrays; nothing is copied where `bytes` starts at a multiple of 8.
 *
 * @throws PolyadError POPULATION_UNREADABLE for other bytes, a cut or changed buffer, or a newer version
 */
export function unpackArrays<T>(packed: Uint8Array): { content: T; arrays: NumberArray[] } {
  const bytes = packed.byteOffset % 8 === 0 ? packed : packed.slice()
  if (bytes.length < PREAMBLE_BYTES || new TextDecoder().decode(bytes.slice(0, 8)) !== MAGIC) {
    throw unreadable('these bytes are not a population')
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const version = view.getUint32(8, true)
  if (version !== VERSION) {
    throw unreadable(`it has format version ${version}, this program reads version ${VERSION}`)
  }
  if (!digestOf(bytes).equals(bytes.slice(DIGEST_AT, PREAMBLE_BYTES))) {
    throw unreadable('it is damaged (its checksum differs)')
  }
  const headerLength = view.getUint32(12, true)
  const headerText = new TextDecoder().decode(bytes.slice(PREAMBLE_BYTES, PREAMBLE_BYTES + headerLength))
  const header = JSON.parse(headerText) as Header<T>
  let at = bytes.byteOffset + PREAMBLE_BYTES + headerLength
  const arrays = header.arrays.map(({ type, length }) => {
    const array = new ARRAYS[type](bytes.buffer as ArrayBuffer, at, length)
    at += aligned(array.byteLength)
    return array
  })
  return { content: header.content, arrays }
}

function digestOf(bytes: Uint8Array): Buffer {
  // The header's length, ahead of the digest, is covered too: a wrong one would move every array.
  return createHash('sha256')
    .update(bytes.subarray(0, DIGEST_AT))
    .update(bytes.subarray(PREAMBLE_BYTES))
    .digest()
}

function typeOf(array: NumberArray): ArrayType {
  return (Object.keys(ARRAYS) as ArrayType[]).find((type) => array instanceof ARRAYS[type])!
}

function aligned(length: number): number {
  return Math.ceil(length / 8) * 8
}

function padded(bytes: Uint8Array): Uint8Array {
  const result = new Uint8Array(aligned(bytes.length)).fill(0x20)
  result.set(bytes)
  return result
}

function unreadable(problem: string): PolyadError {
  return new PolyadError('POPULATION_UNREADABLE', { problem })
}
