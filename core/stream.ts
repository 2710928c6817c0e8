import seedrandom from 'seedrandom'

/**
 * A seeded stream of random numbers. Streams are forked by label, so a new draw in one place does not shift another;
 * work that runs in parallel forks by item (`stream.fork(String(rank))`), never by order of arrival.
 */
export interface Stream {
  /** Next number in [0, 1), 32 bits of resolution. */
  next(): number
  /** Next integer in [0, below); `below` at least 1 and at most 2^32. */
  integer(below: number): number
  /** An independent stream; the same label always gives the same one, whatever was drawn meanwhile. */
  fork(label: string): Stream
}

/** The stream of a seed; the same seed gives the same numbers on every machine (seedrandom's alea). */
export function createStream(seed: string): Stream {
  const generator = seedrandom.alea(seed)
  return {
    next: () => generator(),
    integer: (below) => Math.floor(generator() * below),
    fork: (label) => createStream(`${seed}\0${label}`),
  }
}
