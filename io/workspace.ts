import { randomBytes } from 'node:crypto'
import { access, link, mkdir, open, readFile, realpath, rm, stat } from 'node:fs/promises'
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { type Static, Type } from 'typebox'
import { PolyadError } from '../core/errors.ts'
import { parseJsonFile } from '../core/json-text.ts'
import { createDoor } from '../core/schema.ts'
import type { Secrets } from '../engine/ports/ports.ts'
import type { WorkspaceFiles } from '../engine/ports/workspace-files.ts'
import { parseTokenKeys, TokenKeyFile } from './token-keys.ts'

/** `polyad.json`: makes a folder a workspace. */
const WorkspaceSchema = Type.Object(
  {
    /** Version of the workspace's layout. */
    polyad: Type.Literal(1),
    title: Type.Optional(Type.String({ maxLength: 120 })),
    /** Hosts (`cdn.example`, `cdn.example:8443`) whose pictures a campaign may name by their address; default none. */
    pictureHosts: Type.Optional(
      Type.Array(Type.String({ pattern: '^[a-z0-9.-]+(:[0-9]{1,5})?$', maxLength: 253 }), { maxItems: 100 }),
    ),
    /** How consent is read (engine/decision/personal-use.ts, ConsentPolicy); a running server has read it at its start. */
    consent: Type.Optional(
      Type.Object(
        {
          default: Type.Optional(Type.Union([Type.Literal('caller'), Type.Literal('required')])),
          vendorId: Type.Optional(Type.Integer({ minimum: 1, maximum: 65_535 })),
        },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
)

export interface Workspace {
  /** Absolute, links resolved. */
  readonly folder: string
  readonly settings: WorkspaceSettings
}
export type WorkspaceSettings = Static<typeof WorkspaceSchema>

const NEWER = 'install a newer polyad, or run "polyad init" in a new folder'

const settingsDoor = createDoor('workspace settings', WorkspaceSchema)

/**
 * The workspace in `folder` itself; folders above it are not searched.
 *
 * @throws PolyadError WORKSPACE_INVALID
 */
export async function findWorkspace(folder: string): Promise<Workspace> {
  const invalid = (problem: string, mend: string, cause?: unknown): PolyadError =>
    new PolyadError('WORKSPACE_INVALID', { folder: resolve(folder), problem, mend }, { cause })
  const path = join(folder, 'polyad.json')
  let bytes: Uint8Array
  try {
    bytes = await readFile(path)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    const missing = code === 'ENOENT' || code === 'ENOTDIR'
    const problem = missing ? 'it has no polyad.json' : `its polyad.json cannot be read (${code})`
    throw invalid(problem, 'run "polyad init" to make one, or name another folder with --workspace', error)
  }
  try {
    const json = parseJsonFile(bytes, 'workspace settings', path)
    const layout = (json as { polyad?: unknown } | null)?.polyad
    if (typeof layout === 'number' && layout > 1) {
      throw invalid(`its polyad.json has layout version ${layout}, and this program knows 1`, NEWER)
    }
    const settings = settingsDoor(json, path)
    return { folder: await realpath(folder), settings }
  } catch (error) {
    if (!(error instanceof PolyadError) || error.code === 'WORKSPACE_INVALID') throw error
    throw invalid(error.message, 'mend it, or run "polyad init" in a new folder', error)
  }
}

/** Largest file of a workspace that is read whole. */
const MAX_FILE_BYTES = 20_000_000

/** The files of a workspace by relative path; see engine/ports/workspace-files.ts. A file over 20 MB is refused. */
export function createWorkspaceFiles(folder: string): WorkspaceFiles {
  return {
    async read(path) {
      const invalid = (problem: string, mend: string): PolyadError =>
        new PolyadError('INPUT_INVALID', { what: 'file of the workspace', where: path, problem, mend })
      const outside = invalid('it lies outside the workspace', 'copy it into assets/ and name it from there')
      if (path.includes('\0') || isAbsolute(path) || leaves(relative(folder, resolve(folder, path))))
        throw outside
      try {
        const real = await realpath(join(folder, path))
        if (leaves(relative(await realpath(folder), real))) throw outside
        const file = await stat(real)
        if (!file.isFile()) throw invalid('it is not a file', 'name a file')
        if (file.size > MAX_FILE_BYTES) {
          throw invalid(`it has ${file.size} bytes, the limit is ${MAX_FILE_BYTES}`, 'make it smaller')
        }
        return await readFile(real)
      } catch (error) {
        const code = (error as NodeJS.ErrnoException).code
        if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
        throw error
      }
    },
  }
}

function leaves(relativePath: string): boolean {
  return relativePath === '..' || relativePath.startsWith(`..${sep}`) || isAbsolute(relativePath)
}

const KEY_BYTES = 32

/** Where the keys of a workspace lie, relative to it. */
export const KEY_FILES = { identity: join('keys', 'identity.key'), token: join('keys', 'token.key') } as const

/**
 * The secret keys of a workspace: `keys/identity.key` and `keys/token.key`, 64 hex digits each (token keys: see
 * io/token-keys.ts), made on first use and readable by this user alone.
 *
 * @param given keys from the configuration; they win, and no file is made for them
 * @throws PolyadError INPUT_INVALID when a key is not 64 hex digits
 */
export async function loadSecrets(
  folder: string,
  given: { readonly identityKey?: string; readonly tokenKey?: string } = {},
): Promise<Secrets> {
  const identity = join(folder, KEY_FILES.identity)
  const token = join(folder, KEY_FILES.token)
  if (given.identityKey === undefined) await makeKey(identity)
  if (given.tokenKey === undefined) await makeKey(token)
  return {
    identityKey:
      given.identityKey === undefined
        ? parseKey(await readFile(identity, 'utf8'), identity)
        : parseKey(given.identityKey, 'configuration'),
    tokenKey:
      given.tokenKey === undefined
        ? new TokenKeyFile(token)
        : parseTokenKeys(given.tokenKey, 'configuration'),
  }
}

/** Makes the key file unless there is one. It appears whole: a second process must never read half a key. */
async function makeKey(path: string): Promise<void> {
  if (await isThere(path)) return
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const fresh = `${path}.${randomBytes(8).toString('hex')}`
  const file = await open(fresh, 'wx', 0o600)
  try {
    await file.writeFile(`${randomBytes(KEY_BYTES).toString('hex')}\n`)
    await file.sync()
    // A link is made only where the name is free: of two processes at once, one key wins for both.
    await link(fresh, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    await file.close()
    await rm(fresh, { force: true })
  }
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}

function parseKey(text: string, where: string): Uint8Array {
  const hex = text.trim()
  if (/^[0-9a-f]{64}$/i.test(hex)) return Buffer.from(hex, 'hex')
  throw new PolyadError('INPUT_INVALID', {
    what: 'secret key',
    where,
    problem: 'it is not 64 hex digits (32 bytes)',
    mend: 'put the kept copy back; without it the people of this workspace are not found again',
  })
}
