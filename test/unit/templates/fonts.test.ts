import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'
import { beforeAll, describe, expect, it } from 'vitest'
import { escapeText } from '../../../templates/escape.ts'
import { type Fonts, type FontWeight, loadFonts } from '../../../templates/fonts.ts'
import { testFonts } from './banner.ts'

let fonts: Fonts
beforeAll(async () => {
  fonts = await testFonts()
})

/** Right edge of the ink of the text followed by a bar, less the bar: where the pen stands after the text. */
async function drawnWidthPx(text: string, weight: FontWeight, fontPx: number): Promise<number> {
  const leftPx = 10
  const runs = fonts.measure(text, weight).runs.map(({ text: part, family, startEm }) => {
    return `<tspan x="${leftPx + startEm * fontPx}" font-family="${family}">${escapeText(part)}</tspan>`
  })
  const width = 1600
  const height = 160
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><text y="100" font-size="${fontPx}" font-weight="${weight}" text-rendering="geometricPrecision" xml:space="preserve">${runs.join('')}</text></svg>`
  const rgba = await sharp(Buffer.from(svg)).ensureAlpha().raw().toBuffer()
  let right = 0
  for (let at = 3; at < rgba.length; at += 4)
    if (rgba[at]! > 32) right = Math.max(right, ((at - 3) / 4) % width)
  return right + 1 - leftPx
}

describe('fonts', () => {
  // Each text ends in I, whose ink ends a known distance before the pen.
  it.each<[string, FontWeight, number]>([
    ['Save 20% on AVATAR Today I', 700, 31.5],
    ['Save 20% on AVATAR Today I', 400, 11],
    ['WAVE To. Ty. P, "quoted" I', 400, 13.5],
    ['Zażółć gęślą jaźń, Łódź I', 700, 24],
    ['Größe, açaí, œuvre, naïve I', 400, 60],
    ['a  b   c & <d> I', 700, 17],
  ])('measures "%s" at %i and %f px as librsvg draws it, within a pixel', async (text, weight, fontPx) => {
    const bearingPx = (await drawnWidthPx('I', weight, fontPx)) - fonts.measure('I', weight).widthEm * fontPx
    const drawn = (await drawnWidthPx(text, weight, fontPx)) - bearingPx
    expect(Math.abs(drawn - fonts.measure(text, weight).widthEm * fontPx)).toBeLessThanOrEqual(1)
  })

  it('says which font draws each part, and puts the parts behind each other', () => {
    const { runs, widthEm, missing } = fonts.measure('Łódź', 400)
    expect(runs.map(({ text, family }) => [text, family])).toEqual([
      ['Ł', 'Inter Ext'],
      ['ód', 'Inter'],
      ['ź', 'Inter Ext'],
    ])
    expect(runs[1]!.startEm).toBeCloseTo(runs[0]!.widthEm, 10)
    expect(widthEm).toBeCloseTo(runs[2]!.startEm + runs[2]!.widthEm, 10)
    expect(missing).toEqual([])
  })

  it('reports graphemes no font has and leaves them out', () => {
    const { runs, missing, widthEm } = fonts.measure('Hi 👨‍👩‍👧 ไทย!', 400)
    expect(missing).toEqual(['👨‍👩‍👧', 'ไ', 'ท', 'ย'])
    expect(runs.map(({ text }) => text)).toEqual(['Hi  !'])
    expect(widthEm).toBe(fonts.measure('Hi  !', 400).widthEm)
  })

  it('says which file is missing', async () => {
    await expect(loadFonts('/nowhere')).rejects.toMatchObject({
      code: 'FILE_UNREADABLE',
      message: expect.stringContaining('/nowhere/inter-latin-400.ttf'),
    })
  })

  it('are found wherever the package lies, and only they', () => {
    const root = fileURLToPath(new URL('../../..', import.meta.url))
    const elsewhere = mkdtempSync(join(tmpdir(), 'polyad fonts '))
    cpSync(join(root, 'templates/fonts'), elsewhere, { recursive: true })
    const draw = `
      const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="300" height="60"><text y="40" font-size="30" font-weight="700"><tspan x="5" font-family="Inter">Wide </tspan><tspan font-family="Inter Ext">Łź</tspan></text></svg>'
      const pixels = await (await import('sharp')).default(Buffer.from(svg)).raw().toBuffer()
      console.log((await import('node:crypto')).createHash('sha256').update(pixels).digest('hex'))`
    const drawnWith = (folder: string) =>
      execFileSync(process.execPath, ['--input-type=module', '-e', draw], {
        cwd: root,
        env: { ...process.env, FONTCONFIG_FILE: join(folder, 'fonts.conf') },
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      })
    const here = drawnWith(join(root, 'templates/fonts'))
    expect(drawnWith(elsewhere)).toBe(here)
    for (const file of ['inter-latin-700.ttf', 'inter-ext-700.ttf']) rmSync(join(elsewhere, file))
    expect(drawnWith(elsewhere)).not.toBe(here)
    rmSync(elsewhere, { recursive: true })
  })
})
