import type { Report } from '../report.ts'
import { elementsChart } from './elements-chart.ts'
import { leavesChart } from './leaves-chart.ts'
import { looksChart } from './looks-chart.ts'

/** A report's charts as SVG documents by name; undefined where there is not enough data for one. */
export function reportCharts(report: Report): Readonly<Record<string, string | undefined>> {
  return {
    looks: looksChart(report),
    leaves: leavesChart(report),
    elements: elementsChart(report),
  }
}
