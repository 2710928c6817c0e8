import { createByteWriter } from './byte-writer.ts'
import { putDeltas } from './encodings.ts'

/**
 * Texts that each begin like the one before, in the encoding DELTA_BYTE_ARRAY: how much is kept of the one before, then
 * what follows.
 */
export interface FrontCoded {
  /** The next text: the first `kept` bytes of the one before, then what `put` adds until the next call. */
  next(kept: number): void
  put(bytes: Uint8Array, from: number, to: number): void
  /** The content of a page with all texts, until that of any other is asked for. */
  page(): Uint8Array
  /** Begins again in the same memory. */
  clear(): void
}

const FIRST_TEXTS = 4096

const content = createByteWriter()

export function createFrontCoded(): FrontCoded {
  let kept = new Int32Array(FIRST_TEXTS)
  // Where each text's own bytes begin.
  let starts = new Int32Array(FIRST_TEXTS)
  const suffixes = createByteWriter(FIRST_TEXTS * 8)
  let count = 0

  return {
    next(bytes) {
      if (count === kept.length) {
        kept = grown(kept)
        starts = grown(starts)
      }
      kept[count] = bytes
      starts[count] = suffixes.length()
      count++
    },
    put: suffixes.putPart,
    page() {
      content.clear()
      putDeltas(content, kept, count)
      const lengths = starts
      for (let at = 0; at < count; at++) {
        lengths[at] = (at + 1 < count ? starts[at + 1]! : suffixes.length()) - starts[at]!
      }
      putDeltas(content, lengths, count)
      content.put(suffixes.written())
      return content.written()
    },
    clear() {
      count = 0
      suffixes.clear()
    },
  }
}

function grown(values: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(2 * values.length)
  larger.set(values)
  return larger
}
