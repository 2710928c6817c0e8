import { fileURLToPath } from 'node:url'
import { beforeEach, describe, expect, it } from 'vitest'
import { contentHash } from '../../../core/hash.ts'
import { loadPlan } from '../../../engine/campaign/load-plan.ts'
import { applyRollUp } from '../../../engine/guard/apply-roll-up.ts'
import { checkCampaign } from '../../../engine/guard/check-campaign.ts'
import { readCheck, requireChecked } from '../../../engine/guard/require-checked.ts'
import type { Documents } from '../../../engine/ports/documents.ts'
import { loadFonts } from '../../../templates/fonts.ts'
import { memoryDocuments } from './memory-documents.ts'
import { CAMPAIGN, CATALOGUE, DOCUMENTS, mentionsOf, TEMPLATE } from './world.ts'

const fonts = await loadFonts(fileURLToPath(new URL('../../../templates/fonts', import.meta.url)))
const mentions = mentionsOf(4000)
const options = { fingerprint: 'test', fonts }
let nowMs = 0

/** A workspace in memory: the campaign, its template and segments, and the mentions of 4,000 people. */
function workspace() {
  const blobs = new Map<string, Uint8Array>()
  const documents: Documents = memoryDocuments([
    ['attributes', 'attributes', CATALOGUE],
    ['template', 'card', TEMPLATE],
    ['segment', 'usa', DOCUMENTS.get('usa')],
    ['campaign', 'spring', CAMPAIGN],
  ])
  return {
    documents,
    blobs: {
      put: async (bytes: Uint8Array) => {
        const hash = contentHash(bytes)
        blobs.set(hash, bytes)
        return hash
      },
      get: async (hash: string) => blobs.get(hash),
      has: async (hash: string) => blobs.has(hash),
    },
    files: { read: async () => undefined },
    mentions: {
      append: async () => ({ added: 0, duplicates: 0 }),
      startReplacement: () => Promise.reject(new Error('a check imports nothing')),
      count: async () => ({ mentions: mentions.length, authors: mentions.length }),
      async *scanByAuthor() {
        yield mentions
      },
    },
    clock: { nowMs: () => nowMs },
  }
}

describe('checking a campaign', () => {
  let ports: ReturnType<typeof workspace>
  const planOf = async () => (await loadPlan(ports, 'spring', { publicUrl: '', fingerprint: 'test' })).plan

  beforeEach(() => {
    ports = workspace()
    nowMs = 1000
  })

  it('refuses the full grid, is kept, and after the roll-up lets the campaign run', async () => {
    const report = await checkCampaign(ports, 'spring', options)
    expect(report).toMatchObject({ campaign: 'spring', revision: 1, verdict: 'refused', atMs: 1000 })
    expect(await readCheck(ports, 'spring', 1)).toEqual(report)
    await expect(requireChecked(ports, await planOf())).rejects.toMatchObject({ code: 'CHECK_REFUSED' })

    const { revision } = await applyRollUp(ports, 'spring')
    expect(revision).toBe(2)
    await expect(requireChecked(ports, await planOf())).rejects.toMatchObject({ code: 'CHECK_MISSING' })
    const rolled = await checkCampaign(ports, 'spring', options)
    expect(rolled).toMatchObject({ revision: 2, verdict: 'passed' })
    await expect(requireChecked(ports, await planOf())).resolves.toEqual(rolled)
  })

  it('keeps an override for as long as what was overridden stays the same', async () => {
    const override = { reason: 'agreed with the client', who: 'ada' }
    const overridden = await checkCampaign(ports, 'spring', { ...options, override })
    expect(overridden.override).toEqual({ ...override, atMs: 1000 })
    expect(overridden.servedFromBroad.length).toBeGreaterThan(0)
    await expect(requireChecked(ports, await planOf())).resolves.toBeDefined()

    nowMs = 2000
    const again = await checkCampaign(ports, 'spring', options)
    expect(again).toMatchObject({ atMs: 2000, override: { who: 'ada', atMs: 1000 } })

    const grid = { name: 'usa', grid: { attributes: ['state', 'age'] } }
    await ports.documents.write('segment', 'usa', grid)
    await expect(requireChecked(ports, await planOf())).rejects.toThrow(
      'its segments, template or brand changed',
    )
    const other = await checkCampaign(ports, 'spring', options)
    expect(other.verdict).toBe('refused')
    expect(other.override).toBeUndefined()
  })

  it('an override of what is not refused is not kept', async () => {
    await ports.documents.write('segment', 'usa', { name: 'usa', grid: { attributes: ['age'] } })
    const override = { reason: 'to be safe', who: 'ada' }
    const report = await checkCampaign(ports, 'spring', { ...options, override })
    expect(report.verdict).toBe('passed')
    expect(report.override).toBeUndefined()
  })
})
