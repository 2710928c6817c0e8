import { type ByteWriter, createByteWriter } from './byte-writer.ts'

/** A value as Thrift's compact protocol writes it, which is how Parquet keeps everything but the data. */
export type Thrift =
  | { readonly kind: 'i16' | 'i32' | 'i64'; readonly value: number }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'binary'; readonly value: Uint8Array }
  | { readonly kind: 'list'; readonly of: readonly Thrift[] }
  | ThriftStruct

/** Fields by their numbers, ascending; undefined ones are left out. */
export interface ThriftStruct {
  readonly kind: 'struct'
  readonly fields: readonly (readonly [id: number, value: Thrift | undefined])[]
}

const TYPES: Readonly<Record<Thrift['kind'], number>> = {
  boolean: 1,
  i16: 4,
  i32: 5,
  i64: 6,
  binary: 8,
  list: 9,
  struct: 12,
}
/** In a field of a struct the type of a boolean is its value. */
const FALSE = 2

export const i16 = (value: number): Thrift => ({ kind: 'i16', value })
export const i32 = (value: number): Thrift => ({ kind: 'i32', value })
export const i64 = (value: number): Thrift => ({ kind: 'i64', value })
export const binary = (value: Uint8Array | string): Thrift => ({
  kind: 'binary',
  value: typeof value === 'string' ? Buffer.from(value, 'utf8') : value,
})
export const list = (of: readonly Thrift[]): Thrift => ({ kind: 'list', of })
export const struct = (...fields: ThriftStruct['fields']): ThriftStruct => ({ kind: 'struct', fields })

/**
 * A struct as bytes.
 *
 * @see https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
 */
export function thriftBytes(value: ThriftStruct): Uint8Array {
  const out = createByteWriter()
  put(out, value)
  return out.written()
}

function put(out: ByteWriter, value: Thrift): void {
  switch (value.kind) {
    case 'i16':
    case 'i32':
    case 'i64':
      out.varint(zigzag(value.value))
      break
    case 'boolean':
      out.byte(value.value ? TYPES.boolean : FALSE)
      break
    case 'binary':
      out.varint(value.value.length)
      out.put(value.value)
      break
    case 'list':
      putList(out, value.of)
      break
    case 'struct':
      putStruct(out, value)
  }
}

function putList(out: ByteWriter, of: readonly Thrift[]): void {
  const type = TYPES[of[0]?.kind ?? 'struct']
  if (of.length < 15) {
    out.byte((of.length << 4) | type)
  } else {
    out.byte(0xf0 | type)
    out.varint(of.length)
  }
  for (const value of of) put(out, value)
}

function putStruct(out: ByteWriter, { fields }: ThriftStruct): void {
  let last = 0
  for (const [id, value] of fields) {
    if (!value) continue
    const type = value.kind === 'boolean' && !value.value ? FALSE : TYPES[value.kind]
    // Every field number of Parquet is less than 16 after the one before.
    out.byte(((id - last) << 4) | type)
    if (value.kind !== 'boolean') put(out, value)
    last = id
  }
  out.byte(0)
}

/** Signed as unsigned, small either way; |value| < 2^52. */
export function zigzag(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value
}
