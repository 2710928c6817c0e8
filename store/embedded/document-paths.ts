import { join } from 'node:path'
import { PolyadError } from '../../core/errors.ts'
import type { DocumentKind } from '../../engine/ports/documents.ts'

const NAME = /^[a-z0-9][a-z0-9@.-]{0,119}$/

const ATTRIBUTES = 'attributes'

/** The file of a template's folder that is the document. */
export const TEMPLATE_FILE = 'template.json'

/** Where the documents of one kind lie: the folder, relative to the workspace, and the file in it. */
interface Place {
  readonly folder: string
  fileOf(name: string): string
  /** The name whose file this is, undefined when the entry is no document of the kind. */
  nameOf(entry: string): string | undefined
}

function files(folder: string, ending: string, except: (name: string) => boolean = () => false): Place {
  return {
    folder,
    fileOf: (name) => name + ending,
    nameOf(entry) {
      if (!entry.endsWith(ending) || entry.startsWith('.')) return undefined
      const name = entry.slice(0, -ending.length)
      return except(name) ? undefined : name
    },
  }
}

const isLedger = (name: string) => name.endsWith('.ledger')

const PLACES: Readonly<Record<DocumentKind, Place>> = {
  attributes: files('segments', '.json', (name) => name !== ATTRIBUTES),
  segment: files('segments', '.json', (name) => name === ATTRIBUTES),
  template: {
    folder: 'templates',
    fileOf: (name) => join(name, TEMPLATE_FILE),
    nameOf: (entry) => (entry.startsWith('.') ? undefined : entry),
  },
  campaign: files('campaigns', '.json', isLedger),
  ledger: files('campaigns', '.ledger.json'),
  mapping: files('mappings', '.json'),
  check: files(join('.polyad', 'check'), '.json'),
  plan: files(join('.polyad', 'plan'), '.json'),
  key: files(join('.polyad', 'key'), '.json'),
  population: files(join('.polyad', 'population'), '.json'),
  weights: files(join('.polyad', 'weights'), '.json'),
  merges: files(join('.polyad', 'merges'), '.json'),
  checked: files(join('.polyad', 'checked'), '.json'),
  pause: files(join('.polyad', 'pause'), '.json'),
  export: files(join('.polyad', 'export'), '.json'),
}

/** The folder of a kind, relative to the workspace. */
export function documentFolder(kind: DocumentKind): string {
  return PLACES[kind].folder
}

/**
 * The file of a document, relative to its kind's folder.
 *
 * @throws PolyadError INPUT_INVALID for a name that is no plain file name or belongs to another kind
 */
export function documentFile(kind: DocumentKind, name: string): string {
  if (!NAME.test(name)) throw badName(kind, name, `name ${JSON.stringify(name)}`)
  const file = PLACES[kind].fileOf(name)
  if (kind !== 'template' && PLACES[kind].nameOf(file) === undefined) {
    const mend = kind === 'attributes' ? `its name is always "${ATTRIBUTES}"` : 'choose another name'
    throw new PolyadError('INPUT_INVALID', {
      what: kind,
      where: `name "${name}"`,
      problem: 'this name is taken',
      mend,
    })
  }
  return file
}

/**
 * The document an entry of a kind's folder is, undefined when it is something else.
 *
 * @throws PolyadError INPUT_INVALID for a document file whose name cannot be one: it is not passed over in silence
 */
export function documentName(kind: DocumentKind, entry: string): string | undefined {
  const name = PLACES[kind].nameOf(entry)
  if (name === undefined || NAME.test(name)) return name
  throw badName(kind, name, join(PLACES[kind].folder, entry))
}

function badName(kind: DocumentKind, name: string, where: string): PolyadError {
  const problem = `"${name}" cannot be a name: lower-case letters, digits, "-", "." and "@" only, starting with a letter or digit`
  return new PolyadError('INPUT_INVALID', { what: kind, where, problem, mend: 'rename it' })
}
