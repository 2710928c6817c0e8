import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import type { Workspace } from '../cli/compose.ts'
import { createStream } from '../core/stream.ts'
import type { Plan } from '../engine/campaign/plan.ts'
import { renderCampaign } from '../engine/generate/render.ts'
import type { RenderedFile } from '../engine/generate/render-frames.ts'
import { unitScene } from '../engine/generate/unit-scene.ts'
import { createSpace } from '../engine/space/space.ts'
import { writeZip } from '../io/zip.ts'
import type { Fonts } from '../templates/fonts.ts'
import type { Scene } from '../templates/scene.ts'
import { openDemo, SEED, WORKERS } from './demo-workspace.ts'
import type { StoredPlan } from './generate-plans.ts'
import { cpuSeconds, type Measurement, type Side } from './measurement.ts'
import { picturesPlan } from './pictures-plan.ts'
import { createPlainPictures, type PictureMaker } from './render-plain.ts'

const QUALITY = 82
/** The plain side draws so many of the campaign's pictures: all would take minutes. */
const PLAIN_PICTURES = 3_000
/** Pictures under way at once on the plain side: libuv's threads keep both cores busy. */
const AT_ONCE = 4
const COMPARED = 40

/** A campaign of 100,000 pictures from nothing into one zip file, beside a composite and an encoding for each. */
export async function benchPicturesCold(folder: string): Promise<Measurement> {
  return measured(folder, async (world) => {
    const ours = await timed(async () => {
      const file = join(world.out, 'ours.zip')
      const { entries } = await writeZip(file, renderAll(world))
      return { pictures: entries, bytes: (await stat(file)).size }
    })
    const plain = await timed(async () => {
      const file = join(world.out, 'plain.zip')
      const { entries } = await writeZip(file, plainFiles(world))
      return { pictures: entries, bytes: (await stat(file)).size }
    })
    return {
      name: 'pictures-cold',
      unit: 'distinct 300x250 JPEGs into one zip file',
      ours: sideOf(`polyad, ${WORKERS} workers`, ours),
      plain: sideOf('sharp composite each', plain),
      sink: 'one zip file in the temporary folder, not compressed, written by the same code',
      notMeasured: 'other sizes; PNG; reading the campaign',
      notes: [
        `ours: all ${ours.pictures} of the campaign, threads and layers and bands from nothing; plain: ${plain.pictures} drawn by chance of the same, photos read before`,
      ],
    }
  })
}

/** The same pictures once every band is known, to memory. */
export async function benchPicturesSteady(folder: string): Promise<Measurement> {
  return measured(folder, async (world) => {
    const drop = async () => {
      let pictures = 0
      let bytes = 0
      for await (const file of renderAll(world)) {
        pictures++
        bytes += file.bytes.length
      }
      return { pictures, bytes }
    }
    // A thread meets other ranges each time, and knows all bands after two or three.
    for (let pass = 0; pass < 3; pass++) await drop()
    const ours = await timed(drop)
    const plain = await timed(async () => {
      let pictures = 0
      let bytes = 0
      for await (const file of plainFiles(world)) {
        pictures++
        bytes += file.bytes.length
      }
      return { pictures, bytes }
    })
    return {
      name: 'pictures-steady',
      unit: 'distinct 300x250 JPEGs to memory',
      ours: sideOf(`polyad, ${WORKERS} workers`, ours),
      plain: sideOf('sharp composite each', plain),
      sink: 'memory: joined in a thread, moved to the main one, counted and dropped; plain the same in one process',
      notMeasured: 'other sizes; PNG; writing anywhere',
      notes: [
        `ours: all ${ours.pictures} again after three passes over them; plain: ${plain.pictures} drawn by chance`,
      ],
    }
  })
}

interface World {
  readonly workspace: Workspace
  readonly stored: StoredPlan
  readonly out: string
  readonly makePlain: PictureMaker
}

