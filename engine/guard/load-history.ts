import { PolyadError } from '../../core/errors.ts'
import { gridTrees } from '../../segments/grid-sums.ts'
import { DEFAULTS } from '../campaign/campaign.ts'
import { parseCampaign } from '../campaign/validate-campaign.ts'
import { loadPopulation } from '../ingest/population.ts'
import { readNamedSegments } from '../ingest/workspace-segments.ts'
import type { Ports } from '../ports/ports.ts'
import { type HistorySource, summariseHistory } from './history.ts'

/**
 * What narrow ads of a campaign's other revisions did, from the counters as they stand: bring them up to the log first.
 *
 * @throws PolyadError NOT_FOUND without such a campaign or a population; INPUT_INVALID
 */
export async function loadHistory(
  ports: Pick<Ports, 'documents' | 'blobs' | 'counters' | 'mentions'>,
  name: string,
): Promise<HistorySource> {
  const document = await ports.documents.read('campaign', name)
  if (!document) {
    throw new PolyadError('NOT_FOUND', { what: 'campaign', name, mend: `write campaigns/${name}.json` })
  }
  const campaign = parseCampaign(document.body, name)
  const rows = await ports.counters.rows({ campaign: name, timeZone: campaign.timeZone })
  if (rows.length === 0) return { without: 'nothing has been served yet' }
  const population = await loadPopulation(ports)
  return summariseHistory(rows, {
    revision: document.revision,
    goal: campaign.goal.event,
    kFloor: campaign.kFloor ?? DEFAULTS.kFloor,
    trees: gridTrees({
      population,
      catalogue: population.catalogue,
      documents: await readNamedSegments(ports, campaign.segments),
      entries: campaign.segments,
    }),
  })
}
