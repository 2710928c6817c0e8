import sharp from 'sharp'
import { beforeAll, describe, expect, it } from 'vitest'
import { unitFromId } from '../../../engine/campaign/ad-unit-id.ts'
import type { Plan } from '../../../engine/campaign/plan.ts'
import { type RenderRequest, renderCampaign } from '../../../engine/generate/render.ts'
import { framedFiles, frameFiles, type RenderedFile } from '../../../engine/generate/render-frames.ts'
import { type RenderOptions, renderRange } from '../../../engine/generate/render-range.ts'
import { unitScene } from '../../../engine/generate/unit-scene.ts'
import type { Jobs } from '../../../engine/ports/jobs.ts'
import { createSpace } from '../../../engine/space/space.ts'
import { parseTemplate } from '../../../templates/check-template.ts'
import type { Fonts } from '../../../templates/fonts.ts'
import { createRenderer } from '../../../templates/raster.ts'
import { segmentOf, smallPlan, textAsset } from '../space/small-plan.ts'
import { BANNER, bannerJson, placement, testFonts } from '../templates/banner.ts'
import { logo, photo } from '../templates/pictures.ts'

const BLOBS: Readonly<Record<string, () => Promise<Uint8Array>>> = {
  'hash-of-hills': photo,
  'hash-of-ring': logo,
}

const PLAN: Plan = {
  ...smallPlan({
    segments: [segmentOf('broad'), segmentOf('california', 'CA')],
    placements: [placement('iab-300x250'), placement('iab-320x50')],
    slots: [
      { slot: 'photo', default: 'hills', assets: [{ id: 'hills', file: 'assets/hills.png' }] },
      { slot: 'logo', default: 'ring', assets: [{ id: 'ring', file: 'assets/ring.png' }] },
      {
        slot: 'accent',
        default: 'red',
        assets: [
          { id: 'red', colour: '#c92a2a' },
          { id: 'blue', colour: '#1864ab' },
        ],
      },
      {
        slot: 'headline',
        default: 'plain',
        assets: [
          textAsset('plain'),
          textAsset('near', { text: { en: 'Near you, {{fallback state "everywhere"}}' } }),
        ],
      },
      { slot: 'offer', default: 'sale', assets: [textAsset('sale')] },
      { slot: 'cta', default: 'go', assets: [textAsset('go', { text: { en: 'Go' } })] },
    ],
    absentIn: { offer: ['iab-320x50'] },
  }),
  template: BANNER,
  files: { 'assets/hills.png': 'hash-of-hills', 'assets/ring.png': 'hash-of-ring' },
}

let fonts: Fonts
beforeAll(async () => {
  fonts = await testFonts()
})

const render = (from: bigint, to: bigint, options: RenderOptions = { format: 'jpeg' }, plan: Plan = PLAN) =>
  renderRange(plan, from, to, options, { fonts, readBlob: (hash) => BLOBS[hash]?.() })

/** Runs every range here and now, in order. */
const jobs: Jobs = {
  async *run(ranges) {
    for (const job of ranges) {
      const [from, to] = [BigInt(job.fromRank), BigInt(job.toRank)]
      const bytes = await render(from, to, job.options as unknown as RenderOptions)
      yield { job, bytes, units: Number(to - from) }
    }
  },
  close: async () => {},
}

async function rendered(request: Partial<RenderRequest>): Promise<RenderedFile[]> {
  const files: RenderedFile[] = []
  for await (const file of renderCampaign(
    { jobs },
    { plan: PLAN, planHash: 'x', format: 'jpeg', ...request },
  )) {
    files.push(file)
  }
  return files
}

