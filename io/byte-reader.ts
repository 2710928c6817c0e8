/** Bytes of a stream, asked for by number. */
export interface ByteReader {
  /** Exactly so many; undefined when the stream ends before. Held in memory. */
  exactly(bytes: number): Promise<Buffer | undefined>
  /** What there is next, at least one byte and at most so many; undefined at the end. */
  upTo(bytes: number): Promise<Uint8Array | undefined>
  isAtEnd(): Promise<boolean>
}

export function createByteReader(chunks: AsyncIterable<Uint8Array>): ByteReader {
  const source = chunks[Symbol.asyncIterator]()
  let rest: Uint8Array = new Uint8Array(0)

  /** Whether there is a byte to give. */
  const fill = async (): Promise<boolean> => {
    while (rest.byteLength === 0) {
      const next = await source.next()
      if (next.done) return false
      rest = next.value
    }
    return true
  }
  const upTo = async (bytes: number): Promise<Uint8Array | undefined> => {
    if (!(await fill())) return undefined
    const taken = rest.subarray(0, bytes)
    rest = rest.subarray(bytes)
    return taken
  }

  return {
    upTo,
    isAtEnd: async () => !(await fill()),
    async exactly(bytes) {
      const parts: Uint8Array[] = []
      for (let left = bytes; left > 0; ) {
        const part = await upTo(left)
        if (!part) return undefined
        parts.push(part)
        left -= part.byteLength
      }
      return Buffer.concat(parts)
    },
  }
}
