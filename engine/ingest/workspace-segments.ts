import { createDoor, requireName } from '../../core/schema.ts'
import type { GridTree } from '../../segments/grid.ts'
import { gridTrees } from '../../segments/grid-sums.ts'
import type { Population } from '../../segments/population.ts'
import { resolveSegments, type SegmentEntries } from '../../segments/resolve.ts'
import { type Segment, type SegmentDocument, SegmentDocumentSchema } from '../../segments/segment.ts'
import type { Ports } from '../ports/ports.ts'

const segmentDoor = createDoor('segment', SegmentDocumentSchema)

/**
 * A segment document from outside, called as its file is.
 *
 * @throws PolyadError INPUT_INVALID
 */
function parseSegment(body: unknown, name: string): SegmentDocument {
  const where = `segments/${name}.json`
  const document = segmentDoor(body, where)
  requireName('segment', where, document.name, name)
  return document
}

/** The segment documents of the workspace by name. @throws PolyadError INPUT_INVALID */
export async function readSegmentDocuments(ports: Pick<Ports, 'documents'>): Promise<SegmentDocuments> {
  return readDocuments(ports, await ports.documents.list('segment'))
}

/**
 * The segment documents that entries of a campaign name; one that is not there is told by resolveSegments.
 *
 * @throws PolyadError INPUT_INVALID
 */
export async function readNamedSegments(
  ports: Pick<Ports, 'documents'>,
  entries: SegmentEntries,
): Promise<SegmentDocuments> {
  return readDocuments(
    ports,
    entries.map((entry) => (typeof entry === 'string' ? entry : entry.grid)),
  )
}

/** Thousands of files are read sooner side by side; all at once they would need as many open files. */
const READ_AT_ONCE = 64

type SegmentDocuments = ReadonlyMap<string, SegmentDocument>

async function readDocuments(
  { documents }: Pick<Ports, 'documents'>,
  names: readonly string[],
): Promise<SegmentDocuments> {
  const found = new Map<string, SegmentDocument>()
  for (let from = 0; from < names.length; from += READ_AT_ONCE) {
    const some = names.slice(from, from + READ_AT_ONCE)
    const read = await Promise.all(some.map((name) => documents.read('segment', name)))
    for (const [at, document] of read.entries()) {
      if (document) found.set(some[at]!, parseSegment(document.body, some[at]!))
    }
  }
  return found
}

/** All segments of a workspace, and the trees of the grids that some of them are cells of. */
export interface WorkspaceSegments {
  readonly segments: readonly Segment[]
  readonly trees: readonly GridTree[]
}

/** Every segment of the workspace with its exact size: broad, then each document's, a grid as all its cells. */
export async function workspaceSegments(
  ports: Pick<Ports, 'documents'>,
  population: Population,
): Promise<WorkspaceSegments> {
  const documents = await readSegmentDocuments(ports)
  const entries = [...documents].map(([name, document]) => ('grid' in document ? { grid: name } : name))
  const input = { population, catalogue: population.catalogue, documents, entries }
  return { segments: resolveSegments(input), trees: gridTrees(input) }
}
