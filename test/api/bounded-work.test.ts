import { describe, expect, it } from 'vitest'
import { createBoundedWork } from '../../api/bounded-work.ts'

/** Work that ends when the test says so. */
function pieces(): { work(): Promise<void>; running(): number; end(error?: Error): void } {
  const open: { resolve(): void; reject(error: Error): void }[] = []
  return {
    work: () => new Promise((resolve, reject) => open.push({ resolve, reject })),
    running: () => open.length,
    end(error) {
      const { resolve, reject } = open.shift()!
      if (error) reject(error)
      else resolve()
    },
  }
}

const settled = () => new Promise<void>((resolve) => setImmediate(resolve))

describe('bounded work', () => {
  it('runs so many at once, keeps so many waiting, and refuses the rest', async () => {
    const { work, running, end } = pieces()
    const bounded = createBoundedWork('rendering', { atOnce: 2, waiting: 3 })
    const taken = Array.from({ length: 5 }, () => bounded.run(work))
    expect(running()).toBe(2)
    await expect(bounded.run(work)).rejects.toMatchObject({ code: 'OVERLOADED' })
    for (let left = 5; left > 0; left--) {
      end()
      await settled()
      expect(running()).toBe(Math.min(2, left - 1))
    }
    await Promise.all(taken)
  })

  it('goes on after a failure', async () => {
    const { work, end } = pieces()
    const bounded = createBoundedWork('rendering', { atOnce: 1, waiting: 1 })
    const first = bounded.run(work)
    const second = bounded.run(async () => 'done')
    end(new Error('broken'))
    await expect(first).rejects.toThrow('broken')
    expect(await second).toBe('done')
    expect(await bounded.run(async () => 'again')).toBe('again')
  })
})
