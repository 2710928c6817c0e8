import { describe, expect, it } from 'vitest'
import { PLACEMENTS } from '../../../data/placements.ts'
import { createCopyTable } from '../../../engine/generate/copy-table.ts'
import { generateRange } from '../../../engine/generate/generate-range.ts'
import { renderCampaign } from '../../../engine/generate/render.ts'
import { unitScene } from '../../../engine/generate/unit-scene.ts'
import { createAvailability } from '../../../engine/space/availability.ts'
import { createSpace } from '../../../engine/space/space.ts'
import { COPY, smallPlan, textAsset, WIDE } from '../space/small-plan.ts'
import { testFonts } from '../templates/banner.ts'

const fonts = await testFonts()
const plan = smallPlan({
  placements: [WIDE, COPY],
  slots: [
    {
      slot: 'headline',
      default: 'a',
      assets: [textAsset('a'), textAsset('wide', { when: { 'placement.shape': 'landscape' } })],
    },
  ],
})

describe('a placement of copy alone', () => {
  it('has rows without a picture', () => {
    const text = Buffer.from(generateRange(plan, 0n, createSpace(plan).count, { format: 'jsonl' })).toString()
    const rows = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(rows.map(({ placement, image }) => [placement, image === ''])).toEqual([
      ['wide', false],
      ['wide', false],
      ['copy', true],
    ])
    expect(rows[2]).toMatchObject({ widthPx: 0, heightPx: 0, slots: { headline: 'Text a' } })
  })

  it('has no size that a `when` could ask of', () => {
    const { optionsOf } = createAvailability(plan, createCopyTable(plan))
    expect(optionsOf(0, 0, 0).map((options) => [...options])).toEqual([[0, 1]])
    expect(optionsOf(0, 0, 1).map((options) => [...options])).toEqual([[0]])
  })

  it('has a scene without layers, and is refused as a picture before any is made', async () => {
    const unit = createSpace(plan).unitAt(2n)
    expect(unitScene(plan, unit, fonts)).toEqual({ widthPx: 0, heightPx: 0, layers: [], texts: [] })
    const jobs = {
      run: () => {
        throw new Error('a job was started')
      },
    }
    const render = renderCampaign({ jobs } as never, { plan, planHash: '', format: 'jpeg' })
    await expect(render.next()).rejects.toMatchObject({
      code: 'NO_PICTURE',
      message: expect.stringContaining(`--where '{"not": {"placement": "copy"}}'`),
    })
    const some = renderCampaign({ jobs } as never, {
      plan,
      planHash: '',
      format: 'jpeg',
      where: { not: { placement: 'copy' } },
    })
    await expect(some.next()).rejects.toThrow('a job was started')
  })

  it('is search, e-mail or chat', () => {
    const ids = [...PLACEMENTS.values()].filter(({ widthPx }) => widthPx === 0).map(({ id }) => id)
    expect(ids).toEqual(['google-search', 'email', 'whatsapp', 'chatgpt'])
  })
})
