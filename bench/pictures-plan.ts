import sharp from 'sharp'
import type { Workspace } from '../cli/compose.ts'
import type { Campaign } from '../engine/campaign/campaign.ts'
import { demoPlan, type StoredPlan, store, withSlots } from './generate-plans.ts'

const PHOTOS = 20
const HEADLINES = 250
const CTAS = 20
const PLACEMENT = 'iab-300x250'

/** 100,000 ad units in one size that all look different: 20 photos, 250 headlines and 20 calls to action of the example. */
export async function picturesPlan(workspace: Workspace): Promise<StoredPlan> {
  const { plan } = await demoPlan(workspace)
  const { photos, files } = await twentyPhotos(workspace, plan.campaign, plan.files)
  const slots = plan.campaign.slots.map(({ slot, assets }) => {
    const texts = assets
      .flatMap(({ text }) => text?.['en-US'] ?? text?.['en'] ?? [])
      .filter((text) => !text.includes('{{'))
    const chosen =
      slot === 'photo'
        ? photos
        : slot === 'headline'
          ? numbered(slot, texts, HEADLINES)
          : slot === 'cta'
            ? numbered(slot, texts, CTAS)
            : assets.slice(0, 1).map(({ when: _, ...asset }) => asset)
    return { slot, default: chosen[0]!.id, assets: chosen }
  })
  const { exclude: _, require: __, groups: ___, ...campaign } = plan.campaign
  return store(
    workspace,
    withSlots(
      {
        ...plan,
        campaign: { ...campaign, locales: ['en-US'], placements: [PLACEMENT] },
        placements: plan.placements.filter(({ id }) => id === PLACEMENT),
        segments: plan.segments.slice(0, 1),
        files: { ...plan.files, ...files },
      },
      slots,
    ),
  )
}

type Asset = Campaign['slots'][number]['assets'][number]

/** Texts again and again, told apart by a number. */
function numbered(slot: string, texts: readonly string[], count: number): Asset[] {
  return Array.from({ length: count }, (_, at) => {
    const text = texts[at % texts.length]!
    return { id: `${slot}-${at}`, text: { en: at < texts.length ? text : `${text} ${at}` } }
  })
}

/** The example's photos, and mirrored ones to make up the number. */
async function twentyPhotos(
  { ports }: Workspace,
  campaign: Campaign,
  files: Readonly<Record<string, string>>,
): Promise<{ readonly photos: Asset[]; readonly files: Record<string, string> }> {
  const own = campaign.slots.find(({ slot }) => slot === 'photo')!.assets
  const mirrored: Record<string, string> = {}
  const photos: Asset[] = own.map(({ id, file }) => ({ id, file: file! }))
  for (const { id, file } of own) {
    if (photos.length >= PHOTOS) break
    const bytes = (await ports.blobs.get(files[file!]!))!
    const path = `assets/mirrored-${id}.jpg`
    mirrored[path] = await ports.blobs.put(await sharp(bytes).flop().jpeg({ quality: 90 }).toBuffer())
    photos.push({ id: `mirrored-${id}`, file: path })
  }
  return { photos: photos.slice(0, PHOTOS), files: mirrored }
}
