import sharp from 'sharp'
import { PolyadError } from '../core/errors.ts'
import { XmlProblem, xmlParts } from '../core/xml-tags.ts'

/**
 * Shapes and paint. What reads other files, runs, needs fonts, or draws one thing many times over (use, pattern, mask,
 * filter, dashes: a few kilobytes of them take hours) is not among them.
 */
const ELEMENTS = new Set(
  'svg g defs title desc metadata path rect circle ellipse line polyline polygon linearGradient radialGradient stop clipPath'.split(
    ' ',
  ),
)
/** Namespaces, and presentation attributes of those elements. */
const ATTRIBUTES = new Set(
  (
    'xmlns version id class viewBox preserveAspectRatio width height x y x1 y1 x2 y2 cx cy r rx ry fx fy d points transform ' +
    'fill fill-opacity fill-rule stroke stroke-width stroke-opacity stroke-linecap stroke-linejoin stroke-miterlimit ' +
    'opacity color offset stop-color stop-opacity gradientUnits gradientTransform ' +
    'spreadMethod clip-path clip-rule clipPathUnits display visibility overflow space ' +
    'style role aria-label enable-background'
  ).split(' '),
)
const MAX_BYTES = 1_000_000
const MAX_ELEMENTS = 20_000
const MAX_DEPTH = 32
/** Each takes a canvas of its own while it is drawn. */
const MAX_LAYERS = 200
/** The longer side of the picture that is made of it. */
const PICTURE_PX = 1600

/** Whether bytes look like an SVG document: an element as its first thing, and `<svg` near its beginning. */
export function looksLikeSvg(bytes: Uint8Array): boolean {
  const start = Buffer.from(bytes.subarray(0, 4096))
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .trimStart()
  return start.startsWith('<') && /<(\w+:)?svg[\s>]/.test(start)
}

/**
 * Makes a PNG of an SVG document, its longer side 1,600 pixels. Only shapes and paint are taken, by an allow-list of
 * elements and attributes; it is drawn from memory, so nothing in it can name a file.
 *
 * @param where names it in messages
 * @throws PolyadError PICTURE_INVALID naming the first thing that is not taken
 */
export async function pngOfSvg(bytes: Uint8Array, where: string): Promise<Uint8Array> {
  const refuse = (problem: string, cause?: unknown) =>
    new PolyadError('PICTURE_INVALID', { file: where, problem }, { cause })
  if (bytes.length > MAX_BYTES) throw refuse(`an SVG may have ${MAX_BYTES} bytes`)
  const xml = Buffer.from(bytes).toString('utf8')
  const problem = svgProblem(xml)
  if (problem) throw refuse(problem)
  try {
    const { width, height } = await sharp(bytes, { limitInputPixels: false }).metadata()
    // A size of its own may be anything; it is drawn at ours.
    const densityAtOne = 72
    const scale = PICTURE_PX / Math.max(width, height)
    const density = Math.min(Math.max(densityAtOne * scale, 1), 100_000)
    return await sharp(bytes, { density, limitInputPixels: 2 * PICTURE_PX * PICTURE_PX })
      .resize({ width: PICTURE_PX, height: PICTURE_PX, fit: 'inside' })
      .png()
      .toBuffer()
  } catch (cause) {
    throw refuse(`it cannot be drawn (${(cause as Error).message})`, cause)
  }
}

/** What of an SVG is not taken, undefined when all is. */
export function svgProblem(xml: string): string | undefined {
  let depth = 0
  let elements = 0
  let layers = 0
  let clips = 0
  try {
    for (const part of xmlParts(xml)) {
      if (part.kind === 'close') {
        depth--
        if (part.name === 'clipPath') clips--
      }
      if (part.kind !== 'open') continue
      if (elements === 0 && part.name !== 'svg') return 'it is not an SVG document'
      if (++elements > MAX_ELEMENTS) return `it has more than ${MAX_ELEMENTS} elements`
      if (++depth > MAX_DEPTH) return `its elements lie more than ${MAX_DEPTH} deep in each other`
      if (!ELEMENTS.has(part.name))
        return `the element "${part.name}" is not accepted; keep shapes and gradients only`
      if (part.name === 'clipPath') clips++
      for (const [name, value] of [
        ...Object.entries(part.attributes),
        ...declarations(part.attributes['style']),
      ]) {
        if (isNamespace(name, value)) continue
        if (name === 'clip-path' && clips > 0) return 'a clip inside a clip is not accepted'
        if ((name === 'opacity' || name === 'clip-path') && ++layers > MAX_LAYERS) {
          return `it has more than ${MAX_LAYERS} clips and transparent layers`
        }
        if (!ATTRIBUTES.has(name)) return `the attribute "${name}" is not accepted`
        if (leadsAway(value)) return `the attribute "${name}" names something outside the document`
      }
    }
  } catch (error) {
    if (error instanceof XmlProblem) return error.message
    throw error
  }
  return elements === 0 ? 'it is not an SVG document' : undefined
}

/** What a `style` attribute declares, as attributes. */
function declarations(style = ''): [string, string][] {
  return style
    .split(';')
    .filter((each) => each.trim() !== '')
    .map((each) => {
      const [name = '', ...value] = each.split(':')
      return [name.trim(), value.join(':')]
    })
}

/** `xmlns:prefix` has lost its prefix (core/xml-tags.ts), and a namespace is an address that nobody opens. */
function isNamespace(name: string, value: string): boolean {
  return !ATTRIBUTES.has(name)
    ? /^[a-z]+$/.test(name) && /^http:\/\/[\w./#-]+$/.test(value)
    : name === 'xmlns'
}

function leadsAway(value: string): boolean {
  if (/[\\@]|\/\*|expression|javascript:|data:/i.test(value)) return true
  return /url\s*\(/i.test(value.replace(/url\(\s*(['"]?)#[\w.-]+\1\s*\)/g, ''))
}
