import { PolyadError } from '../../core/errors.ts'
import { openPopulation, type Population } from '../../segments/population.ts'
import { createPopulationBuilder } from '../../segments/population-builder.ts'
import type { Ports } from '../ports/ports.ts'
import { readCatalogue } from './catalogue.ts'

/** Mentions a scan gives at a time. */
const SCAN_ROWS = 10_000
const POPULATION = 'current'

/** The `population` document: which population the workspace has, and what it was made of. */
export interface PopulationDocument {
  /** Blob hash of the population's bytes. */
  readonly hash: string
  /** Time of the newest mention; 0 when no mention has a time. */
  readonly asOfMs: number
  readonly people: number
  readonly mentions: number
  /** Values left out because they are on the sensitive list. */
  readonly withheld: number
  /** Hash of the attribute catalogue it was built with. */
  readonly catalogueHash: string
}

type PopulationPorts = Pick<Ports, 'documents' | 'blobs' | 'mentions'>

/**
 * Builds the population from all mentions, keeps it as a blob and names it in the `population` document.
 *
 * It stands for the time of the newest mention, so that the same mentions give the same bytes whenever it is built.
 * One pass over the mentions; memory is the population, about twice, and one batch.
 *
 * @throws PolyadError NOT_FOUND without an attribute catalogue or any mention
 */
export async function rebuildPopulation(ports: PopulationPorts): Promise<PopulationDocument> {
  return (await build(ports)).document
}

/** Before mentions are added: until the population is rebuilt there is none, also when the adding is cut short. */
export async function forgetPopulation(ports: Pick<Ports, 'documents'>): Promise<void> {
  await ports.documents.remove('population', POPULATION)
}

/**
 * The workspace's population. It is derived data: when there is none, its blob is gone, or the attribute catalogue
 * changed, it is built anew; otherwise the mentions are not asked.
 *
 * @throws PolyadError NOT_FOUND when nothing was imported yet
 */
export async function loadPopulation(ports: PopulationPorts): Promise<Population> {
  const known = await ports.documents.read('population', POPULATION)
  const document = known?.body as PopulationDocument | undefined
  const { catalogueHash } = await readCatalogue(ports)
  if (document?.catalogueHash === catalogueHash) {
    const bytes = await ports.blobs.get(document.hash)
    if (bytes) return openPopulation(bytes)
  }
  return (await build(ports)).population
}

async function build(
  ports: PopulationPorts,
): Promise<{ readonly document: PopulationDocument; readonly population: Population }> {
  const { catalogue, catalogueHash } = await readCatalogue(ports)
  const builder = createPopulationBuilder(catalogue)
  for await (const batch of ports.mentions.scanByAuthor(SCAN_ROWS)) builder.add(batch)
  const bytes = builder.finish()
  const population = openPopulation(bytes)
  if (population.mentions === 0) throw noMentions()
  const document: PopulationDocument = {
    hash: await ports.blobs.put(bytes),
    asOfMs: population.asOfMs,
    people: population.people,
    mentions: population.mentions,
    withheld: population.withheld,
    catalogueHash,
  }
  await ports.documents.write('population', POPULATION, document)
  return { document, population }
}

function noMentions(): PolyadError {
  return new PolyadError('NOT_FOUND', {
    what: 'population',
    name: POPULATION,
    mend: 'import mentions first: polyad import FILE --mapping FILE',
  })
}
