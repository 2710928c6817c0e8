import { execFile } from 'node:child_process'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { openDocuments } from '../../../store/embedded/documents.ts'
import { inNewFolder } from '../../contract/contract.ts'

const BUILT = new URL('../../../dist/store/embedded/documents.js', import.meta.url).href

async function put(folder: string, path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true })
  await writeFile(join(folder, path), content)
}

describe('documents as files', () => {
  it('lie where people look for them', () =>
    inNewFolder(async (folder) => {
      const documents = await openDocuments(folder)
      await documents.write('attributes', 'attributes', {})
      await documents.write('segment', 'sporty', {})
      await documents.write('template', 'card', {})
      await documents.write('campaign', 'spring', {})
      await documents.write('ledger', 'spring', {})
      await documents.write('mapping', 'tweets', {})
      await documents.write('check', 'spring@1', {})
      for (const path of [
        'segments/attributes.json',
        'segments/sporty.json',
        'templates/card/template.json',
        'campaigns/spring.json',
        'campaigns/spring.ledger.json',
        'mappings/tweets.json',
        '.polyad/check/spring@1.json',
      ]) {
        expect(await readFile(join(folder, path), 'utf8'), path).toBe('{}\n')
      }
      expect((await readdir(join(folder, 'campaigns'))).sort()).toEqual(['spring.json', 'spring.ledger.json'])
    }))

  it('edited by hand are new revisions; the old ones stay', () =>
    inNewFolder(async (folder) => {
      await put(folder, 'campaigns/spring.json', '{ "budget": 1 }')
      const documents = await openDocuments(folder)
      const first = await documents.read('campaign', 'spring')
      expect(first).toMatchObject({ revision: 1, body: { budget: 1 } })
      await put(folder, 'campaigns/spring.json', '{\n  "budget":1.0\n}')
      expect(await documents.read('campaign', 'spring')).toEqual(first)
      await put(folder, 'campaigns/spring.json', '\ufeff{ "budget": 2 }')
      expect(await documents.read('campaign', 'spring')).toMatchObject({ revision: 2, body: { budget: 2 } })
      expect(await documents.readRevision('campaign', 'spring', 1)).toEqual(first)
      await expect(
        documents.write('campaign', 'spring', { budget: 3 }, { ifHash: first!.hash }),
      ).rejects.toMatchObject({ code: 'CONFLICT' })
      await rm(join(folder, 'campaigns/spring.json'))
      expect(await documents.read('campaign', 'spring')).toBeUndefined()
    }))

  it('keep their layout when the same content is written', () =>
    inNewFolder(async (folder) => {
      const text = '{"b":1,   "a":[ 1,2 ]}'
      await put(folder, 'segments/s.json', text)
      const documents = await openDocuments(folder)
      await documents.write('segment', 's', { a: [1, 2], b: 1 })
      expect(await readFile(join(folder, 'segments/s.json'), 'utf8')).toBe(text)
    }))

  for (const [text, where, problem] of [
    ['{\n  "a": 1,\n  "b" 2\n}', 'line 3, column 7', 'expected ":" but found "2"'],
    ['{\n  "a": 1,\n}', 'line 3, column 1', 'expected a field name in double quotes but found "}"'],
    ['{"a": [1, 2,]}', 'line 1, column 13', 'expected a value but found "]"'],
    ['{"a": [1 2]}', 'line 1, column 10', 'expected "," or "]" but found "2"'],
    ["{'a': 1}", 'line 1, column 2', 'expected a field name in double quotes but found "\'"'],
    ['{"a": tru}', 'line 1, column 7', 'expected a value but found "t"'],
    ['{"a": 01}', 'line 1, column 7', 'expected a value but found "0"'],
    ['{"ไทย😀": "x\ny"}', 'line 1, column 12', 'a string is not closed'],
    ['{"a": {"b": []}', 'line 1, column 16', 'expected "," or "}" but the file ends'],
    ['{} {}', 'line 1, column 4', 'expected the end but found "{"'],
    ['', 'line 1, column 1', 'expected a value but the file ends'],
    ['['.repeat(100_000), 'line 1, column 100001', 'expected a value but the file ends'],
  ] as const) {
    it(`that are not JSON are told with ${where}: ${JSON.stringify(text.slice(0, 30))}`, () =>
      inNewFolder(async (folder) => {
        await put(folder, 'segments/s.json', text)
        const documents = await openDocuments(folder)
        const failure = documents.read('segment', 's')
        await expect(failure).rejects.toMatchObject({ code: 'INPUT_INVALID' })
        await expect(failure).rejects.toThrow(`s.json, ${where}: this is not JSON: ${problem}`)
      }))
  }

  it('that are not UTF-8 are told', () =>
    inNewFolder(async (folder) => {
      await put(folder, 'segments/s.json', Uint8Array.from([0x22, 0xff, 0x22]))
      await expect((await openDocuments(folder)).read('segment', 's')).rejects.toThrow('not UTF-8')
    }))

  it('have names that cannot leave their folder or hide another document', () =>
    inNewFolder(async (folder) => {
      const documents = await openDocuments(folder)
      for (const name of ['', '../x', 'a/b', 'a\\b', '.hidden', '-x', 'A', 'x\0', 'a'.repeat(121), 'é']) {
        for (const call of [
          documents.read('segment', name),
          documents.readRevision('segment', name, 1),
          documents.write('segment', name, {}),
          documents.remove('segment', name),
        ]) {
          await expect(call, JSON.stringify(name)).rejects.toMatchObject({ code: 'INPUT_INVALID' })
        }
      }
      await expect(documents.write('segment', 'attributes', {})).rejects.toMatchObject({
        code: 'INPUT_INVALID',
      })
      await expect(documents.write('attributes', 'other', {})).rejects.toMatchObject({
        code: 'INPUT_INVALID',
      })
      await expect(documents.write('campaign', 'x.ledger', {})).rejects.toMatchObject({
        code: 'INPUT_INVALID',
      })
      await put(folder, 'segments/My Segment.json', '{}')
      await expect(documents.list('segment')).rejects.toThrow('My Segment')
    }))

  it('templates fall back to the built-in library, which is never written', () =>
    inNewFolder(async (folder) => {
      const libraryFolder = join(folder, 'library')
      await put(folder, 'library/card/template.json', '{"from":"library"}')
      await put(folder, 'library/banner/template.json', '{"from":"library"}')
      await put(folder, 'w/templates/own/template.json', '{"from":"workspace"}')
      await put(folder, 'w/templates/README.md', 'no template')
      await put(folder, 'w/templates/drafts/notes.txt', 'no template')
      const documents = await openDocuments(join(folder, 'w'), { libraryFolder })
      expect(await documents.list('template')).toEqual(['banner', 'card', 'own'])
      const builtIn = await documents.read('template', 'card')
      expect(builtIn).toMatchObject({ revision: 1, body: { from: 'library' } })
      await expect(documents.remove('template', 'card')).rejects.toThrow('built in')
      await documents.write('template', 'card', { from: 'workspace' }, { ifHash: builtIn!.hash })
      expect(await documents.read('template', 'card')).toMatchObject({
        revision: 2,
        body: { from: 'workspace' },
      })
      expect(await readFile(join(libraryFolder, 'card/template.json'), 'utf8')).toBe('{"from":"library"}')
      await documents.remove('template', 'card')
      expect(await documents.read('template', 'card')).toEqual(builtIn)
    }))

  it('a damaged revision is an error that names the file', () =>
    inNewFolder(async (folder) => {
      const documents = await openDocuments(folder)
      await documents.write('campaign', 'spring', { budget: 1 })
      const path = join(folder, '.polyad/revisions/campaign/spring/1.json')
      await writeFile(path, (await readFile(path, 'utf8')).replace('"budget":1', '"budget":9'))
      await expect(documents.readRevision('campaign', 'spring', 1)).rejects.toMatchObject({
        code: 'STORE_DAMAGED',
        details: { path },
      })
    }))
})

