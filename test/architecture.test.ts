import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Folder -> the folders of ours it may import. ARCHITECTURE.md prints the same table. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  core: [],
  data: [],
  rules: ['core'],
  stats: ['core'],
  segments: ['core', 'rules', 'stats'],
  templates: ['core', 'rules', 'stats'],
  engine: ['core', 'rules', 'stats', 'segments', 'templates'],
  store: ['core', 'rules', 'stats', 'segments', 'templates', 'engine'],
  jobs: ['core', 'rules', 'stats', 'segments', 'templates', 'engine'],
  io: ['core', 'rules', 'stats', 'segments', 'templates', 'engine'],
  api: ['core', 'rules', 'stats', 'segments', 'templates', 'engine'],
  cli: [
    'core',
    'rules',
    'stats',
    'segments',
    'templates',
    'engine',
    'store',
    'jobs',
    'io',
    'api',
    'examples',
  ],
  web: [],
  examples: ['core'],
}

/** Folders that read no clock, no environment and no random source that was not handed to them. */
const PURE = ['core', 'rules', 'stats', 'segments', 'templates', 'engine']
const IMPURE = /\bMath\.random\b|\bDate\.now\b|\bnew Date\(\)|\bprocess\.env\b|\bperformance\.now\b/

function sourceFiles(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    if (statSync(path).isDirectory()) return sourceFiles(path)
    return /\.tsx?$/.test(name) ? [path] : []
  })
}

/** Folders of ours that a text imports: static, type-only and dynamic imports. */
function importedFolders(file: string, text: string): string[] {
  const found: string[] = []
  for (const match of text.matchAll(/(?:from|import)\s*\(?\s*['"](\.[^'"]+)['"]/g)) {
    const target = relative(root, resolve(dirname(file), match[1]!))
    found.push(target.split('/')[0]!)
  }
  return found
}

describe('architecture', () => {
  for (const [folder, allowed] of Object.entries(MAY_IMPORT)) {
    it(`${folder}/ imports only ${['data', ...allowed].join(', ')}`, () => {
      const illegal = sourceFiles(join(root, folder)).flatMap((file) =>
        importedFolders(file, readFileSync(file, 'utf8'))
          .filter((target) => target !== folder && target !== 'data' && !allowed.includes(target))
          .map((target) => `${relative(root, file)} imports ${target}/`),
      )
      expect(illegal).toEqual([])
    })
  }

  it('store adapters do not know each other, nor do job adapters', () => {
    for (const folder of ['store', 'jobs']) {
      for (const file of sourceFiles(join(root, folder))) {
        const own = relative(root, file).split('/')[1]
        for (const match of readFileSync(file, 'utf8').matchAll(/from ['"](\.[^'"]+)['"]/g)) {
          const target = relative(root, resolve(dirname(file), match[1]!)).split('/')
          if (target[0] === folder) expect(target[1], relative(root, file)).toBe(own)
        }
      }
    }
  })

  it('core to engine read no clock, no environment and no unseeded chance', () => {
    const impure = PURE.flatMap((folder) =>
      sourceFiles(join(root, folder))
        .filter((file) => IMPURE.test(readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')))
        .map((file) => relative(root, file)),
    )
    expect(impure).toEqual([])
  })

  it('only cli/ reads the environment', () => {
    const readers = ['store', 'jobs', 'io', 'api', 'web', 'data', 'examples'].flatMap((folder) =>
      sourceFiles(join(root, folder))
        .filter((file) => /\bprocess\.env\b/.test(readFileSync(file, 'utf8')))
        .map((file) => relative(root, file)),
    )
    expect(readers).toEqual([])
  })

  it('the check catches a static, a type-only and a dynamic import', () => {
    const text = `import { a } from '../engine/a.ts'\nimport type { B } from '../api/b.ts'\nawait import('../cli/c.ts')`
    expect(importedFolders(join(root, 'core/x.ts'), text)).toEqual(['engine', 'api', 'cli'])
  })
})