async function measured(
  folder: string,
  measure: (world: World) => Promise<Omit<Measurement, 'same'>>,
): Promise<Measurement> {
  const workspace = await openDemo(folder, { hold: false })
  const out = await mkdtemp(join(tmpdir(), 'polyad-bench-pictures-'))
  try {
    const stored = await picturesPlan(workspace)
    const files = new Map<string, Uint8Array>()
    for (const hash of new Set(Object.values(stored.plan.files))) {
      files.set(hash, (await workspace.ports.blobs.get(hash))!)
    }
    const makePlain = createPlainPictures(files, { quality: QUALITY, keepCrops: false })
    const world = { workspace, stored, out, makePlain }
    const difference = await compare(world)
    return {
      ...(await measure(world)),
      same: `same scenes; the decoded pictures of ${COMPARED} differ by ${difference.toFixed(2)} of 255 on average`,
    }
  } finally {
    await workspace.close()
    await rm(out, { recursive: true, force: true })
  }
}

function renderAll({ workspace, stored }: World): AsyncGenerator<RenderedFile> {
  return renderCampaign(workspace.ports, { ...stored, format: 'jpeg', quality: QUALITY })
}

/** Pictures of the plain side, some at once, in the order they are ready. */
async function* plainFiles(world: World): AsyncGenerator<RenderedFile> {
  const underWay = new Map<number, Promise<{ readonly at: number; readonly file: RenderedFile }>>()
  const scenes = drawnScenes(world.stored.plan, world.workspace.fonts, PLAIN_PICTURES)
  let next = 0
  for (const scene of scenes) {
    const at = next++
    underWay.set(
      at,
      world.makePlain(scene).then((bytes) => ({ at, file: { name: `${at}.jpg`, bytes, quality: QUALITY } })),
    )
    if (underWay.size < AT_ONCE) continue
    const first = await Promise.race(underWay.values())
    underWay.delete(first.at)
    yield first.file
  }
  for (const each of underWay.values()) yield (await each).file
}

function* drawnScenes(plan: Plan, fonts: Fonts, count: number): Generator<Scene> {
  const space = createSpace(plan)
  const stream = createStream(SEED)
  for (let at = 0; at < count; at++) {
    const unit = space.unitAt(BigInt(stream.integer(Number(space.count))))
    yield unitScene(plan, unit, fonts)
  }
}

/** Largest difference that the other resampling and blending of the plain side explains. */
const LARGEST_MEAN_DIFFERENCE = 4

/** Mean difference of the decoded pictures of both sides over a sample, 0..255. */
async function compare({ workspace, stored, makePlain }: World): Promise<number> {
  const { plan, planHash } = stored
  const step = createSpace(plan).count / BigInt(COMPARED)
  const positions = Array.from({ length: COMPARED }, (_, at) => BigInt(at) * step)
  const space = createSpace(plan)
  let sum = 0
  let values = 0
  let at = 0
  const request = { plan, planHash, format: 'jpeg', quality: QUALITY, positions } as const
  for await (const { bytes } of renderCampaign(workspace.ports, request)) {
    const unit = space.unitAt(positions[at++]!)
    const scene = unitScene(plan, unit, workspace.fonts)
    const [ours, plain] = await Promise.all([pixelsOf(bytes), pixelsOf(await makePlain(scene))])
    for (let value = 0; value < ours.length; value++) sum += Math.abs(ours[value]! - plain[value]!)
    values += ours.length
  }
  const mean = sum / values
  if (mean > LARGEST_MEAN_DIFFERENCE) throw new Error(`the pictures differ by ${mean.toFixed(2)} on average`)
  return mean
}

function pixelsOf(jpeg: Uint8Array): Promise<Uint8Array> {
  return sharp(jpeg).raw().toBuffer()
}

interface Timed {
  readonly pictures: number
  readonly bytes: number
  readonly seconds: number
  readonly cpuS: number
}

async function timed(
  work: () => Promise<{ readonly pictures: number; readonly bytes: number }>,
): Promise<Timed> {
  const startMs = performance.now()
  const startCpuS = cpuSeconds()
  const done = await work()
  return { ...done, seconds: (performance.now() - startMs) / 1000, cpuS: cpuSeconds() - startCpuS }
}

function sideOf(name: string, { pictures, bytes, seconds, cpuS }: Timed): Side {
  return {
    name,
    perSecond: pictures / seconds,
    perCpuSecond: pictures / cpuS,
    detail: `${pictures.toLocaleString('en-US')} in ${seconds.toFixed(1)} s, ${(bytes / pictures / 1000).toFixed(1)} KB each`,
  }
}
