import { describe, expect, it } from 'vitest'
import { keepCheckedPlan } from '../../../engine/campaign/checked-plans.ts'
import { pauseEffect } from '../../../engine/delivery/pause-effect.ts'
import type { Ports } from '../../../engine/ports/ports.ts'
import { memoryDocuments } from '../guard/memory-documents.ts'
import { segmentOf, smallPlan, textAsset } from '../space/small-plan.ts'

const PLAN = smallPlan({
  segments: [segmentOf('broad'), segmentOf('usa/CA', 'CA'), segmentOf('usa/TX', 'TX')],
  slots: [{ slot: 'headline', default: 'plain', assets: [textAsset('plain'), textAsset('near')] }],
})
const CAMPAIGN = { ...PLAN.campaign, segments: [{ grid: 'usa' }] }

async function world(options: { readonly checked: boolean }): Promise<Pick<Ports, 'documents' | 'blobs'>> {
  const documents = memoryDocuments()
  await documents.write('segment', 'usa', { name: 'usa', grid: ['state'] })
  await documents.write('campaign', CAMPAIGN.name, CAMPAIGN)
  const planHash = 'a'.repeat(64)
  if (options.checked) await keepCheckedPlan({ documents }, CAMPAIGN.name, { revision: 1, planHash })
  const blobs = { get: async () => Buffer.from(JSON.stringify(PLAN)) } as unknown as Ports['blobs']
  return { documents, blobs }
}

describe('what a pause stops', () => {
  it('is the campaigns of a grid, or those that serve one of its cells', async () => {
    const ports = await world({ checked: true })
    for (const target of ['segment:usa', 'segment:usa/CA']) {
      expect((await pauseEffect(ports, target)).campaigns).toEqual([CAMPAIGN.name])
    }
  })

  it('is nothing for a cell that no campaign serves: that is told, with the nearest there is', async () => {
    const ports = await world({ checked: true })
    await expect(pauseEffect(ports, 'segment:usa/CAA')).rejects.toThrow(
      'did you mean "usa/CA"? nothing was paused',
    )
    await expect(pauseEffect(ports, 'segment:usa/nope/nope')).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('cannot be told of cells before a check, and is not in the way', async () => {
    const ports = await world({ checked: false })
    expect((await pauseEffect(ports, 'segment:usa/CA')).campaigns).toEqual([CAMPAIGN.name])
  })

  it('names what is wrong of an asset: campaign, slot or asset', async () => {
    const ports = await world({ checked: true })
    const { name } = CAMPAIGN
    await expect(pauseEffect(ports, `asset:${name}/headlin/near`)).rejects.toThrow('did you mean "headline"?')
    await expect(pauseEffect(ports, `asset:${name}/headline/neer`)).rejects.toThrow('did you mean "near"?')
    expect((await pauseEffect(ports, `asset:${name}/headline/near`)).assets).toHaveLength(1)
  })
})
