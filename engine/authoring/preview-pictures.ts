import sharp from 'sharp'
import { PolyadError } from '../../core/errors.ts'
import type { Fonts } from '../../templates/fonts.ts'
import { createRenderer } from '../../templates/raster.ts'
import type { Template } from '../../templates/template.ts'
import type { Ports } from '../ports/ports.ts'
import type { PreviewCell } from './preview.ts'
import { SAMPLE_PICTURE } from './preview-values.ts'

/** A cell drawn as an export draws it; or why it cannot be. */
export type DrawnCell = { readonly png: Uint8Array } | { readonly problem: string }

const SAMPLE_SVG =
  '<svg xmlns="http://www.w3.org/2000/svg" width="1600" height="1600"><defs><linearGradient id="a" x2="1" y2="1"><stop stop-color="#8fb8c9"/><stop offset="1" stop-color="#2f4f5f"/></linearGradient></defs><rect width="1600" height="1600" fill="url(#a)"/><circle cx="1120" cy="480" r="190" fill="#f4e3b2"/><path d="M0 1120 520 640 860 980 1180 720 1600 1160V1600H0z" fill="#1d3540"/></svg>'

/** Draws the cells of one preview: pictures of the workspace and of the template's folder, and a made-up one. */
export function createPreviewPictures(
  { files }: Pick<Ports, 'files'>,
  template: Template,
  fonts: Fonts,
): (cell: PreviewCell) => Promise<DrawnCell> {
  const own = new Set([
    ...template.layers.flatMap((layer) => (layer.kind === 'image' && layer.file ? [layer.file] : [])),
    ...Object.values(template.placements ?? {}).flatMap((layers) =>
      Object.values(layers).flatMap(({ file }) => (typeof file === 'string' ? [file] : [])),
    ),
  ])
  const renderer = createRenderer({
    fonts,
    readFile: async (path) =>
      path === SAMPLE_PICTURE
        ? sharp(Buffer.from(SAMPLE_SVG)).png().toBuffer()
        : files.read(own.has(path) ? `templates/${template.name}/${path}` : path),
  })
  return async ({ scene, problem = '' }) => {
    if (!scene) return { problem }
    try {
      return { png: (await renderer.picture(scene, { format: 'png' })).bytes }
    } catch (error) {
      if (error instanceof PolyadError) return { problem: error.message }
      throw error
    }
  }
}
