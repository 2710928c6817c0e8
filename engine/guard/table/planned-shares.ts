import { nearestName } from '../../../rules/nearest-name.ts'
import { optionProblem } from './table-roles.ts'

/** Planned shares may be rounded: 33.3 % three times is accepted, and scaled to sum to one. */
const ROUNDING = 0.005
const OPTION = '--shares'
const EXAMPLE = 'write them as narrow=0.9,broad=0.1 or narrow=90%,broad=10%'

/**
 * Shares as people write them, `A=0.5,B=0.5` or `A=50%,B=50%`, by arm.
 *
 * @returns fractions that sum to one
 * @throws PolyadError INPUT_INVALID
 */
export function parseShares(text: string): ReadonlyMap<string, number> {
  const shares = new Map<string, number>()
  let pending = ''
  for (const part of text.split(',')) {
    // An arm's name may hold a comma.
    pending += pending === '' ? part : `,${part}`
    const match = /^(.*)=\s*([\d.]+)\s*(%?)\s*$/.exec(pending)
    if (!match) continue
    const arm = match[1]!.trim()
    const share = Number(match[2]) / (match[3] === '%' ? 100 : 1)
    if (!(share > 0 && share <= 1)) throw optionProblem(OPTION, `"${pending}" is no share in (0, 1]`, EXAMPLE)
    if (shares.has(arm)) throw optionProblem(OPTION, `the arm "${arm}" is there twice`, 'keep one')
    shares.set(arm, share)
    pending = ''
  }
  if (pending !== '') throw optionProblem(OPTION, `"${pending}" is not ARM=SHARE`, EXAMPLE)
  const sum = [...shares.values()].reduce((total, share) => total + share, 0)
  if (Math.abs(sum - 1) > ROUNDING) {
    throw optionProblem(
      OPTION,
      `they sum to ${Number(sum.toPrecision(6))}, not 1`,
      'give the planned share of every arm',
    )
  }
  return new Map([...shares].map(([arm, share]) => [arm, share / sum]))
}

/**
 * Shares by arm, in the arms' order.
 *
 * @throws PolyadError INPUT_INVALID for an arm without a share, or the other way round
 */
export function sharesByArm(arms: readonly string[], shares: ReadonlyMap<string, number>): number[] {
  for (const arm of arms) {
    if (!shares.has(arm)) throw optionProblem(OPTION, `the arm "${arm}" of the table has no share`, 'add it')
  }
  for (const arm of shares.keys()) {
    if (arms.includes(arm)) continue
    const near = nearestName(arm, arms)
    const mend = near === undefined ? `the table has: ${arms.join(', ')}` : `did you mean "${near}"?`
    throw optionProblem(OPTION, `no row of the table has the arm "${arm}"`, mend)
  }
  return arms.map((arm) => shares.get(arm)!)
}