it('two processes that write at once agree on every revision and lose none', () =>
  inNewFolder(async (folder) => {
    const code = (writer: number) => `
      import { openDocuments } from ${JSON.stringify(BUILT)}
      const documents = await openDocuments(${JSON.stringify(folder)})
      for (let i = 0; i < 10; ) {
        const current = await documents.read('ledger', 'spring')
        const names = [...(current?.body.names ?? []), '${writer}-' + i]
        await documents.write('ledger', 'spring', { names }, { ifHash: current?.hash ?? null })
          .then(() => i++, (error) => { if (error.code !== 'CONFLICT') throw error })
      }`
    const run = promisify(execFile)
    await Promise.all(
      [1, 2, 3].map((writer) => run(process.execPath, ['--input-type=module', '-e', code(writer)])),
    )
    const documents = await openDocuments(folder)
    const last = await documents.read('ledger', 'spring')
    const { names } = last!.body as { names: string[] }
    expect(names).toHaveLength(30)
    expect(new Set(names).size).toBe(30)
    expect(last!.revision).toBe(30)
    for (let revision = 1; revision <= 30; revision++) {
      const seen = await documents.readRevision('ledger', 'spring', revision)
      expect((seen!.body as { names: string[] }).names).toEqual(names.slice(0, revision))
    }
  }))
