import { describe, expect, it } from 'vitest'
import { PolyadError } from '../../../core/errors.ts'
import { contentHash } from '../../../core/hash.ts'
import type { Campaign } from '../../../engine/campaign/campaign.ts'
import { readKeptPlan } from '../../../engine/campaign/kept-plans.ts'
import type { Ledger } from '../../../engine/campaign/ledger.ts'
import { loadPlan, loadPlanByHash } from '../../../engine/campaign/load-plan.ts'
import type { Documents } from '../../../engine/ports/documents.ts'
import { createSpace } from '../../../engine/space/space.ts'
import { campaign, OPTIONS, PNG, workspace } from './memory-workspace.ts'

describe('loadPlan', () => {
  it('compiles a campaign to a plan that is also a blob', async () => {
    const ports = await workspace()
    const { plan, planHash } = await loadPlan(ports, 'spring', OPTIONS)
    expect(await loadPlanByHash(ports.blobs, planHash)).toEqual(plan)
    expect(plan).toMatchObject({ revision: 1, templateRevision: 1, publicUrl: 'https://ads.example' })
    expect(plan.segments.map(({ id, people }) => [id, people])).toEqual([
      ['broad', 5],
      ['californians', 3],
    ])
    expect(plan.placements.map(({ widthPx }) => widthPx)).toEqual([300, 728])
    expect(await ports.blobs.get(plan.files['assets/beach.png']!)).toEqual(PNG)
    expect(Object.keys(plan.files).sort()).toEqual(['assets/beach.png', 'texture.png'])
    // Two placements: everybody sees one headline, Californians two.
    expect(createSpace(plan).count).toBe(2n * (1n + 2n))
    await expect(loadPlanByHash(ports.blobs, contentHash('other'))).rejects.toThrow('there is no plan')
  })

  it('gives the same plan again, and another for another revision, the older one still there', async () => {
    const ports = await workspace()
    const first = await loadPlan(ports, 'spring', OPTIONS)
    expect((await loadPlan(ports, 'spring', OPTIONS)).planHash).toBe(first.planHash)
    await ports.documents.write('campaign', 'spring', { ...campaign, locales: ['en-US', 'en-GB'] })
    const second = await loadPlan(ports, 'spring', OPTIONS)
    expect(second.plan.revision).toBe(2)
    expect(second.plan.ledger.locales).toEqual({ 'en-US': 1, 'en-GB': 2 })
    const older = await loadPlan(ports, 'spring', { ...OPTIONS, revision: 1 })
    expect(older.plan.campaign.locales).toEqual(['en-US'])
    await expect(loadPlan(ports, 'spring', { ...OPTIONS, revision: 3 })).rejects.toThrow(
      'there is no campaign revision "spring@3"; its newest revision is 2',
    )
  })

  it('remembers what a revision was compiled to while it was the newest', async () => {
    const ports = await workspace()
    const keptHash = async (revision: number) => (await readKeptPlan(ports, 'spring', revision))?.planHash
    expect(await keptHash(1)).toBeUndefined()
    const looked = await loadPlan(ports, 'spring', { ...OPTIONS, keep: false })
    expect(await keptHash(1)).toBeUndefined()
    const first = await loadPlan(ports, 'spring', { ...OPTIONS, revision: 1 })
    expect([first.planHash, await keptHash(1)]).toEqual([looked.planHash, looked.planHash])

    const rule = { name: 'californians', rule: { state: 'OR' } }
    await ports.documents.write('segment', 'californians', rule)
    await ports.documents.write('campaign', 'spring', { ...campaign, locales: ['en-GB'] })
    const older = await loadPlan(ports, 'spring', { ...OPTIONS, revision: 1 })
    expect(older.planHash).not.toBe(first.planHash)
    // Compiled anew it has the segments of today; what it was is remembered.
    expect(await keptHash(1)).toBe(first.planHash)
    expect(await keptHash(2)).toBeUndefined()
  })

  it('writes the ledger before its ordinals are used, stepping past the keys of other campaigns', async () => {
    const ports = await workspace()
    const { plan } = await loadPlan(ports, 'spring', OPTIONS)
    expect((await ports.documents.read('ledger', 'spring'))?.body).toEqual(plan.ledger)
    const other = await workspace()
    await other.documents.write('ledger', 'autumn', { ...plan.ledger, campaign: 'autumn' })
    const moved = await loadPlan(other, 'spring', OPTIONS)
    expect(moved.plan.ledger.campaignKey).not.toBe(plan.ledger.campaignKey)
  })

  it('refuses a key that two campaigns have, and minds no broken ledger of another campaign', async () => {
    const ports = await workspace()
    const { plan } = await loadPlan(ports, 'spring', OPTIONS)
    await ports.documents.write('ledger', 'broken', { campaignKey: plan.ledger.campaignKey })
    expect((await loadPlan(ports, 'spring', OPTIONS)).plan.ledger).toEqual(plan.ledger)
    await ports.documents.write('ledger', 'autumn', { ...plan.ledger, campaign: 'autumn' })
    await expect(loadPlan(ports, 'spring', OPTIONS)).rejects.toMatchObject({ code: 'LEDGER_CONFLICT' })
  })

  it('two processes that extend one ledger both keep every ordinal', async () => {
    const ports = await workspace()
    let isOvertaken = false
    const documents: Documents = {
      ...ports.documents,
      async write(kind, name, body, options) {
        if (kind === 'ledger' && !isOvertaken) {
          isOvertaken = true
          const ours = body as Ledger
          await ports.documents.write(kind, name, { ...ours, segments: { broad: 1, hikers: 2 } })
        }
        return ports.documents.write(kind, name, body, options)
      },
    }
    const { plan } = await loadPlan({ ...ports, documents }, 'spring', OPTIONS)
    expect(plan.ledger.segments).toEqual({ broad: 1, hikers: 2, californians: 3 })
  })

  it('says what is not there, and where it is named', async () => {
    const ports = await workspace()
    await expect(loadPlan(ports, 'autumn', OPTIONS)).rejects.toThrow('there is no campaign "autumn"')
    const lacks = async (changed: Partial<Campaign>) => loadPlan(await workspace(changed), 'spring', OPTIONS)
    await expect(lacks({ template: 'card' })).rejects.toThrow('there is no template "card"')
    await expect(lacks({ segments: ['hikers'] })).rejects.toThrow('there is no segment "hikers"')
    ports.files.paths.delete('assets/beach.png')
    await expect(loadPlan(ports, 'spring', OPTIONS)).rejects.toThrow(
      'campaigns/spring.json: /slots/1/assets/0/file: there is no file assets/beach.png',
    )
    ports.files.paths.set('assets/beach.png', Buffer.from('<svg onload="x"/>'))
    await expect(loadPlan(ports, 'spring', OPTIONS)).rejects.toThrow(
      'campaigns/spring.json: /slots/1/assets/0/file: assets/beach.png cannot be used as a picture: ',
    )
    ports.files.paths.set('assets/beach.png', PNG.subarray(0, PNG.length - 30))
    await expect(loadPlan(ports, 'spring', OPTIONS)).rejects.toThrow('assets/beach.png cannot be used')
  })

  it('refuses one path for two pictures, and a document of another name', async () => {
    const slots = [
      campaign.slots[0]!,
      { ...campaign.slots[1]!, assets: [{ id: 'beach', file: 'texture.png' }] },
    ]
    const ports = await workspace({ slots })
    ports.files.paths.set('texture.png', PNG)
    const failure = await loadPlan(ports, 'spring', OPTIONS).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(PolyadError)
    expect((failure as PolyadError).message).toContain('"texture.png" also names texture.png')
    const renamed = await workspace({ name: 'summer' })
    await expect(loadPlan(renamed, 'spring', OPTIONS)).rejects.toThrow(
      '/name is "summer"; it must be "spring"',
    )
  })
})
