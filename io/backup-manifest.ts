import { type Static, Type } from 'typebox'
import { createDoor } from '../core/schema.ts'
import { refused } from './tar.ts'

/** The first file of a backup: what the others are. */
export const MANIFEST_NAME = 'polyad-backup.json'
/** About 500,000 files. */
export const MAX_MANIFEST_BYTES = 100_000_000

const ManifestSchema = Type.Object(
  {
    polyadBackup: Type.Literal(1),
    /** Of the program that made it. */
    version: Type.String({ maxLength: 40 }),
    madeAtMs: Type.Integer({ minimum: 0 }),
    /** Whether the workspace's secret keys are in it. */
    keys: Type.Boolean(),
    /** In the order they follow. */
    files: Type.Array(
      Type.Object(
        {
          path: Type.String({ minLength: 1, maxLength: 1_000 }),
          bytes: Type.Integer({ minimum: 0 }),
          sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
        },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
)
export type BackupManifest = Static<typeof ManifestSchema>

const manifestDoor = createDoor('backup', ManifestSchema)

/** What of a workspace a backup holds, by the first part of a path. */
export const BACKED_UP = [
  'polyad.json',
  'brand.json',
  'segments',
  'templates',
  'campaigns',
  'mappings',
  'assets',
  '.polyad',
  'keys',
] as const

/** What of `.polyad` it does not: locks, and what holds true on one machine or for a moment. */
export const LEFT_OUT: ReadonlySet<string> = new Set(['locks', 'outputs', 'snapshots', 'upgrades'])

/**
 * The manifest of a backup, every path of it within the workspace and of the parts a backup has.
 *
 * @throws PolyadError ARCHIVE_REFUSED
 */
export function parseManifest(bytes: Uint8Array): BackupManifest {
  let manifest: BackupManifest
  try {
    manifest = manifestDoor(JSON.parse(Buffer.from(bytes).toString('utf8')), MANIFEST_NAME)
  } catch (error) {
    throw refused('its list of files is not one of ours', error)
  }
  const seen = new Set<string>()
  for (const { path } of manifest.files) {
    if (!isInside(path)) throw refused(`"${path}" would lie outside the parts of a workspace`)
    // One that differs by case is another file on some disks and the same on others.
    const folded = path.toLowerCase()
    if (seen.has(folded)) throw refused(`"${path}" is in it twice`)
    seen.add(folded)
  }
  if (!seen.has('polyad.json')) throw refused('it has no polyad.json')
  return manifest
}

function isInside(path: string): boolean {
  const parts = path.split('/')
  const [top, second = ''] = parts
  if (/[\\\0]/.test(path) || parts.some((part) => part === '' || part === '.' || part === '..')) return false
  if (!(BACKED_UP as readonly string[]).includes(top!)) return false
  return top !== '.polyad' || (second !== '' && !LEFT_OUT.has(second))
}
