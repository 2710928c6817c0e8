import { escapeAttribute, escapeText, safeUrl } from './escape.ts'
import type { PixelBox } from './layout.ts'
import type { Scene, SceneImage, SceneLayer } from './scene.ts'

export interface HtmlOptions {
  /** Where the picture of an image layer is: a data URI makes the document self-contained. */
  readonly href: (image: SceneImage) => string
  /** The click goes here; left out when it is not http(s). */
  readonly clickUrl: string
  /**
   * `clickUrl` becomes the variable `clickTag`, which an ad server sets to its own address, and a click opens what it
   * holds then: the one script there is.
   */
  readonly clickTag?: boolean
  /** Counts the showing: loaded as an invisible picture; left out when it is not http(s). */
  readonly impressionUrl?: string
  /** BCP 47 */
  readonly locale: string
  readonly title: string
}

/**
 * Inter is wider than the families after it, so lines measured with it stay in their boxes where it is missing.
 */
const FONT_STACK =
  "Inter,'Inter Ext','Noto Sans Thai','Noto Sans Arabic','Noto Sans KR',Arial,Helvetica,sans-serif"

/**
 * The ad unit as an HTML document of absolutely positioned boxes: one link, no script, no style sheet from elsewhere.
 * Some browsers round the width of every letter to whole pixels; geometricPrecision keeps lines as long as they were
 * measured.
 */
export function htmlDocument(scene: Scene, options: HtmlOptions): string {
  const clickUrl = safeUrl(options.clickUrl)
  const impressionUrl = options.impressionUrl === undefined ? undefined : safeUrl(options.impressionUrl)
  const link = options.clickTag
    ? ' href="javascript:void(window.open(window.clickTag))"'
    : clickUrl
      ? ` href="${escapeAttribute(clickUrl)}" target="_blank" rel="noopener"`
      : ''
  return [
    '<!doctype html>',
    `<html lang="${escapeAttribute(options.locale)}">`,
    '<head>',
    '<meta charset="utf-8">',
    `<meta name="viewport" content="width=${scene.widthPx}">`,
    `<meta name="ad.size" content="width=${scene.widthPx},height=${scene.heightPx}">`,
    `<title>${escapeText(options.title)}</title>`,
    '<style>',
    `html,body{margin:0}`,
    `.ad{position:relative;display:block;overflow:hidden;width:${scene.widthPx}px;height:${scene.heightPx}px;background:#fff;font-family:${FONT_STACK};text-rendering:geometricPrecision;text-decoration:none}`,
    '.ad *{position:absolute;display:block;white-space:pre}',
    '</style>',
    // On a line of its own, in the spelling that ad servers look for.
    ...(options.clickTag ? [`<script>var clickTag = ${scriptText(clickUrl ?? '')};</script>`] : []),
    '</head>',
    '<body>',
    `<a class="ad"${link}>`,
    ...scene.layers.map((layer) => layerElements(layer, options)),
    '</a>',
    ...(impressionUrl
      ? [
          `<img src="${escapeAttribute(impressionUrl)}" width="1" height="1" alt="" style="position:absolute;opacity:0">`,
        ]
      : []),
    '</body>',
    '</html>\n',
  ].join('\n')
}

/** A text as a literal of a script inside a document: nothing in it can end the script. */
function scriptText(text: string): string {
  return JSON.stringify(text).replace(
    /[<>&'\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

function layerElements(layer: SceneLayer, options: HtmlOptions): string {
  const opacity = layer.opacity < 1 ? `opacity:${decimal(layer.opacity)};` : ''
  const place = `${boxStyle(layer.box)}${opacity}`
  switch (layer.kind) {
    case 'image': {
      const focus = `${decimal(layer.focus.x * 100)}% ${decimal(layer.focus.y * 100)}%`
      const crop = `object-fit:${layer.fit};object-position:${focus}`
      return `<img src="${escapeAttribute(options.href(layer))}" alt="" style="${place}${crop}">`
    }
    case 'shape': {
      const { fill } = layer
      const background =
        typeof fill === 'string'
          ? fill
          : `linear-gradient(${decimal(fill.angleDegrees + 90)}deg,${fill.from},${fill.to})`
      return `<div style="${place}${escapeAttribute(`background:${background};border-radius:${layer.radiusPx}px`)}"></div>`
    }
    case 'text': {
      const { box, background } = layer
      const behind = background ? `background:${background.fill};border-radius:${background.radiusPx}px;` : ''
      const type = `color:${layer.colour};font-size:${decimal(layer.fontPx)}px;font-weight:${layer.weight};line-height:0`
      const lines = layer.lines.map((line) => {
        // With a line height of 0 the baseline lies half of (ascent - descent) under the top of the box.
        const top = line.baselinePx - box.top - BASELINE_EM * layer.fontPx
        const leftPx = line.leftPx - box.left
        const side =
          line.direction === 'rtl'
            ? `dir="rtl" style="right:${decimal(box.width - leftPx - line.widthPx)}px`
            : `style="left:${decimal(leftPx)}px`
        return `<span ${side};top:${decimal(top)}px">${escapeText(line.text)}</span>`
      })
      return `<div style="${place}${escapeAttribute(behind + type)}">${lines.join('')}</div>`
    }
  }
}

/** Half of ascent less descent of Inter, in em. */
const BASELINE_EM = (0.96875 - 0.24121) / 2

function boxStyle(box: PixelBox): string {
  return `left:${box.left}px;top:${box.top}px;width:${box.width}px;height:${box.height}px;`
}

function decimal(value: number): string {
  return String(Math.round(value * 1000) / 1000)
}
