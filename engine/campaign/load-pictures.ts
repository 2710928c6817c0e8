import { PolyadError } from '../../core/errors.ts'
import { contentHash } from '../../core/hash.ts'
import { requirePicture } from '../../templates/picture-input.ts'
import type { Template } from '../../templates/template.ts'
import type { Ports } from '../ports/ports.ts'
import type { Campaign } from './campaign.ts'

/** A picture that is named somewhere. */
interface Mention {
  /** As it is written in the document: the key in the plan. */
  readonly path: string
  /** Relative to the workspace. */
  readonly file: string
  readonly what: string
  readonly where: string
}

/**
 * Puts every picture of a campaign into blobs and gives their hashes by path, as written in the documents: an asset's
 * path is relative to the workspace (`assets/beach.jpg`), a layer's to its template's folder (`texture.png` of
 * `templates/NAME/`).
 *
 * @throws PolyadError INPUT_INVALID for a picture that is missing, lies outside, or has one path with another one;
 * PICTURE_INVALID for one that is none
 */
export async function loadPictures(
  ports: Pick<Ports, 'blobs' | 'files'>,
  campaign: Campaign,
  template: Template,
): Promise<Record<string, string>> {
  const pictures: Record<string, string> = {}
  const files = new Map<string, string>()
  for (const mention of [...picturesOfCampaign(campaign), ...picturesOfTemplate(template)]) {
    const { path, file, what, where } = mention
    const other = files.get(path)
    if (other === file) continue
    if (other !== undefined) {
      const problem = `"${path}" also names ${other}`
      throw new PolyadError('INPUT_INVALID', { what, where, problem, mend: 'rename one of the files' })
    }
    files.set(path, file)
    pictures[path] = await keepPicture(ports, mention)
  }
  return pictures
}

/** A picture that is in the blobs already was decoded when it came there. */
async function keepPicture(ports: Pick<Ports, 'blobs' | 'files'>, mention: Mention): Promise<string> {
  const bytes = await readPicture(ports, mention)
  const hash = contentHash(bytes)
  if (await ports.blobs.has(hash)) return hash
  await requirePicture(bytes, `${mention.where}: ${mention.file}`)
  return ports.blobs.put(bytes)
}

async function readPicture(ports: Pick<Ports, 'files'>, { file, what, where }: Mention): Promise<Uint8Array> {
  const bytes = await ports.files.read(file).catch((error: unknown) => {
    if (!(error instanceof PolyadError) || error.code !== 'INPUT_INVALID') throw error
    const { problem, mend } = (error as PolyadError<'INPUT_INVALID'>).details
    const details = { what, where, problem: `${file}: ${problem}`, ...(mend && { mend }) }
    throw new PolyadError('INPUT_INVALID', details, { cause: error })
  })
  if (!bytes) {
    const mend = 'put the picture there or change the path'
    throw new PolyadError('INPUT_INVALID', { what, where, problem: `there is no file ${file}`, mend })
  }
  return bytes
}

function picturesOfCampaign(campaign: Campaign): Mention[] {
  const { name, houseAd } = campaign
  const where = `campaigns/${name}.json: /houseAd/file`
  const house = houseAd ? [{ path: houseAd.file, file: houseAd.file, what: 'campaign', where }] : []
  const ofSlots = campaign.slots.flatMap(({ assets }, slot) =>
    assets.flatMap(({ file, retired }, at) =>
      file === undefined || retired
        ? []
        : [
            {
              path: file,
              file,
              what: 'campaign',
              where: `campaigns/${campaign.name}.json: /slots/${slot}/assets/${at}/file`,
            },
          ],
    ),
  )
  return [...house, ...ofSlots]
}

/** Pictures of layers, also those that only a placement shows. */
function picturesOfTemplate(template: Template): Mention[] {
  const folder = `templates/${template.name}`
  const mention = (path: string, pointer: string): Mention => ({
    path,
    file: `${folder}/${path}`,
    what: 'template',
    where: `${folder}/template.json: ${pointer}`,
  })
  const ofLayers = template.layers.flatMap((layer, at) =>
    layer.kind === 'image' && layer.file !== undefined ? [mention(layer.file, `/layers/${at}/file`)] : [],
  )
  const ofPlacements = Object.entries(template.placements ?? {}).flatMap(([placement, layers]) =>
    Object.entries(layers).flatMap(([layer, { file }]) =>
      typeof file === 'string' ? [mention(file, `/placements/${placement}/${layer}/file`)] : [],
    ),
  )
  const ofSlots = template.slots.flatMap(({ kind, default: value }, at) =>
    kind === 'image' && typeof value === 'string' ? [mention(value, `/slots/${at}/default`)] : [],
  )
  return [...ofLayers, ...ofPlacements, ...ofSlots]
}
