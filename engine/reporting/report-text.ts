import type { Report } from './report.ts'

/** A report for people. */
export function reportText(report: Report): string {
  throw new Error(`not built yet: ${report.campaign}`)
}
