import { PolyadError } from '../../core/errors.ts'
import { gridDefinition } from '../../segments/grid.ts'
import { type GridDefinition, nodeId, parseNodeId, widerParts } from '../../segments/grid-node.ts'
import { BROAD_ID } from '../../segments/segment.ts'
import type { Campaign } from '../campaign/campaign.ts'
import { readCatalogue } from '../ingest/catalogue.ts'
import { readNamedSegments } from '../ingest/workspace-segments.ts'
import type { Ports } from '../ports/ports.ts'

/** Ids of the ever wider grid nodes above a leaf, the nearest first; broad is the last, and all there is above a rule. */
export type WiderSegments = (leafId: string) => readonly string[]

/**
 * The roll-up trees of a campaign's grids from the documents alone: a node's id says what it is. Leaves of a grid that
 * is gone or was changed since hang on broad.
 */
export async function widerSegments(
  ports: Pick<Ports, 'documents'>,
  campaign: Pick<Campaign, 'segments'>,
): Promise<WiderSegments> {
  const grids = await gridsOf(ports, campaign)
  return (leafId) => {
    const grid = grids.get(leafId.split('/', 1)[0]!)
    const wider: string[] = []
    const depth = leafId.split('/').length - 1
    if (grid && depth === grid.attributes.length) {
      let parts = widerParts(grid, parseNodeId(grid, leafId))
      while (parts?.some(({ kind }) => kind !== 'free')) {
        wider.push(nodeId(grid, parts))
        parts = widerParts(grid, parts)
      }
    }
    return [...wider, BROAD_ID]
  }
}

async function gridsOf(
  ports: Pick<Ports, 'documents'>,
  { segments }: Pick<Campaign, 'segments'>,
): Promise<ReadonlyMap<string, GridDefinition>> {
  const grids = new Map<string, GridDefinition>()
  if (!(await ports.documents.read('attributes', 'attributes'))) return grids
  try {
    const { catalogue } = await readCatalogue(ports)
    for (const [name, document] of await readNamedSegments(ports, segments)) {
      if ('grid' in document) grids.set(name, gridDefinition(document, catalogue))
    }
  } catch (error) {
    // What happened can be told whatever the workspace's files have become since.
    if (!(error instanceof PolyadError)) throw error
  }
  return grids
}
