import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createRejectsFile } from '../../../io/rejects.ts'
import { makeFolder, writeWhole } from '../../../io/write-file.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'polyad-write-'))
})
afterEach(() => rm(folder, { recursive: true }))

async function* chunks(...texts: (string | Error)[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) {
    if (text instanceof Error) throw text
    yield Buffer.from(text)
  }
}

describe('writeWhole', () => {
  it('writes the chunks in order, in the place of an older file', async () => {
    const path = join(folder, 'out.txt')
    await writeFile(path, 'old')
    expect(await writeWhole(path, chunks('new ', 'content'))).toBe(11)
    expect(await readFile(path, 'utf8')).toBe('new content')
    expect(await readdir(folder)).toEqual(['out.txt'])
  })

  it.skipIf(process.platform === 'win32')(
    'writes into a pipe or device, and puts no file in its place',
    async () => {
      const path = join(folder, 'pipe')
      execFileSync('mkfifo', [path])
      const [read, bytes] = await Promise.all([readFile(path, 'utf8'), writeWhole(path, chunks('through'))])
      expect({ read, bytes }).toEqual({ read: 'through', bytes: 7 })
      expect((await stat(path)).isFIFO()).toBe(true)
      expect(await readdir(folder)).toEqual(['pipe'])
    },
  )

  it('leaves the older file and nothing half-written when the source fails', async () => {
    const path = join(folder, 'out.txt')
    await writeFile(path, 'old')
    await expect(writeWhole(path, chunks('new', new Error('no more')))).rejects.toThrow('no more')
    expect(await readFile(path, 'utf8')).toBe('old')
    expect(await readdir(folder)).toEqual(['out.txt'])
  })

  it('two writers of one path at once leave what one of them wrote', async () => {
    const path = join(folder, 'out.txt')
    await Promise.all([writeWhole(path, chunks('long ', 'text')), writeWhole(path, chunks('short'))])
    expect(['long text', 'short']).toContain(await readFile(path, 'utf8'))
    expect(await readdir(folder)).toEqual(['out.txt'])
  })

  it('an abort leaves nothing', async () => {
    const abort = new AbortController()
    const source = (async function* () {
      yield Buffer.from('x')
      abort.abort()
      yield Buffer.from('y')
    })()
    const written = writeWhole(join(folder, 'out.txt'), source, { signal: abort.signal })
    await expect(written).rejects.toMatchObject({ code: 'CANCELLED' })
    expect(await readdir(folder)).toEqual([])
  })

  it('says that a folder is missing, or that the name is a folder', async () => {
    const missing = writeWhole(join(folder, 'nowhere', 'out.txt'), chunks('x'))
    await expect(missing).rejects.toMatchObject({
      code: 'FILE_UNWRITABLE',
      message: expect.stringContaining(`there is no folder ${join(folder, 'nowhere')}`),
    })
    await mkdir(join(folder, 'taken'))
    await expect(writeWhole(join(folder, 'taken'), chunks('x'))).rejects.toMatchObject({
      message: expect.stringContaining('it is a folder'),
    })
    expect(await readdir(folder)).toEqual(['taken'])
  })
})

describe('makeFolder', () => {
  it('makes what is missing, also twice at once, and takes what is there', async () => {
    const path = join(folder, 'a', 'b')
    await Promise.all([makeFolder(path), makeFolder(path)])
    await makeFolder(path)
    expect((await stat(path)).isDirectory()).toBe(true)
  })

  it('says that a file is in the way', async () => {
    await writeFile(join(folder, 'taken'), '')
    for (const path of [join(folder, 'taken'), join(folder, 'taken', 'b')]) {
      await expect(makeFolder(path)).rejects.toMatchObject({
        code: 'FILE_UNWRITABLE',
        message: expect.stringContaining('a file of that name is in the way'),
      })
    }
  })

  it.skipIf(process.platform !== 'linux')(
    'ends where the system makes no folders (Linux: /proc)',
    async () => {
      await expect(makeFolder('/proc/polyad/brand')).rejects.toMatchObject({ code: 'FILE_UNWRITABLE' })
    },
  )
})

describe('the rejects file', () => {
  it('names line, reason and row; cells that a spreadsheet would run are text', async () => {
    const path = join(folder, 'rejects.csv')
    const rejects = createRejectsFile(path)
    await rejects.add({ line: 3, reason: 'too long', text: '=HYPERLINK("http://x")' })
    await rejects.add({ line: 9, reason: 'no author', text: 'two\nlines, "quoted"' })
    await rejects.complete()
    expect(await readFile(path, 'utf8')).toBe(
      'line,reason,row\n3,too long,"\'=HYPERLINK(""http://x"")"\n9,no author,"two\nlines, ""quoted"""\n',
    )
  })

  it('is absent without a reject, also when an earlier import left one', async () => {
    const path = join(folder, 'rejects.csv')
    await writeFile(path, 'old')
    await createRejectsFile(path).complete()
    expect(await readdir(folder)).toEqual([])
  })
})
