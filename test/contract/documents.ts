import { describe, expect } from 'vitest'
import type { Documents } from '../../engine/ports/documents.ts'
import { clausesOf, type Exemptions, type Open } from './contract.ts'

/** engine/ports/documents.ts */
export function documentsContract(name: string, open: Open<Documents>, exempt?: Exemptions): void {
  describe(`documents: ${name}`, () => {
    const clause = clausesOf(open, exempt)

    clause(1, 'read gives the newest revision, undefined when there is none', async ({ port }) => {
      expect(await port.read('campaign', 'spring')).toBeUndefined()
      const first = await port.write('campaign', 'spring', { budget: 1 })
      const second = await port.write('campaign', 'spring', { budget: 2 })
      expect([first.revision, second.revision]).toEqual([1, 2])
      expect(await port.read('campaign', 'spring')).toEqual(second)
      expect(second).toMatchObject({ kind: 'campaign', name: 'spring', body: { budget: 2 } })
      expect(Math.abs(second.atMs - Date.now())).toBeLessThan(60_000)
    })

    clause(1, 'a body equal in canonical JSON is not a new revision', async ({ port }) => {
      const first = await port.write('segment', 'sporty', { a: 1, b: { c: [1, 2], d: undefined } })
      const again = await port.write('segment', 'sporty', { b: { c: [1, 2] }, a: 1 })
      expect(again).toEqual({ ...first, body: again.body })
      expect((await port.write('segment', 'sporty', { b: { c: [2, 1] }, a: 1 })).revision).toBe(2)
    })

    clause(1, 'content that comes back has its old number', async ({ port }) => {
      const first = await port.write('segment', 'sporty', { a: 1 })
      await port.write('segment', 'sporty', { a: 2 })
      expect(await port.write('segment', 'sporty', { a: 1 })).toEqual(first)
      expect(await port.read('segment', 'sporty')).toEqual(first)
      expect((await port.write('segment', 'sporty', { a: 3 })).revision).toBe(3)
    })

    clause(2, 'write with ifHash fails with CONFLICT when the newest differs', async ({ port }) => {
      const first = await port.write('ledger', 'spring', { next: 1 }, { ifHash: null })
      await expect(port.write('ledger', 'spring', { next: 2 }, { ifHash: null })).rejects.toMatchObject({
        code: 'CONFLICT',
      })
      const second = await port.write('ledger', 'spring', { next: 2 }, { ifHash: first.hash })
      await expect(port.write('ledger', 'spring', { next: 3 }, { ifHash: first.hash })).rejects.toMatchObject(
        {
          code: 'CONFLICT',
        },
      )
      expect(await port.read('ledger', 'spring')).toEqual(second)
      expect((await port.write('ledger', 'spring', { next: 3 })).revision).toBe(3)
    })

    clause(2, 'of writers at once exactly one wins each round', async ({ port, openSecond }) => {
      const writers = [port, await openSecond()]
      let hash: string | null = null
      for (let round = 0; round < 3; round++) {
        const attempts = await Promise.allSettled(
          [0, 1, 2, 3].map((i) =>
            writers[i % 2]!.write('ledger', 'spring', { round, writer: i }, { ifHash: hash }),
          ),
        )
        const won = attempts.flatMap((attempt) => (attempt.status === 'fulfilled' ? [attempt.value] : []))
        const lost = attempts.flatMap((attempt) =>
          attempt.status === 'rejected' ? [attempt.reason.code] : [],
        )
        expect(lost).toEqual(['CONFLICT', 'CONFLICT', 'CONFLICT'])
        expect(await port.read('ledger', 'spring')).toEqual(won[0])
        hash = won[0]!.hash
      }
    })

    clause(3, 'a revision once seen is read back for ever, unchanged', async ({ port, reopen }) => {
      const seen = []
      for (const budget of [1, 2, 3]) seen.push(await port.write('campaign', 'spring', { budget }))
      const again = await reopen()
      for (const revision of seen) {
        expect(await again.readRevision('campaign', 'spring', revision.revision)).toEqual(revision)
      }
      for (const none of [0, 4, -1, 1.5]) {
        expect(await again.readRevision('campaign', 'spring', none)).toBeUndefined()
      }
      expect(await again.readRevision('campaign', 'summer', 1)).toBeUndefined()
    })

    clause(4, 'list gives the names of a kind in text order', async ({ port }) => {
      expect(await port.list('campaign')).toEqual([])
      for (const name of ['b', 'a10', 'a2', 'a']) await port.write('campaign', name, { name })
      await port.write('ledger', 'b', {})
      await port.write('check', 'b@1', {})
      await port.write('attributes', 'attributes', {})
      await port.write('segment', 's', {})
      expect(await port.list('campaign')).toEqual(['a', 'a10', 'a2', 'b'])
      expect(await port.list('ledger')).toEqual(['b'])
      expect(await port.list('check')).toEqual(['b@1'])
      expect(await port.list('attributes')).toEqual(['attributes'])
      expect(await port.list('segment')).toEqual(['s'])
    })

    clause(5, 'after write resolves it survives close and reopening', async ({ port, reopen }) => {
      const body = { text: 'ไทย "quoted" \u0000 \ud83d\ude00', list: [null, true, 1.5, -0.1], empty: {} }
      const written = await port.write('template', 'card', body)
      const again = await reopen()
      expect(await again.read('template', 'card')).toEqual(written)
      expect(written.body).toEqual(body)
    })

    clause(
      7,
      'look gives what read gives, without the body, however often it was asked',
      async ({ port }) => {
        expect(await port.look('segment', 'sporty')).toBeUndefined()
        for (const body of [{ a: 1 }, { a: 2 }, { a: 1 }]) {
          await port.write('segment', 'sporty', body)
          const { body: _, ...entry } = (await port.read('segment', 'sporty'))!
          expect([await port.look('segment', 'sporty'), await port.look('segment', 'sporty')]).toEqual([
            entry,
            entry,
          ])
        }
        await port.remove('segment', 'sporty')
        expect(await port.look('segment', 'sporty')).toBeUndefined()
      },
    )

    clause(6, 'remove hides a name; its revisions stay readable by number', async ({ port, reopen }) => {
      const first = await port.write('mapping', 'tweets', { a: 1 })
      await port.remove('mapping', 'tweets')
      await port.remove('mapping', 'never-there')
      const again = await reopen()
      expect(await again.read('mapping', 'tweets')).toBeUndefined()
      expect(await again.list('mapping')).toEqual([])
      expect(await again.readRevision('mapping', 'tweets', 1)).toEqual(first)
      expect((await again.write('mapping', 'tweets', { a: 2 }, { ifHash: null })).revision).toBe(2)
    })
  })
}
