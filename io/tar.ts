import { PolyadError } from '../core/errors.ts'
import { type ByteReader, createByteReader } from './byte-reader.ts'

/** A file to put into an archive. */
export interface TarSource {
  /** Relative path with forward slashes. */
  readonly name: string
  readonly bytes: number
  /** Exactly `bytes` of it. */
  read(): AsyncIterable<Uint8Array> | Iterable<Uint8Array>
}

/** A file as it comes out of an archive. */
export interface TarEntry {
  readonly name: string
  readonly bytes: number
  /** To be read to its end before the next entry is asked for. */
  readonly content: AsyncIterable<Uint8Array>
}

// POSIX.1-2017, pax: "ustar Interchange Format" and "pax Extended Header Block".
const BLOCK = 512
const NAME_BYTES = 100
const REGULAR = 0x30
const EXTENDED = 0x78
/** The largest size that eleven octal digits hold. */
const MAX_OCTAL = 8 ** 11 - 1
/** An extended header of ours is a path and a size. */
const MAX_EXTENDED_BYTES = 64 * 1024

/**
 * A tar archive of regular files, in their order; a long name or a large file has a pax header before it. Names tell no
 * owner and all files have one date, so that equal files give equal bytes.
 */
export async function* writeTar(
  files: AsyncIterable<TarSource> | Iterable<TarSource>,
): AsyncGenerator<Uint8Array> {
  for await (const { name, bytes, read } of files) {
    const long = Buffer.byteLength(name) > NAME_BYTES || bytes > MAX_OCTAL
    if (long) {
      const records = Buffer.from(paxRecord('path', name) + paxRecord('size', String(bytes)))
      yield header('pax', records.length, EXTENDED)
      yield records
      yield padding(records.length)
    }
    yield header(long ? 'see-pax' : name, long && bytes > MAX_OCTAL ? 0 : bytes, REGULAR)
    let written = 0
    for await (const chunk of read()) {
      written += chunk.byteLength
      yield chunk
    }
    if (written !== bytes) throw new RangeError(`${name} gave ${written} bytes instead of ${bytes}`)
    yield padding(bytes)
  }
  yield Buffer.alloc(2 * BLOCK)
}

/**
 * The files of a tar archive. Links, devices, folders and every other thing that is no regular file are refused: an
 * archive of ours has none.
 *
 * @throws PolyadError ARCHIVE_REFUSED
 */
export async function* readTar(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<TarEntry> {
  const reader = createByteReader(chunks)
  let extended: Readonly<Record<string, string>> = {}
  for (;;) {
    const block = await reader.exactly(BLOCK)
    if (!block) throw refused('it ends in the middle')
    if (block.every((byte) => byte === 0)) {
      const end = await reader.exactly(BLOCK)
      if (!end?.every((byte) => byte === 0) || !(await reader.isAtEnd()))
        throw refused('something follows its end')
      return
    }
    const { name, bytes, type } = parseHeader(block)
    if (type === EXTENDED) {
      if (bytes > MAX_EXTENDED_BYTES) throw refused('a header in it is too large')
      const records = await reader.exactly(bytes)
      if (!records || !(await reader.exactly(paddingBytes(bytes)))) throw refused('it ends in the middle')
      extended = parsePax(records)
      continue
    }
    if (type !== REGULAR) throw refused(`"${name}" is no regular file`)
    const size = extended['size'] === undefined ? bytes : Number(extended['size'])
    if (!Number.isSafeInteger(size) || size < 0) throw refused('a size in it is none')
    const entryName = extended['path'] ?? name
    extended = {}
    const state = { left: size }
    yield { name: entryName, bytes: size, content: contentOf(reader, state) }
    if (state.left > 0) throw new RangeError(`${entryName} was not read to its end`)
    if (!(await reader.exactly(paddingBytes(size)))) throw refused('it ends in the middle')
  }
}

async function* contentOf(reader: ByteReader, state: { left: number }): AsyncGenerator<Uint8Array> {
  while (state.left > 0) {
    const chunk = await reader.upTo(state.left)
    if (!chunk) throw refused('it ends in the middle')
    state.left -= chunk.byteLength
    yield chunk
  }
}

/** The refusal of an archive, for people. */
export function refused(problem: string, cause?: unknown): PolyadError {
  return new PolyadError('ARCHIVE_REFUSED', { problem }, { cause })
}

function header(name: string, bytes: number, type: number): Buffer {
  const block = Buffer.alloc(BLOCK)
  block.write(name, 0, NAME_BYTES, 'utf8')
  block.write('0000600\0', 100)
  block.write('0000000\0', 108)
  block.write('0000000\0', 116)
  block.write(`${bytes.toString(8).padStart(11, '0')}\0`, 124)
  block.write('00000000000\0', 136)
  block[156] = type
  block.write('ustar\x0000', 257, 'latin1')
  block.write(`${checksum(block).toString(8).padStart(6, '0')}\0 `, 148)
  return block
}

/** The sum of a header's bytes, those of the sum itself read as spaces. */
function checksum(block: Uint8Array): number {
  let sum = 0
  for (let i = 0; i < BLOCK; i++) sum += i >= 148 && i < 156 ? 0x20 : block[i]!
  return sum
}

function parseHeader(block: Buffer): {
  readonly name: string
  readonly bytes: number
  readonly type: number
} {
  const octal = (from: number, length: number): number => {
    const text = block.toString('latin1', from, from + length).replace(/[\0 ]+$/, '')
    return /^ *[0-7]+$/.test(text) ? Number.parseInt(text, 8) : Number.NaN
  }
  if (octal(148, 8) !== checksum(block)) throw refused('a header in it is damaged, or it is no tar archive')
  const bytes = octal(124, 12)
  if (Number.isNaN(bytes)) throw refused('a size in it is none')
  const field = (from: number, length: number): string => {
    const end = block.indexOf(0, from)
    return block.toString('utf8', from, end < 0 || end > from + length ? from + length : end)
  }
  const prefix = field(345, 155)
  return {
    name: prefix === '' ? field(0, NAME_BYTES) : `${prefix}/${field(0, NAME_BYTES)}`,
    bytes,
    type: block[156]!,
  }
}

/** `LENGTH key=value\n`, the length counting itself. */
function paxRecord(key: string, value: string): string {
  const rest = Buffer.byteLength(` ${key}=${value}\n`)
  let length = rest + String(rest).length
  if (rest + String(length).length !== length) length = rest + String(length).length
  return `${length} ${key}=${value}\n`
}

function parsePax(records: Buffer): Readonly<Record<string, string>> {
  const found: Record<string, string> = {}
  for (let at = 0; at < records.length; ) {
    const space = records.indexOf(0x20, at)
    const length = Number(records.toString('latin1', at, space))
    const record = records.toString('utf8', space + 1, at + length)
    const [, key, value] = /^(path|size)=([^\n]*)\n$/.exec(record) ?? []
    if (space < 0 || !Number.isSafeInteger(length) || length < 1 || key === undefined) {
      throw refused('a header in it is damaged')
    }
    found[key] = value!
    at += length
  }
  return found
}

function paddingBytes(bytes: number): number {
  return (BLOCK - (bytes % BLOCK)) % BLOCK
}

function padding(bytes: number): Buffer {
  return Buffer.alloc(paddingBytes(bytes))
}
