import type { Ports } from '../ports/ports.ts'
import type { Report } from './report.ts'

export interface ReportQuery {
  /** segment (default), placement, day, or a slot's name. */
  readonly by?: string
  /** Days of the campaign's time zone, both included, YYYY-MM-DD. */
  readonly fromDay?: string
  readonly toDay?: string
}

/** What a campaign's ads did, from the counters as they stand: bring them up to the log first. */
export async function reportCampaign(
  ports: Pick<Ports, 'documents' | 'counters'>,
  name: string,
  query: ReportQuery = {},
): Promise<Report> {
  throw new Error(`not built yet: ${name} ${query.by} ${typeof ports.counters}`)
}
