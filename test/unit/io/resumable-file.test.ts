import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ResumableFile } from '../../../engine/ports/resumable-file.ts'
import { clearJournal, openResumableFile } from '../../../io/resumable-file.ts'

const RUN = { identity: 'this', title: 'summer@3 as csv' }

let folder: string
let path: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'polyad-resume-'))
  path = join(folder, 'out.csv')
})
afterEach(async () => {
  for (const file of opened.splice(0)) await file.close()
  await rm(folder, { recursive: true })
})

const opened: ResumableFile[] = []

/** As openResumableFile, closed after the test. */
async function openFile(...given: Parameters<typeof openResumableFile>): Promise<ResumableFile> {
  const file = await openResumableFile(...given)
  opened.push(file)
  return file
}

const bytes = (text: string) => Buffer.from(text)

/** A run that was ended after one mark of 4 bytes, with 3 more written. */
async function endedRun(): Promise<void> {
  const file = await openFile(path, RUN)
  await file.write(0, bytes('half'))
  await file.mark({ steps: 2, bytes: 4, notes: ['a', 'b'] })
  await file.write(4, bytes('???'))
  await file.close()
}

describe('a resumable file', () => {
  it('1. is absent or the older one under its name until it is complete', async () => {
    await writeFile(path, 'old')
    const file = await openFile(path, RUN)
    expect(file.found).toEqual({ steps: 0, bytes: 0, notes: [] })
    // In any order.
    await file.write(4, bytes('whole'))
    await file.write(0, bytes('the '))
    expect(await readFile(path, 'utf8')).toBe('old')
    let told = ''
    await file.close()
    const again = await openFile(path, RUN, {
      beforeNaming: async (partial) => {
        told = `${await readFile(partial, 'utf8')} ${await readFile(path, 'utf8')}`
      },
    })
    await again.write(0, bytes('the whole'))
    await again.complete()
    await again.close()
    expect(told).toBe('the whole old')
    expect(await readFile(path, 'utf8')).toBe('the whole')
    expect(await readdir(folder)).toEqual(['out.csv'])
  })

  it('2. finds its marks again, with the notes of all of them; 3. and trusts nothing after', async () => {
    await endedRun()
    const second = await openFile(path, RUN)
    expect(second.found).toEqual({ steps: 2, bytes: 4, notes: ['a', 'b'] })
    expect(await readFile(second.partialPath, 'utf8')).toBe('half')
    await second.write(4, bytes('more'))
    await second.mark({ steps: 3, bytes: 8, notes: ['c'] })
    await second.close()
    const third = await openFile(path, RUN)
    expect(third.found).toEqual({ steps: 3, bytes: 8, notes: ['a', 'b', 'c'] })
    await third.complete()
    expect(await readFile(path, 'utf8')).toBe('halfmore')
  })

  it('reads over a mark that was being written, and writes the next one in its place', async () => {
    await endedRun()
    const journal = `${path}.partial.journal`
    await writeFile(journal, `${await readFile(journal, 'utf8')}{"steps":9,"bytes":4000,"no`)
    const file = await openFile(path, RUN)
    expect(file.found.steps).toBe(2)
    await file.mark({ steps: 3, bytes: 4, notes: [] })
    await file.close()
    expect((await openFile(path, RUN)).found.steps).toBe(3)
  })

  it('begins anew when the bytes of a mark are gone', async () => {
    await endedRun()
    await writeFile(`${path}.partial`, 'ha')
    expect((await openFile(path, RUN)).found.steps).toBe(0)
  })

  it('refuses what another run has written so far, and throws it away only when told to', async () => {
    await endedRun()
    const other = { identity: 'other', title: 'winter@1 as csv' }
    const refused = openFile(path, other)
    await expect(refused).rejects.toMatchObject({
      code: 'OUTPUT_UNFINISHED',
      message: expect.stringMatching(
        /out\.csv\.partial is what another run has written so far \(summer@3 as csv\)/,
      ),
    })
    expect((await openFile(path, RUN)).found.steps).toBe(2)
    const file = await openFile(path, other, { anew: true })
    expect(file.found.steps).toBe(0)
    await file.complete()
    expect(await readFile(path, 'utf8')).toBe('')
  })

  it('replaces another run that has no mark yet: there is nothing to lose', async () => {
    const file = await openFile(path, { identity: 'other', title: 'winter@1' })
    await file.write(0, bytes('x'))
    await file.close()
    expect((await openFile(path, RUN)).found.steps).toBe(0)
    expect(await readFile(`${path}.partial`, 'utf8')).toBe('')
  })

  it('refuses a file of that name that is not its own', async () => {
    await writeFile(`${path}.partial`, 'mine')
    await expect(openFile(path, RUN)).rejects.toMatchObject({
      code: 'FILE_UNWRITABLE',
      message: expect.stringContaining('nothing tells whose it is; remove it'),
    })
    expect(await readFile(`${path}.partial`, 'utf8')).toBe('mine')
  })

  it('says that its folder is missing', async () => {
    await expect(openFile(join(folder, 'nowhere', 'x'), RUN)).rejects.toMatchObject({
      code: 'FILE_UNWRITABLE',
      message: expect.stringContaining(`there is no folder ${join(folder, 'nowhere')}; make it first`),
    })
    expect(await readdir(folder)).toEqual([])
  })

  it('leaves no journal behind when it was killed right after it got its name', async () => {
    await endedRun()
    await clearJournal(path)
    expect(await readdir(folder)).toHaveLength(2)
    await rm(`${path}.partial`)
    await clearJournal(path)
    expect(await readdir(folder)).toEqual([])
  })
})