describe('rendering', () => {
  it('makes one picture an ad unit, named by its id, in rank order and in the size of its placement', async () => {
    const space = createSpace(PLAN)
    expect(space.count).toBe(16n)
    const files = await rendered({})
    const units = files.map(({ name }) => unitFromId(PLAN.ledger, name.replace(/\.jpg$/, '')))
    expect(units.map((unit) => space.rankOf(unit))).toEqual(files.map((_, rank) => BigInt(rank)))
    for (const [at, { bytes }] of files.entries()) {
      const { format, width, height } = await sharp(bytes).metadata()
      const { widthPx, heightPx } = placement(units[at]!.placement)
      expect([format, width, height]).toEqual(['jpeg', widthPx, heightPx])
    }
  })

  it('shows what the choices say: ad units that differ differ in pixels, and broad says everywhere', async () => {
    const pictures = (await rendered({})).map(({ bytes }) => Buffer.from(bytes).toString('base64'))
    // Only "Near you, ..." tells California from broad: of 8 units for each, 4 look alike.
    expect(new Set(pictures).size).toBe(12)
  })

  it('gives the same bytes for any split into ranges, and for another plan object', async () => {
    const whole = [...framedFiles(await render(0n, 16n))]
    const copy = structuredClone(PLAN)
    const parts = [await render(0n, 5n, undefined, copy), await render(5n, 16n, undefined, copy)]
    expect(parts.flatMap((part) => [...framedFiles(part)])).toEqual(whole)
  })

  /** The plan with layers that are there by what slots show that they do not show themselves. */
  const conditional: Plan = {
    ...PLAN,
    template: parseTemplate(
      {
        ...bannerJson(),
        layers: [
          ...(bannerJson()['layers'] as object[]),
          {
            id: 'badge',
            kind: 'shape',
            fill: '#ffd43b',
            box: { right: 10, top: 10, width: 24, height: 24 },
            when: { 'slot.accent': '#1864ab' },
          },
          {
            id: 'frame',
            kind: 'shape',
            fill: '#ffffff80',
            box: { left: 0, top: 0, width: '100%', height: 3 },
            when: { all: [{ not: { 'slot.headline': 'plain' } }, { 'placement.shape': 'landscape' }] },
          },
        ],
      },
      'test',
    ),
  }

  it.each<[string, Plan]>([
    ['', PLAN],
    [' under layer conditions on slots', conditional],
  ])('splices the bytes that encoding each picture whole gives%s', async (_, plan) => {
    const space = createSpace(plan)
    const renderer = createRenderer({ fonts, readFile: async (hash) => BLOBS[hash]?.() })
    const files = [...framedFiles(await render(0n, space.count, undefined, plan))]
    for (const [rank, { bytes }] of files.entries()) {
      const unit = space.unitAt(BigInt(rank))
      const place = placement(unit.placement)
      const scene = unitScene(plan, unit, fonts)
      const whole = await renderer.picture(scene, { format: 'jpeg', maxBytes: place.maxBytes })
      expect(Buffer.compare(bytes, whole.bytes)).toBe(0)
    }
  })

  it('renders a window, or a seeded sample without repeats', async () => {
    const all = await rendered({})
    expect(await rendered({ fromRank: 3n, toRank: 5n })).toEqual(all.slice(3, 5))
    const sample = await rendered({ sample: { size: 6n, seed: 'a' } })
    expect(new Set(sample.map(({ name }) => name)).size).toBe(6)
    expect(await rendered({ sample: { size: 6n, seed: 'a' } })).toEqual(sample)
    expect(await rendered({ sample: { size: 16n, seed: 'a' } })).toHaveLength(16)
    await expect(rendered({ sample: { size: 17n, seed: 'a' } })).rejects.toThrow('ask for 16 at most')
  })

  it('renders what meets a rule, or an even sample of it', async () => {
    const where = { all: [{ accent: 'blue' }, { 'placement.width': 300 }] }
    const unitsOf = (files: readonly RenderedFile[]) =>
      files.map(({ name }) => unitFromId(PLAN.ledger, name.replace(/\.jpg$/, '')))
    const all = await rendered({})
    const meeting = all.filter((_, at) => {
      const { choices, placement } = unitsOf(all)[at]!
      return choices['accent'] === 'blue' && placement === 'iab-300x250'
    })
    expect(meeting.length).toBe(4)
    expect(await rendered({ where })).toEqual(meeting)
    const sample = { size: 2n, seed: 'a', stratify: 'segment' } as const
    const even = await rendered({ where, sample })
    expect(unitsOf(even).map(({ segment }) => segment)).toEqual(['broad', 'california'])
    for (const file of even) expect(meeting).toContainEqual(file)
  })

  it('tells how far it is', async () => {
    const progress: [bigint, bigint][] = []
    await rendered({
      format: 'png',
      fromRank: 2n,
      toRank: 6n,
      onProgress: (done, total) => progress.push([done, total]),
    })
    expect(progress).toEqual([[4n, 4n]])
  })

  it('refuses a window outside the number line', async () => {
    await expect(rendered({ fromRank: 3n, toRank: 17n })).rejects.toMatchObject({ code: 'RANK_OUT_OF_RANGE' })
    await expect(rendered({ fromRank: 9n, toRank: 4n })).rejects.toMatchObject({ code: 'RANK_OUT_OF_RANGE' })
  })

  it('names a missing picture as the campaign does', async () => {
    const files = { ...PLAN.files, 'assets/hills.png': 'hash-of-nothing' }
    await expect(render(0n, 1n, undefined, { ...PLAN, files })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringContaining('"assets/hills.png"'),
    })
  })
})

describe('frames', () => {
  it('give back the files they were made of, also from the middle of a larger buffer', () => {
    const files = [
      { name: 'ä.jpg', bytes: new Uint8Array([1, 2, 3]), quality: 82 },
      { name: 'empty.png', bytes: new Uint8Array(0), quality: undefined },
    ]
    const halves = (bytes: Uint8Array) => [bytes.subarray(0, 1), bytes.subarray(1)]
    const framed = frameFiles(files.map(({ bytes, ...file }) => ({ ...file, pieces: halves(bytes) })))
    const padded = new Uint8Array(framed.length + 7)
    padded.set(framed, 7)
    expect([...framedFiles(padded.subarray(7))]).toEqual(files)
    expect([...framedFiles(frameFiles([]))]).toEqual([])
  })
})
