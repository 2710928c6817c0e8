import type { CheckReport } from './check-report.ts'

/** A check for people: the verdict in one sentence, then the numbers behind it. */
export function checkText(report: CheckReport): string {
  throw new Error(`not built yet: ${report.campaign}`)
}
