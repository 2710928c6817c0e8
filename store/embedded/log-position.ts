/**
 * Where a record of the log begins or ends: segment number and offset in it, in one whole number that grows.
 *
 * A segment stays below 2^32 bytes, which leaves 2^21 segments below 2^53.
 */
interface LogPlace {
  readonly segment: number
  readonly offset: number
}

const SEGMENT_SPAN = 2 ** 32

/** The first segment's number; position 0 is the start of the log. */
export const FIRST_SEGMENT = 1

export function positionOf({ segment, offset }: LogPlace): number {
  return (segment - FIRST_SEGMENT) * SEGMENT_SPAN + offset
}

export function placeOf(position: number): LogPlace {
  const segments = Math.floor(position / SEGMENT_SPAN)
  return { segment: segments + FIRST_SEGMENT, offset: position - segments * SEGMENT_SPAN }
}

/** `0000000001.log` */
export function segmentName(segment: number): string {
  return `${String(segment).padStart(10, '0')}.log`
}

/** The number of a segment's file, undefined for any other name. */
export function segmentNumber(name: string): number | undefined {
  const match = /^(\d{10})\.log$/.exec(name)
  return match ? Number(match[1]) : undefined
}
