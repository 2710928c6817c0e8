import { PolyadError } from '../../core/errors.ts'
import { createDoor } from '../../core/schema.ts'
import { type AttributeCatalogue, AttributeCatalogueSchema } from '../../segments/attributes.ts'
import { checkCatalogue } from '../../segments/vocabulary.ts'
import type { Ports } from '../ports/ports.ts'

const FILE = 'segments/attributes.json'
const catalogueDoor = createDoor('attribute catalogue', AttributeCatalogueSchema)

/**
 * The workspace's attribute catalogue, checked, and the hash that names its content.
 *
 * @throws PolyadError NOT_FOUND, INPUT_INVALID
 */
export async function readCatalogue(
  ports: Pick<Ports, 'documents'>,
): Promise<{ readonly catalogue: AttributeCatalogue; readonly catalogueHash: string }> {
  const document = await ports.documents.read('attributes', 'attributes')
  if (!document) {
    const mend = `write ${FILE}: what is known of people and of mentions`
    throw new PolyadError('NOT_FOUND', { what: 'attribute catalogue', name: 'attributes', mend })
  }
  const catalogue = catalogueDoor(document.body, FILE)
  checkCatalogue(catalogue, FILE)
  return { catalogue, catalogueHash: document.hash }
}
