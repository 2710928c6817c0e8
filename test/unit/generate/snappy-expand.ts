/** What raw Snappy bytes stand for, by the format's description alone. */
export function snappyExpand(input: Uint8Array): Uint8Array {
  let at = 0
  const number = (): number => {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = input[at++]!
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return value
    }
  }
  const littleEndian = (bytes: number): number => {
    let value = 0
    for (let shift = 0; shift < 8 * bytes; shift += 8) value += input[at++]! * 2 ** shift
    return value
  }
  const out = new Uint8Array(number())
  let used = 0
  while (at < input.length) {
    const tag = input[at++]!
    if ((tag & 3) === 0) {
      const short = tag >> 2
      const length = 1 + (short < 60 ? short : littleEndian(short - 59))
      out.set(input.subarray(at, at + length), used)
      at += length
      used += length
    } else {
      const isNear = (tag & 3) === 1
      const length = isNear ? 4 + ((tag >> 2) & 7) : 1 + (tag >> 2)
      const distance = isNear ? ((tag >> 5) << 8) + littleEndian(1) : littleEndian(2)
      if (distance === 0 || distance > used) throw new Error(`a copy from ${distance} before ${used}`)
      for (const end = used + length; used < end; used++) out[used] = out[used - distance]!
    }
  }
  if (used !== out.length) throw new Error(`${used} bytes instead of ${out.length}`)
  return out
}
