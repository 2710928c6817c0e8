import sharp from 'sharp'
import { type CodedRows, codeRowsApart } from './coded-rows.ts'

/** Colour at half the resolution in both directions, or at the full one: sharper coloured text, a third more bytes. */
export type ChromaSubsampling = '4:2:0' | '4:4:4'

export interface JpegSettings {
  /** 1..100 */
  readonly quality: number
  readonly chromaSubsampling: ChromaSubsampling
}

/** Height of a row of minimum coded units, pixels. */
export function mcuHeightPx({ chromaSubsampling }: Pick<JpegSettings, 'chromaSubsampling'>): number {
  return chromaSubsampling === '4:2:0' ? 16 : 8
}

/**
 * Encodes pixels with fixed Huffman tables, each row of minimum coded units by itself: pictures of one quality share
 * their tables, so their rows may be put together in any way.
 *
 * @param rgb 3 bytes a pixel, rows from the top
 */
export async function encodeRows(
  rgb: Uint8Array,
  size: { readonly widthPx: number; readonly heightPx: number },
  { quality, chromaSubsampling }: JpegSettings,
): Promise<CodedRows> {
  const raw = { width: size.widthPx, height: size.heightPx, channels: 3 } as const
  const jpeg = await sharp(rgb, { raw })
    .jpeg({ quality, chromaSubsampling, optimiseCoding: false })
    .toBuffer()
  return codeRowsApart(jpeg)
}
