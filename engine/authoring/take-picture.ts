import { PolyadError } from '../../core/errors.ts'
import { inspectPicture, requirePicture } from '../../templates/picture-input.ts'
import { looksLikeSvg, pngOfSvg } from '../../templates/svg-input.ts'
import type { Campaign } from '../campaign/campaign.ts'
import type { Ports } from '../ports/ports.ts'

/** A picture that came from outside and is now one of the workspace. */
export interface TakenPicture {
  readonly path: string
  readonly bytes: number
  readonly widthPx: number
  readonly heightPx: number
  /** It was not there before. */
  readonly isNew: boolean
}

/** Largest picture taken, in bytes: as large as the workspace reads. */
export const MAX_PICTURE_BYTES = 20_000_000

const ENDINGS: Readonly<Record<string, string>> = { jpeg: 'jpg', png: 'png', webp: 'webp' }

/**
 * Keeps a picture under the hash of its content. What it is is told by its bytes, never by a name or a header; it is
 * decoded once, so a damaged one does not get in. An SVG is kept as the PNG that it draws.
 *
 * @param where names it in messages
 * @throws PolyadError PICTURE_INVALID, FILE_UNWRITABLE
 */
export async function takePicture(
  { pictures }: Pick<Ports, 'pictures'>,
  bytes: Uint8Array,
  where: string,
): Promise<TakenPicture> {
  if (bytes.length > MAX_PICTURE_BYTES) {
    throw new PolyadError('PICTURE_INVALID', {
      file: where,
      problem: `it has more than ${MAX_PICTURE_BYTES} bytes`,
    })
  }
  const picture = looksLikeSvg(bytes) ? await pngOfSvg(bytes, where) : bytes
  const { format, widthPx, heightPx } = await inspectPicture(picture, where)
  await requirePicture(picture, where)
  const { path, isNew } = await pictures.put(picture, ENDINGS[format]!)
  return { path, bytes: picture.length, widthPx, heightPx, isNew }
}

/** Names of campaigns by the pictures they name, also retired ones: their ads may still be shown. */
export async function pictureUses({
  documents,
}: Pick<Ports, 'documents'>): Promise<ReadonlyMap<string, readonly string[]>> {
  const uses = new Map<string, string[]>()
  for (const name of await documents.list('campaign')) {
    const campaign = (await documents.read('campaign', name))?.body as Partial<Campaign> | undefined
    const ofSlots = (campaign?.slots ?? []).flatMap(({ assets = [] }) => assets.map(({ file }) => file))
    for (const file of new Set([...ofSlots, campaign?.houseAd?.file])) {
      if (file !== undefined) uses.set(file, [...(uses.get(file) ?? []), name])
    }
  }
  return uses
}
