import { crc32, inflateRawSync } from 'node:zlib'
import { PolyadError } from '../core/errors.ts'

/** Entries of a zip file by name; each is unpacked when it is asked for. */
export interface ZipContent {
  readonly names: readonly string[]
  /**
   * The bytes of an entry, undefined when there is none of the name.
   *
   * @throws PolyadError FILE_UNREADABLE when it is damaged, or all together unpack to more than is allowed
   */
  read(name: string): Buffer | undefined
}

const END = 0x06054b50
const END_BYTES = 22
const MOST_COMMENT_BYTES = 0xffff
const DIRECTORY_ENTRY = 0x02014b50
const LOCAL_ENTRY = 0x04034b50
const MAX_ENTRIES = 10_000
const STORED = 0
const DEFLATED = 8
const IS_ENCRYPTED = 0x0001
/** Sizes that a Zip64 record would have. */
const ELSEWHERE = 0xffffffff

interface Entry {
  readonly method: number
  readonly crc: number
  readonly packedBytes: number
  readonly offset: number
}

/**
 * Opens a zip file in memory. What its directory says of sizes is not trusted: unpacking stops at `maxUnpackedBytes`
 * of all that is read, so a few kilobytes cannot become gigabytes.
 *
 * @param path names it in messages
 * @throws PolyadError FILE_UNREADABLE when it is none
 * @see PKWARE APPNOTE.TXT 6.3.10
 */
export function openZip(bytes: Buffer, path: string, maxUnpackedBytes: number): ZipContent {
  const refuse = (problem: string, cause?: unknown): PolyadError =>
    new PolyadError('FILE_UNREADABLE', { path, problem }, { cause })
  const entries = readDirectory(bytes, refuse)
  let left = maxUnpackedBytes
  return {
    names: [...entries.keys()],
    read(name) {
      const entry = entries.get(name)
      if (!entry) return undefined
      const { method, crc, packedBytes, offset } = entry
      if (offset + 30 > bytes.length || bytes.readUInt32LE(offset) !== LOCAL_ENTRY)
        throw refuse(`it is damaged at ${name}`)
      const from = offset + 30 + bytes.readUInt16LE(offset + 26) + bytes.readUInt16LE(offset + 28)
      const packed = bytes.subarray(from, from + packedBytes)
      if (packed.length < packedBytes) throw refuse(`it ends within ${name}`)
      const unpacked = unpack(packed, method, left, (problem, cause) => refuse(`${name}: ${problem}`, cause))
      if (crc32(unpacked) !== crc) throw refuse(`${name}: its checksum is another`)
      left -= unpacked.length
      return unpacked
    },
  }
}

type Refuse = (problem: string, cause?: unknown) => PolyadError

function readDirectory(bytes: Buffer, refuse: Refuse): Map<string, Entry> {
  const end = endOfDirectory(bytes)
  if (end === undefined) throw refuse('it is not a zip file')
  const count = bytes.readUInt16LE(end + 10)
  if (count > MAX_ENTRIES) throw refuse(`it has more than ${MAX_ENTRIES} entries`)
  const entries = new Map<string, Entry>()
  let at = bytes.readUInt32LE(end + 16)
  for (let number = 0; number < count; number++) {
    if (at + 46 > end || bytes.readUInt32LE(at) !== DIRECTORY_ENTRY) throw refuse('its directory is damaged')
    const nameBytes = bytes.readUInt16LE(at + 28)
    const name = bytes.toString('utf8', at + 46, at + 46 + nameBytes)
    const packedBytes = bytes.readUInt32LE(at + 20)
    const offset = bytes.readUInt32LE(at + 42)
    if (bytes.readUInt16LE(at + 8) & IS_ENCRYPTED) throw refuse('it is encrypted')
    if (packedBytes === ELSEWHERE || offset === ELSEWHERE) throw refuse('it is too large')
    if (entries.has(name)) throw refuse(`it has two entries of one name, ${name}`)
    entries.set(name, {
      method: bytes.readUInt16LE(at + 10),
      crc: bytes.readUInt32LE(at + 16),
      packedBytes,
      offset,
    })
    at += 46 + nameBytes + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32)
  }
  return entries
}

function endOfDirectory(bytes: Buffer): number | undefined {
  const first = Math.max(0, bytes.length - END_BYTES - MOST_COMMENT_BYTES)
  for (let at = bytes.length - END_BYTES; at >= first; at--) if (bytes.readUInt32LE(at) === END) return at
  return undefined
}

function unpack(packed: Buffer, method: number, maxBytes: number, refuse: Refuse): Buffer {
  const tooLarge = `it unpacks to more than the ${maxBytes} bytes that are left to it`
  if (method === STORED) {
    if (packed.length > maxBytes) throw refuse(tooLarge)
    return packed
  }
  if (method !== DEFLATED) throw refuse(`it is packed by a method that is not read here (${method})`)
  if (maxBytes <= 0) throw refuse(tooLarge)
  try {
    return inflateRawSync(packed, { maxOutputLength: maxBytes })
  } catch (error) {
    const isTooLarge = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE'
    throw refuse(isTooLarge ? tooLarge : 'it is damaged', error)
  }
}
