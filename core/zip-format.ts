import { crc32 } from 'node:zlib'
import { PolyadError } from './errors.ts'

/** A file of an archive. */
export interface ZipEntry {
  /** Path inside the archive, with forward slashes. */
  readonly name: string
  readonly bytes: Uint8Array
}

// PKWARE APPNOTE.TXT 6.3.10. Fields of 16 and 32 bits that are too small hold all ones and defer to a Zip64 record.
const MAX_16 = 0xffff
const MAX_32 = 0xffffffff
const VERSION_ZIP64 = 45
const MADE_BY_UNIX = (3 << 8) | VERSION_ZIP64
const NAMES_ARE_UTF8 = 0x0800
/** 1 January 1980, the earliest there is: one date for all, so that equal entries give equal bytes. */
const DOS_DATE = 0x0021
const FILE_MODE = 0o100644
/** Its name follows. */
const LOCAL_HEADER_BYTES = 30

/** What the directory at the end of an archive says of a file. */
export interface ZipRecord {
  readonly name: string
  /** CRC-32 of its bytes. */
  readonly crc: number
  readonly size: number
}

export function zipRecordOf({ name, bytes }: ZipEntry): ZipRecord {
  return { name, crc: crc32(bytes), size: bytes.byteLength }
}

/**
 * The header that a file's bytes follow, without compression.
 *
 * @throws PolyadError INPUT_INVALID for a name that leaves the archive, or 4 GB or more
 */
export function zipHeader({ name, crc, size }: ZipRecord): Buffer {
  return localHeader(checkName(name, size), crc, size)
}

/** What comes after the last file: the directory of all, in their order, and what says where it begins. */
export function zipDirectory(records: Iterable<ZipRecord>): Buffer {
  const directory: Buffer[] = []
  let offset = 0
  let bytes = 0
  for (const { name, crc, size } of records) {
    const record = directoryRecord(checkName(name, size), crc, size, offset)
    directory.push(record)
    bytes += record.length
    offset += LOCAL_HEADER_BYTES + Buffer.byteLength(name) + size
  }
  return Buffer.concat([...directory, zipEnd(directory.length, bytes, offset)])
}

/** A whole archive in memory, without compression: equal entries give equal bytes. */
export function zipBytes(entries: readonly ZipEntry[]): Buffer {
  const records = entries.map(zipRecordOf)
  const files = entries.flatMap(({ bytes }, at) => [zipHeader(records[at]!), bytes])
  return Buffer.concat([...files, zipDirectory(records)])
}

function checkName(name: string, size: number): Buffer {
  const nameBytes = Buffer.from(name)
  const leaves = name.startsWith('/') || name.includes('\\') || name.split('/').includes('..')
  if (name === '' || leaves || nameBytes.length > MAX_16 || size >= MAX_32) {
    throw new PolyadError('INPUT_INVALID', {
      what: 'zip entry',
      where: name,
      problem: 'its name must be a relative path without "..", its size under 4 GB',
    })
  }
  return nameBytes
}

function localHeader(name: Buffer, crc: number, size: number): Buffer {
  const header = Buffer.alloc(LOCAL_HEADER_BYTES + name.length)
  header.writeUInt32LE(0x04034b50, 0)
  writeCommon(header, 4, name, crc, size)
  name.copy(header, LOCAL_HEADER_BYTES)
  return header
}

/** The 26 bytes that local headers and directory records share: from "version needed" to "extra field length". */
function writeCommon(
  target: Buffer,
  at: number,
  name: Buffer,
  crc: number,
  size: number,
  extraBytes = 0,
): void {
  target.writeUInt16LE(extraBytes > 0 ? VERSION_ZIP64 : 10, at)
  target.writeUInt16LE(NAMES_ARE_UTF8, at + 2)
  target.writeUInt16LE(DOS_DATE, at + 8)
  target.writeUInt32LE(crc, at + 10)
  target.writeUInt32LE(size, at + 14)
  target.writeUInt32LE(size, at + 18)
  target.writeUInt16LE(name.length, at + 22)
  target.writeUInt16LE(extraBytes, at + 24)
}

function directoryRecord(name: Buffer, crc: number, size: number, offset: number): Buffer {
  const far = offset >= MAX_32
  const record = Buffer.alloc(46 + name.length + (far ? 12 : 0))
  record.writeUInt32LE(0x02014b50, 0)
  record.writeUInt16LE(MADE_BY_UNIX, 4)
  writeCommon(record, 6, name, crc, size, far ? 12 : 0)
  record.writeUInt32LE((FILE_MODE << 16) >>> 0, 38)
  record.writeUInt32LE(far ? MAX_32 : offset, 42)
  name.copy(record, 46)
  if (far) {
    record.writeUInt16LE(0x0001, 46 + name.length)
    record.writeUInt16LE(8, 48 + name.length)
    record.writeBigUInt64LE(BigInt(offset), 50 + name.length)
  }
  return record
}

/** End of central directory, with the Zip64 one before it where a number does not fit. */
function zipEnd(entries: number, directoryBytes: number, directoryOffset: number): Buffer {
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(Math.min(entries, MAX_16), 8)
  end.writeUInt16LE(Math.min(entries, MAX_16), 10)
  end.writeUInt32LE(Math.min(directoryBytes, MAX_32), 12)
  end.writeUInt32LE(Math.min(directoryOffset, MAX_32), 16)
  if (entries < MAX_16 && directoryBytes < MAX_32 && directoryOffset < MAX_32) return end

  const end64 = Buffer.alloc(76)
  end64.writeUInt32LE(0x06064b50, 0)
  end64.writeBigUInt64LE(44n, 4)
  end64.writeUInt16LE(MADE_BY_UNIX, 12)
  end64.writeUInt16LE(VERSION_ZIP64, 14)
  end64.writeBigUInt64LE(BigInt(entries), 24)
  end64.writeBigUInt64LE(BigInt(entries), 32)
  end64.writeBigUInt64LE(BigInt(directoryBytes), 40)
  end64.writeBigUInt64LE(BigInt(directoryOffset), 48)
  end64.writeUInt32LE(0x07064b50, 56)
  end64.writeBigUInt64LE(BigInt(directoryOffset + directoryBytes), 64)
  end64.writeUInt32LE(1, 72)
  return Buffer.concat([end64, end])
}
