/** Rows by what they have of each factor: `levels[factor][row]` is a level's number, -1 where the row has none. */
export interface Factors {
  readonly levels: readonly Int32Array[]
  /** Levels of each factor. */
  readonly sizes: readonly number[]
}

/** A mean, and what each level of each factor adds to it. */
export interface AdditiveMeans {
  readonly mean: number
  readonly effects: readonly Float64Array[]
}

/** A level's effect is drawn towards 0 as by so many rows that show none. */
const PRIOR_ROWS = 50
const ROUNDS = 12

/**
 * Predicts outcomes by a mean and one effect for each level of each factor, by least squares with a fixed ridge:
 * backfitting, so the cost is rows x factors for each of twelve rounds, however many levels there are. A quick model
 * that a doubly robust value leans on; for effects with errors see `additiveEffects`.
 *
 * @param isUsed whether a row is learnt from
 * @see Buja, Hastie, Tibshirani 1989, Ann. Stat. 17:453-510, doi:10.1214/aos/1176347115
 */
export function fitAdditiveMeans(
  { levels, sizes }: Factors,
  outcome: Float64Array,
  isUsed: (row: number) => boolean,
): AdditiveMeans {
  const rows = Int32Array.from(outcome.keys()).filter(isUsed)
  let mean = 0
  for (const row of rows) mean += outcome[row]! / rows.length
  const effects = sizes.map((size) => new Float64Array(size))
  const counts = levels.map((levelOf, factor) => {
    const count = new Float64Array(sizes[factor]!)
    for (const row of rows) if (levelOf[row]! >= 0) count[levelOf[row]!]! += 1
    return count
  })
  const rest = Float64Array.from(rows, (row) => outcome[row]! - mean)
  for (let round = 0; round < ROUNDS; round++) {
    for (const [factor, levelOf] of levels.entries()) {
      const effect = effects[factor]!
      const sums = new Float64Array(effect.length)
      for (let at = 0; at < rows.length; at++) {
        const level = levelOf[rows[at]!]!
        if (level >= 0) sums[level]! += rest[at]!
      }
      const change = effect.map((before, level) => {
        const count = counts[factor]![level]!
        return (sums[level]! + count * before) / (count + PRIOR_ROWS) - before
      })
      for (let level = 0; level < effect.length; level++) effect[level]! += change[level]!
      for (let at = 0; at < rows.length; at++) {
        const level = levelOf[rows[at]!]!
        if (level >= 0) rest[at]! -= change[level]!
      }
    }
  }
  return { mean, effects }
}
