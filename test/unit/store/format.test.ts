import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findUpgrades, UPGRADES, type UpgradeStep, upgradeStore } from '../../../store/embedded/format.ts'

let folder: string
let store: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'polyad-format-'))
  store = join(folder, '.polyad')
})
afterEach(() => rm(folder, { recursive: true }))

const NEWEST = UPGRADES.at(-1)!.to
const storedFormat = async () => JSON.parse(await readFile(join(store, 'format.json'), 'utf8'))

/** Steps of later versions: the second one rewrites a file. */
function later(onRun: (to: number) => void = () => {}): UpgradeStep[] {
  return [
    ...UPGRADES,
    {
      to: NEWEST + 1,
      name: 'prices in micros',
      changes: ['prices.txt', 'folder', 'absent'],
      async run(storeFolder) {
        await writeFile(join(storeFolder, 'prices.txt'), 'half')
        onRun(NEWEST + 1)
        await writeFile(join(storeFolder, 'prices.txt'), 'new')
      },
    },
    { to: NEWEST + 2, name: 'nothing', changes: [], run: async () => onRun(NEWEST + 2) },
  ]
}

describe('the format of a store', () => {
  it('is the newest of a new one, and is written down with who wrote it', async () => {
    expect(await findUpgrades(folder, 'polyad 1')).toEqual([])
    expect(await storedFormat()).toEqual({ format: NEWEST, writer: 'polyad 1' })
    expect(await findUpgrades(folder, 'polyad 2')).toEqual([])
    expect(await storedFormat()).toEqual({ format: NEWEST, writer: 'polyad 1' })
  })

  it('of one made before formats were written down is brought up', async () => {
    await mkdir(join(store, 'revisions'), { recursive: true })
    const steps = await findUpgrades(folder, 'polyad 1')
    expect(steps.map(({ to }) => to)).toEqual(UPGRADES.map(({ to }) => to))
    await upgradeStore(folder, 'polyad 1', steps)
    expect(await storedFormat()).toEqual({ format: NEWEST, writer: 'polyad 1' })
    expect(await findUpgrades(folder, 'polyad 1')).toEqual([])
  })

  it('is brought up step by step, with a copy of what each changes', async () => {
    await findUpgrades(folder, 'polyad 1')
    await writeFile(join(store, 'prices.txt'), 'old')
    await mkdir(join(store, 'folder'))
    await writeFile(join(store, 'folder/a'), 'a')
    const ran: number[] = []
    await upgradeStore(
      folder,
      'polyad 2',
      await findUpgrades(
        folder,
        'polyad 2',
        later((to) => ran.push(to)),
      ),
    )
    expect(ran).toEqual([NEWEST + 1, NEWEST + 2])
    expect(await storedFormat()).toEqual({ format: NEWEST + 2, writer: 'polyad 2' })
    expect(await readFile(join(store, 'prices.txt'), 'utf8')).toBe('new')
    const kept = join(store, `upgrades/to-${NEWEST + 1}`)
    expect(await readFile(join(kept, 'prices.txt'), 'utf8')).toBe('old')
    expect(await readFile(join(kept, 'folder/a'), 'utf8')).toBe('a')
  })

  it('goes on after a crash in the middle of a step, and the copy is of before it', async () => {
    await findUpgrades(folder, 'polyad 1')
    await writeFile(join(store, 'prices.txt'), 'old')
    const crashing = later(() => {
      throw new Error('power cut')
    })
    const first = upgradeStore(folder, 'polyad 2', await findUpgrades(folder, 'polyad 2', crashing))
    await expect(first).rejects.toThrow('power cut')
    expect(await readFile(join(store, 'prices.txt'), 'utf8')).toBe('half')
    expect((await storedFormat()).format).toBe(NEWEST)
    const ran: number[] = []
    await upgradeStore(
      folder,
      'polyad 2',
      await findUpgrades(
        folder,
        'polyad 2',
        later((to) => ran.push(to)),
      ),
    )
    expect(ran).toEqual([NEWEST + 1, NEWEST + 2])
    expect(await readFile(join(store, `upgrades/to-${NEWEST + 1}/prices.txt`), 'utf8')).toBe('old')
  })

  it('that is newer is refused, with what to do', async () => {
    await findUpgrades(folder, 'polyad 9.1', later())
    await expect(findUpgrades(folder, 'polyad 1')).rejects.toMatchObject({
      code: 'WORKSPACE_NEWER',
      message: expect.stringContaining(
        `format ${NEWEST + 2}, written by polyad 9.1, and this program knows formats up to ${NEWEST}; install that version`,
      ),
    })
  })

  it.each(['', '{}', '{"format":"1","writer":"x"}', '[]'])(
    'that cannot be read is damage: %j',
    async (text) => {
      await mkdir(store)
      await writeFile(join(store, 'format.json'), text)
      await expect(findUpgrades(folder, 'polyad 1')).rejects.toMatchObject({ code: 'STORE_DAMAGED' })
    },
  )

  it('counts up by one, and no step is without a name', () => {
    expect(UPGRADES.map(({ to }) => to)).toEqual(UPGRADES.map((_, at) => at + 1))
    for (const { name } of UPGRADES) expect(name).not.toBe('')
  })
})
