import { describe, expect } from 'vitest'
import { contentHash } from '../../core/hash.ts'
import type { Blobs } from '../../engine/ports/blobs.ts'
import { clausesOf, type Exemptions, type Open } from './contract.ts'

/** engine/ports/blobs.ts; the damage of clause 2 and the crash of clause 3 (test/prove) need the adapter's own test. */
export function blobsContract(name: string, open: Open<Blobs>, exempt?: Exemptions): void {
  describe(`blobs: ${name}`, () => {
    const clause = clausesOf(open, exempt)

    clause(1, 'put answers the content hash, also for the same bytes again and at once', async ({ port }) => {
      const bytes = Buffer.from('a plan')
      expect(await port.put(bytes)).toBe(contentHash(bytes))
      expect(await port.put(new Uint8Array(bytes))).toBe(contentHash(bytes))
      const hashes = await Promise.all([1, 2, 3, 4].map(() => port.put(Buffer.from('at once'))))
      expect(new Set(hashes)).toEqual(new Set([contentHash('at once')]))
    })

    clause(2, 'get gives equal bytes, undefined for an unknown hash', async ({ port, reopen }) => {
      const large = Buffer.alloc(3_000_000, 'population')
      const hashes = [await port.put(large), await port.put(new Uint8Array())]
      const again = await reopen()
      expect(Buffer.compare((await again.get(hashes[0]!))!, large)).toBe(0)
      expect(await again.get(hashes[1]!)).toHaveLength(0)
      expect(await again.has(hashes[0]!)).toBe(true)
      const unknown = [contentHash('never put'), 'not a hash', '../../polyad.json', '']
      for (const hash of unknown) {
        expect(await again.get(hash)).toBeUndefined()
        expect(await again.has(hash)).toBe(false)
      }
    })
  })
}
