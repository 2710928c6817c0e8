import type { Stream } from '../../core/stream.ts'

/** Draws the inside of a 1200 x 1200 SVG; what it leaves to chance it takes from the stream. */
export type Scene = (stream: Stream) => string
