import sharp from 'sharp'
import { DEMO_CAMPAIGN } from '../cli/demo/steps.ts'
import { createStream } from '../core/stream.ts'
import { EVEN_WEIGHTS } from '../engine/allocation/weights.ts'
import { loadPlan } from '../engine/campaign/load-plan.ts'
import type { Plan } from '../engine/campaign/plan.ts'
import { unitScene } from '../engine/generate/unit-scene.ts'
import type { AdUnit } from '../engine/space/ad-unit.ts'
import { createSpace } from '../engine/space/space.ts'
import type { Fonts } from '../templates/fonts.ts'
import { createRenderer } from '../templates/raster.ts'
import { openDemo, SEED } from './demo-workspace.ts'
import { cpuSeconds, type Measurement } from './measurement.ts'
import { createPlainPictures, type PictureMaker } from './render-plain.ts'

const PLACEMENT = 'iab-300x250'
const QUALITY = 82
const UNITS = 2_000
const SAMPLE = 20
/** Each side draws its units again and again until its time is over. */
const BUDGET_MS = 3_000
/** Pictures under way at once, as in renderRange: while one is encoded, the next is put together. */
const AT_ONCE = 4

/** Pictures of one placement: our renderer with its layers warm against a composite of SVG and photo for each. */
export async function benchRender(folder: string): Promise<Measurement> {
  const workspace = await openDemo(folder, { hold: false })
  try {
    const { ports, fonts, fingerprint } = workspace
    const { plan } = await loadPlan(ports, DEMO_CAMPAIGN, { publicUrl: '', fingerprint })
    const units = drawUnits(plan)
    const files = await readPictures(plan, (hash) => ports.blobs.get(hash))
    const renderer = createRenderer({ fonts, readFile: async (hash) => files.get(hash) })
    const ourPicture: PictureMaker = async (scene) => {
      const { bytes, quality } = await renderer.picture(scene, { format: 'jpeg', quality: QUALITY })
      if (quality !== QUALITY) throw new Error(`our picture has quality ${quality}, not ${QUALITY}`)
      return bytes
    }
    const plainPicture = createPlainPictures(files, { quality: QUALITY, keepCrops: false })
    const plainKeptCrops = createPlainPictures(files, { quality: QUALITY, keepCrops: true })

    const cold = await rate(ourPicture, plan, units, fonts, 0)
    const difference = await compareSample(ourPicture, plainPicture, plan, units.slice(0, SAMPLE), fonts)
    const ours = await rate(ourPicture, plan, units, fonts, BUDGET_MS)
    // Our renderer sets these for the whole process; the plain side gets sharp's own cache back, and a warm-up.
    sharp.cache(true)
    await rate(plainPicture, plan, units.slice(0, 100), fonts, 0)
    const plain = await rate(plainPicture, plan, units.slice(0, 400), fonts, BUDGET_MS)
    const kept = await rate(plainKeptCrops, plan, units.slice(0, 400), fonts, BUDGET_MS)
    sharp.cache(false)

    const kilobytes = (side: Rate) => `${(side.bytes / side.pictures / 1000).toFixed(1)} KB a picture`
    return {
      name: 'render',
      unit: 'pictures of 300x250',
      ours: {
        name: 'our renderer',
        perSecond: ours.perSecond,
        perCpuSecond: ours.perCpuSecond,
        detail: `JPEG, quality ${QUALITY}, ${kilobytes(ours)}`,
      },
      plain: {
        name: 'sharp composite',
        perSecond: plain.perSecond,
        perCpuSecond: plain.perCpuSecond,
        detail: `JPEG, quality ${QUALITY}, ${kilobytes(plain)}`,
      },
      sink: `memory, bytes counted and dropped; one process on both sides, ${AT_ONCE} pictures at once on libuv's threads`,
      same: `same scenes; the decoded pictures of ${SAMPLE} differ by ${difference.toFixed(2)} of 255 on average`,
      notMeasured: 'reading assets (in memory on both sides); worker threads; other sizes',
      notes: [
        `${UNITS} units drawn by chance from all segments; ours with every layer warm, laying out the scene included`,
        `ours the first time over, layers made as they come: ${Math.round(cold.perSecond)} a second`,
        `sharp composite that keeps the crops of photo and logo: ${Math.round(kept.perSecond)} a second`,
      ],
    }
  } finally {
    await workspace.close()
  }
}

function drawUnits(plan: Plan): AdUnit[] {
  const space = createSpace(plan)
  const stream = createStream(SEED)
  const units: AdUnit[] = []
  while (units.length < UNITS) {
    const segment = plan.segments[stream.integer(plan.segments.length)]!.id
    const locale = plan.campaign.locales[stream.integer(plan.campaign.locales.length)]!
    const drawn = space.choose(stream, { segment, locale, placement: PLACEMENT }, EVEN_WEIGHTS)
    if (drawn) units.push(drawn.unit)
  }
  return units
}

async function readPictures(
  plan: Plan,
  read: (hash: string) => Promise<Uint8Array | undefined>,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const hashes = [...new Set(Object.values(plan.files))]
  return new Map(await Promise.all(hashes.map(async (hash) => [hash, (await read(hash))!] as const)))
}

interface Rate {
  readonly pictures: number
  readonly bytes: number
  readonly perSecond: number
  readonly perCpuSecond: number
}

/** Draws all the units, and again until the time is over. */
async function rate(
  make: PictureMaker,
  plan: Plan,
  units: readonly AdUnit[],
  fonts: Fonts,
  budgetMs: number,
): Promise<Rate> {
  let next = 0
  let pictures = 0
  let bytes = 0
  const startMs = performance.now()
  const startCpuS = cpuSeconds()
  const draw = async (): Promise<void> => {
    while (next < units.length || performance.now() - startMs < budgetMs) {
      const unit = units[next++ % units.length]!
      bytes += (await make(unitScene(plan, unit, fonts))).length
      pictures++
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, draw))
  return {
    pictures,
    bytes,
    perSecond: pictures / ((performance.now() - startMs) / 1000),
    perCpuSecond: pictures / (cpuSeconds() - startCpuS),
  }
}

/** Largest difference that the other resampling and blending of the plain side explains. */
const LARGEST_MEAN_DIFFERENCE = 4

/** Mean difference of the decoded pictures of both sides, 0..255. */
async function compareSample(
  ours: PictureMaker,
  plain: PictureMaker,
  plan: Plan,
  units: readonly AdUnit[],
  fonts: Fonts,
): Promise<number> {
  let sum = 0
  let values = 0
  for (const unit of units) {
    const scene = unitScene(plan, unit, fonts)
    const [a, b] = await Promise.all([pixelsOf(await ours(scene)), pixelsOf(await plain(scene))])
    if (a.length !== b.length) throw new Error(`the pictures of ${JSON.stringify(unit)} differ in size`)
    for (let at = 0; at < a.length; at++) sum += Math.abs(a[at]! - b[at]!)
    values += a.length
  }
  const mean = sum / values
  if (mean > LARGEST_MEAN_DIFFERENCE) throw new Error(`the pictures differ by ${mean.toFixed(2)} on average`)
  return mean
}

function pixelsOf(jpeg: Uint8Array): Promise<Buffer> {
  return sharp(jpeg).raw().toBuffer()
}
