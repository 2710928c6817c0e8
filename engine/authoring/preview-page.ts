import { contentHash } from '../../core/hash.ts'
import { escapeAttribute, escapeText } from '../../templates/escape.ts'
import { isMisfit, outcomeText, type Preview, type PreviewCell } from './preview.ts'

/** Where a picture of a page is, and how many bytes an ad server would take. */
export interface CellPicture {
  /** Address or data URI; undefined where it could not be drawn. */
  readonly src: string | undefined
  readonly problem: string | undefined
}

export interface PreviewPageOptions {
  readonly picture: (cell: PreviewCell) => CellPicture
  /** Address of the script that reloads the page; none for a page that stands alone. */
  readonly scriptUrl?: string
}

/** Waits for the server to tell of a change. */
export const RELOAD_SCRIPT = `new EventSource('/changes' + new URL(document.currentScript.src).search)
  .addEventListener('change', () => location.reload())
`

const PROBLEM_LINE = 34

/** What is wrong with a picture, in its place. */
export function problemPicture(problem: string): string {
  const lines = problem.match(new RegExp(`.{1,${PROBLEM_LINE}}(\\s|$)|.{1,${PROBLEM_LINE}}`, 'gu')) ?? []
  const shown = lines
    .slice(0, 12)
    .map((line, at) => `<text x="8" y="${20 + 16 * at}">${escapeText(line.trim())}</text>`)
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 260 ${28 + 16 * shown.length}" font-family="sans-serif" font-size="13" fill="#c5221f"><rect width="100%" height="100%" fill="#fff3f2"/>${shown.join('')}</svg>`
}

const STYLE = `
:root{color-scheme:light dark;font:15px/1.45 system-ui,sans-serif}
body{margin:0 auto;max-width:1800px;padding:20px 24px 60px}
h1{font-size:22px;margin:0}h2{font-size:16px;margin:36px 0 10px;border-top:1px solid #8884;padding-top:14px}
p{margin:4px 0}h2 small,p.note{color:#888;font-weight:400}
.row{display:flex;flex-wrap:wrap;gap:22px;align-items:flex-start}
figure{margin:0;max-width:100%}
figure img{display:block;max-width:100%;height:auto;background:#8882;box-shadow:0 0 0 1px #8883}
figcaption{font-size:12.5px;margin-top:6px}figcaption b{font-weight:600}
ul{list-style:none;margin:2px 0 0;padding:0}.bad{color:#c5221f;font-weight:600}.shrunk{color:#a15c00}
pre{white-space:pre-wrap;border-left:3px solid #c5221f;padding:10px 14px;background:#c5221f14}
@media (prefers-color-scheme:dark){.bad{color:#ff8a80}.shrunk{color:#ffb74d}}
`

/** Widest a picture is shown: a story or a feed picture is shown smaller than it is. */
const MAX_SHOWN_PX = 970
const MAX_SHOWN_HEIGHT_PX = 640

/** A page of all sizes, locales and lengths of copy: no framework, nothing from elsewhere, no script but the reloading one. */
export function previewPage(preview: Preview, options: PreviewPageOptions): string {
  const { template, campaigns, locales, cells } = preview
  const misfits = cells.reduce((sum, { texts }) => sum + texts.filter(isMisfit).length, 0)
  const placements = [...new Set(cells.map(({ placement }) => placement))]
  const source =
    campaigns.length > 0
      ? `Copy: the longest and shortest of ${campaigns.join(', ')}`
      : 'Sample copy: no campaign uses this template yet'
  return document(options.scriptUrl, template.title ?? template.name, [
    `<h1>${escapeText(template.title ?? template.name)}</h1>`,
    `<p>${placements.length} sizes, ${locales.length} locales (${escapeText(locales.join(', '))}). ${escapeText(source)}.</p>`,
    `<p${misfits > 0 ? ' class="bad"' : ''}>${misfits > 0 ? `${misfits} texts do not fit as written` : 'Every text fits as written'}</p>`,
    ...placements.flatMap((placement) => {
      const { id, title, widthPx, heightPx } = placement
      return [
        `<h2 id="${escapeAttribute(id)}">${escapeText(title)} <small>${escapeText(id)}, ${widthPx} x ${heightPx}</small></h2>`,
        '<div class="row">',
        ...cells.filter((cell) => cell.placement === placement).map((cell) => figure(cell, options)),
        '</div>',
      ]
    }),
  ])
}

/** The page while the template cannot be read: what is wrong, and it reloads when that is mended. */
export function brokenPage(name: string, problem: string, scriptUrl?: string): string {
  return document(scriptUrl, name, [`<h1>${escapeText(name)}</h1>`, `<pre>${escapeText(problem)}</pre>`])
}

/** Its Content-Security-Policy as a header value; the page has the same as a meta element. */
export function previewPolicy(scriptUrl?: string): string {
  return [
    "default-src 'none'",
    "img-src 'self' data:",
    `style-src 'sha256-${styleHash()}'`,
    ...(scriptUrl ? ["script-src 'self'", "connect-src 'self'"] : []),
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ')
}

function document(scriptUrl: string | undefined, title: string, body: readonly string[]): string {
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${escapeAttribute(previewPolicy(scriptUrl))}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<link rel="icon" href="data:,">',
    `<title>${escapeText(title)}</title>`,
    `<style>${STYLE}</style>`,
    ...(scriptUrl ? [`<script src="${escapeAttribute(scriptUrl)}" defer></script>`] : []),
    '</head>',
    '<body>',
    ...body,
    '</body>',
    '</html>\n',
  ].join('\n')
}

function figure(cell: PreviewCell, options: PreviewPageOptions): string {
  const { placement, locale, length, texts } = cell
  const { src, problem } =
    cell.problem === undefined ? options.picture(cell) : { src: undefined, problem: cell.problem }
  const scale = Math.min(1, MAX_SHOWN_PX / placement.widthPx, MAX_SHOWN_HEIGHT_PX / placement.heightPx)
  const [width, height] = [placement.widthPx, placement.heightPx].map((side) => Math.round(side * scale))
  const alt = `${placement.id}, ${locale}, ${length} copy`
  const lines = texts.map((report) => {
    const kind = isMisfit(report) ? 'bad' : report.outcome
    return `<li class="${kind}">${escapeText(report.slot)}: ${escapeText(outcomeText(report))}</li>`
  })
  return [
    '<figure>',
    src === undefined
      ? `<pre>${escapeText(problem ?? '')}</pre>`
      : `<img src="${escapeAttribute(src)}" alt="${escapeAttribute(alt)}" width="${width}" height="${height}" loading="lazy">`,
    `<figcaption><b>${escapeText(locale)}</b>, ${length} copy<ul>${lines.join('')}</ul></figcaption>`,
    '</figure>',
  ].join('\n')
}

function styleHash(): string {
  return Buffer.from(contentHash(Buffer.from(STYLE)), 'hex').toString('base64')
}
