import { describe, expect } from 'vitest'
import { createStream } from '../../core/stream.ts'
import type { Mentions } from '../../engine/ports/mentions.ts'
import type { Mention } from '../../segments/mention.ts'
import { clausesOf, type Exemptions, type Open } from './contract.ts'

const hex = (n: number) => n.toString(16).padStart(32, '0')

const BARE: Mention = {
  key: hex(1),
  author: hex(1),
  atMs: undefined,
  text: undefined,
  language: undefined,
  channel: undefined,
  source: 'tweets@1',
  fields: {},
  confidence: {},
}

/** A fixed mix of authors, times (some unknown) and keys, in no order. */
function mixedMentions(count: number): Mention[] {
  const stream = createStream('mentions')
  return Array.from({ length: count }, (_, i) => ({
    ...BARE,
    key: hex(stream.integer(2 ** 31) * 1000 + (i % 1000)),
    author: hex(stream.integer(Math.ceil(count / 5))),
    atMs: stream.next() < 0.2 ? undefined : 1_700_000_000_000 + stream.integer(20),
    text: `text ${i}`,
  }))
}

/** engine/ports/mentions.ts */
export function mentionsContract(name: string, open: Open<Mentions>, exempt?: Exemptions): void {
  describe(`mentions: ${name}`, () => {
    const clause = clausesOf(open, exempt)

    clause(1, 'append is idempotent on key: the first write wins', async ({ port }) => {
      const first = { ...BARE, text: 'first' }
      const inBatch = [first, { ...BARE, key: hex(2), author: hex(2) }, { ...first, text: 'second' }]
      expect(await port.append(inBatch)).toEqual({ added: 2, duplicates: 1 })
      const later = [
        { ...first, text: 'third' },
        { ...BARE, key: hex(3) },
      ]
      expect(await port.append(later)).toEqual({ added: 1, duplicates: 1 })
      expect(await port.append([])).toEqual({ added: 0, duplicates: 0 })
      expect(await port.count()).toEqual({ mentions: 3, authors: 2 })
      const stored = (await all(port, 10)).flat()
      expect(stored.find((mention) => mention.key === hex(1))?.text).toBe('first')
    })

    clause(1, 'appends at once count every mention once', async ({ port }) => {
      const mentions = mixedMentions(300)
      const results = await Promise.all(
        [0, 1, 2].map((i) => port.append(mentions.slice(i * 50, i * 50 + 200))),
      )
      expect(results.reduce((sum, { added }) => sum + added, 0)).toBe(300)
      expect((await port.count()).mentions).toBe(300)
    })

    clause(2, 'scanByAuthor goes by author, time with unknown first, key', async ({ port }) => {
      const mentions = mixedMentions(500)
      for (let i = 0; i < 500; i += 100) await port.append(mentions.slice(i, i + 100))
      const expected = [...mentions].sort(
        (a, b) => compare(a.author, b.author) || (a.atMs ?? -1) - (b.atMs ?? -1) || compare(a.key, b.key),
      )
      for (const batchRows of [7, 100, 5000]) {
        const batches = await all(port, batchRows)
        expect(batches.flat()).toEqual(expected)
        expect(Math.max(...batches.map((batch) => batch.length))).toBeLessThanOrEqual(batchRows)
      }
    })

    clause(2, 'every field round-trips', async ({ port }) => {
      const full: Mention = {
        key: hex(7),
        author: hex(8),
        atMs: 1_700_000_000_123,
        text: 'line\nNUL \u0000 ไทย "quoted" \t \ud83d\ude00 \' ; DROP TABLE mentions; -- {{{x}}} null',
        language: 'th',
        channel: 'forum',
        source: 'forum@2',
        fields: {
          state: 'US-NY',
          age: 34.5,
          vip: false,
          topics: ['a', 'b,c'],
          ['__proto__']: 'x',
          empty: '',
        },
        confidence: { state: 0.123456789, ['age']: 1 },
      }
      await port.append([full, { ...BARE, text: '', atMs: 0 }])
      expect((await all(port, 10)).flat()).toEqual([{ ...BARE, text: '', atMs: 0 }, full])
    })

    clause(2, 'half a surrogate pair, which UTF-8 cannot hold, comes back as U+FFFD', async ({ port }) => {
      await port.append([{ ...BARE, text: 'half \ud800 a pair' }])
      expect((await all(port, 10)).flat()).toEqual([{ ...BARE, text: 'half \ufffd a pair' }])
    })

    clause(2, 'a scan left early, and appends during one, do no harm', async ({ port }) => {
      const mentions = mixedMentions(200)
      await port.append(mentions.slice(0, 100))
      for await (const batch of port.scanByAuthor(10)) {
        expect(batch).toHaveLength(10)
        break
      }
      let seen = 0
      for await (const batch of port.scanByAuthor(10)) {
        if (seen === 0) await port.append(mentions.slice(100))
        seen += batch.length
      }
      expect(seen).toBe(100)
      expect((await port.count()).mentions).toBe(200)
    })

    clause(3, 'after append resolves the mentions survive close and reopening', async ({ port, reopen }) => {
      const mentions = mixedMentions(50)
      await port.append(mentions)
      const again = await reopen()
      expect((await again.count()).mentions).toBe(50)
      expect(await again.append(mentions)).toEqual({ added: 0, duplicates: 50 })
    })

    clause(4, 'a committed replacement is all there is, and survives reopening', async ({ port, reopen }) => {
      const mentions = mixedMentions(300)
      await port.append(mentions.slice(0, 200).map((mention) => ({ ...mention, text: 'before' })))
      const replacement = await port.startReplacement()
      // Some keys were there before: what is replaced takes no part in what is a repeat.
      expect(await replacement.append(mentions.slice(100, 250))).toEqual({ added: 150, duplicates: 0 })
      expect(await replacement.append(mentions.slice(200))).toEqual({ added: 50, duplicates: 50 })
      await replacement.commit()
      const stored = async (of: Mentions) => (await all(of, 100)).flat().map(({ text }) => text)
      const expected = mentions.slice(100).map(({ text }) => text)
      expect((await stored(port)).sort()).toEqual(expected.sort())
      const again = await reopen()
      expect((await stored(again)).sort()).toEqual(expected)
      expect(await again.append(mentions)).toEqual({ added: 100, duplicates: 200 })
    })

    clause(4, 'nobody sees a replacement before its commit, a scan under way not after', async ({ port }) => {
      const mentions = mixedMentions(200)
      await port.append(mentions.slice(0, 100))
      const replacement = await port.startReplacement()
      await replacement.append(mentions.slice(90))
      expect((await port.count()).mentions).toBe(100)
      let seen = 0
      for await (const batch of port.scanByAuthor(10)) {
        if (seen === 0) await replacement.commit()
        seen += batch.length
      }
      expect(seen).toBe(100)
      expect((await port.count()).mentions).toBe(110)
    })

    clause(4, 'a replacement that is not committed leaves everything as it was', async ({ port, reopen }) => {
      const mentions = mixedMentions(60)
      await port.append(mentions.slice(0, 20))
      await (await port.startReplacement()).append(mentions.slice(20, 40))
      const second = await port.startReplacement()
      expect(await second.append(mentions.slice(20, 50))).toEqual({ added: 30, duplicates: 0 })
      const again = await reopen()
      expect((await again.count()).mentions).toBe(20)
      expect(await again.append(mentions.slice(0, 30))).toEqual({ added: 10, duplicates: 20 })
    })
  })
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

async function all(port: Mentions, batchRows: number): Promise<(readonly Mention[])[]> {
  const batches = []
  for await (const batch of port.scanByAuthor(batchRows)) batches.push(batch)
  return batches
}
