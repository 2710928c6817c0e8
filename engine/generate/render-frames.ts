/** One finished file of a run. */
export interface RenderedFile {
  /** Ad unit id and extension: a path of one part, lower-case letters, digits, dot and hyphen. */
  readonly name: string
  readonly bytes: Uint8Array
  /** 1..100, which a weight limit may have lowered; undefined where the format has none. */
  readonly quality: number | undefined
}

// A part of a run holds many files: for each its quality (8 bits, 0 for none), the length of its name (32 bits,
// big-endian), the name in UTF-8, the length of its bytes (32 bits) and the bytes.
const QUALITY_BYTES = 1
const LENGTH_BYTES = 4

/** A file as the pieces that its bytes are joined of. */
export interface PiecedFile {
  readonly name: string
  readonly pieces: readonly Uint8Array[]
  readonly quality: number | undefined
}

/** Many files as one array of bytes. */
export function frameFiles(files: readonly PiecedFile[]): Uint8Array {
  const names = files.map(({ name }) => Buffer.from(name, 'utf8'))
  const sizes = files.map(({ pieces }) => pieces.reduce((sum, piece) => sum + piece.length, 0))
  const framed = new Uint8Array(
    sizes.reduce((sum, size, at) => sum + QUALITY_BYTES + 2 * LENGTH_BYTES + names[at]!.length + size, 0),
  )
  const view = new DataView(framed.buffer)
  let at = 0
  const put = (size: number, pieces: readonly Uint8Array[]) => {
    view.setUint32(at, size)
    at += LENGTH_BYTES
    for (const piece of pieces) {
      framed.set(piece, at)
      at += piece.length
    }
  }
  for (const [index, { pieces, quality }] of files.entries()) {
    framed[at++] = quality ?? 0
    put(names[index]!.length, [names[index]!])
    put(sizes[index]!, pieces)
  }
  return framed
}

/** The files of `frameFiles`, as views into `framed`. */
export function* framedFiles(framed: Uint8Array): Generator<RenderedFile> {
  const view = new DataView(framed.buffer, framed.byteOffset, framed.byteLength)
  const decoder = new TextDecoder()
  let at = 0
  const take = () => {
    const length = view.getUint32(at)
    const bytes = framed.subarray(at + LENGTH_BYTES, at + LENGTH_BYTES + length)
    at += LENGTH_BYTES + length
    return bytes
  }
  while (at < framed.length) {
    const quality = framed[at++]! || undefined
    yield { quality, name: decoder.decode(take()), bytes: take() }
  }
}
