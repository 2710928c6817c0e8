/** The combinations of some dimensions: places [base, base + size), row-major, whether an ad unit has them or not. */
export interface Block {
  /** Two or three, ascending. */
  readonly dimensions: readonly number[]
  readonly base: number
  readonly size: number
}

/** A block for every two or three of the dimensions, one after the other. */
export function blocksOf(sizes: readonly number[], strength: 2 | 3): Block[] {
  const blocks: Block[] = []
  let base = 0
  const push = (dimensions: readonly number[]): void => {
    const size = dimensions.reduce((product, dimension) => product * sizes[dimension]!, 1)
    blocks.push({ dimensions, base, size })
    base += size
  }
  for (const one of sizes.keys()) {
    for (let two = one + 1; two < sizes.length; two++) {
      if (strength === 2) push([one, two])
      for (let three = two + 1; strength === 3 && three < sizes.length; three++) push([one, two, three])
    }
  }
  return blocks
}

/** Places there are in all blocks together, without making them. */
export function placesIn(sizes: readonly number[], strength: 2 | 3): number {
  let [ofOne, ofTwo, ofThree] = [0, 0, 0]
  for (const size of sizes) {
    ofThree += ofTwo * size
    ofTwo += ofOne * size
    ofOne += size
  }
  return strength === 2 ? ofTwo : ofThree
}

/** How far one option of each of a block's dimensions moves within the block. */
export function stridesOf({ dimensions }: Block, sizes: readonly number[]): number[] {
  return dimensions.map((_, part) =>
    dimensions.slice(part + 1).reduce((product, dimension) => product * sizes[dimension]!, 1),
  )
}

/** Writes the choices of a place into a row. */
export function decodePlace(
  blocks: readonly Block[],
  sizes: readonly number[],
  place: number,
  row: Int32Array,
): void {
  let low = 0
  let high = blocks.length
  while (high - low > 1) {
    const middle = (low + high) >>> 1
    if (blocks[middle]!.base <= place) low = middle
    else high = middle
  }
  const { dimensions, base } = blocks[low]!
  let rest = place - base
  for (let part = dimensions.length - 1; part >= 0; part--) {
    const size = sizes[dimensions[part]!]!
    row[dimensions[part]!] = rest % size
    rest = Math.floor(rest / size)
  }
}
