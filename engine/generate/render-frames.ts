/** One finished file of a run. */
export interface RenderedFile {
  /** Ad unit id and extension: a path of one part, lower-case letters, digits, dot and hyphen. */
  readonly name: string
  readonly bytes: Uint8Array
}

// A part of a run holds many files: for each the length of its name (32 bits, big-endian), the name in UTF-8, the
// length of its bytes (32 bits) and the bytes.
const LENGTH_BYTES = 4

/** Many files as one array of bytes. */
export function frameFiles(files: readonly RenderedFile[]): Uint8Array {
  const names = files.map(({ name }) => Buffer.from(name, 'utf8'))
  const total = files.reduce(
    (sum, { bytes }, at) => sum + 2 * LENGTH_BYTES + names[at]!.length + bytes.length,
    0,
  )
  const framed = new Uint8Array(total)
  const view = new DataView(framed.buffer)
  let at = 0
  const put = (bytes: Uint8Array) => {
    view.setUint32(at, bytes.length)
    framed.set(bytes, at + LENGTH_BYTES)
    at += LENGTH_BYTES + bytes.length
  }
  for (const [index, { bytes }] of files.entries()) {
    put(names[index]!)
    put(bytes)
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
  while (at < framed.length) yield { name: decoder.decode(take()), bytes: take() }
}
