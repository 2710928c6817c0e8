import { GUARD_SETTINGS, type JudgeOptions } from './settings.ts'

/** The gain a person that counts as worthwhile, in units of the outcome. */
export function worthwhileOf(broadMean: number, worthwhile: JudgeOptions['worthwhile']): number {
  if (worthwhile && 'perPerson' in worthwhile) return worthwhile.perPerson
  return Math.abs(broadMean) * (worthwhile?.relative ?? GUARD_SETTINGS.worthwhileShare)
}

export function percent(share: number): string {
  return `${Number((share * 100).toPrecision(2))} %`
}

export function smallProbability(p: number): string {
  return p < 0.001 ? p.toExponential(1) : p.toPrecision(2)
}
