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
  const runs = fonts.measure(text, weight).runs.map(({ text: part, family, startEm, direction }) => {
    const mark = direction === 'rtl' ? '\u200f' : ''
    return `<tspan x="${leftPx + startEm * fontPx}" font-family="${family}">${mark}${escapeText(part)}${mark}</tspan>`
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
    ['สุดสัปดาห์ที่เชียงใหม่ ลด 20% I', 700, 34],
    ['น้ำ กุฏิ ปู่ ญู I', 400, 22],
    ['주말 여행, 지금 예약하면 20% I', 700, 28],
    ['뷁 똠방각하 I', 400, 40],
    ['خصم حتى ٢٠٪ على رحلتك I', 700, 30],
    ['السَّلامُ عَلَيْكُمْ I', 400, 44],
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
    const { runs, missing, widthEm } = fonts.measure('Hi 👨‍👩‍👧 京都!', 400)
    expect(missing).toEqual(['👨‍👩‍👧', '京', '都'])
    expect(runs.map(({ text }) => text)).toEqual(['Hi  !'])
    expect(widthEm).toBe(fonts.measure('Hi  !', 400).widthEm)
  })

  it('says which file is missing', async () => {
    await expect(loadFonts('/nowhere')).rejects.toMatchObject({
      code: 'FILE_UNREADABLE',
      message: expect.stringContaining('/nowhere/inter-latin-400.ttf'),
    })
  })

  it('gives spaces and signs between words of a script to its font, digits and Latin to Inter', () => {
    const shown = (text: string) =>
      fonts.measure(text, 400).runs.map(({ text: part, family }) => [family, part])
    expect(shown('주말 여행, 20% (선착순)')).toEqual([
      ['Noto Sans KR', '주말 여행, '],
      ['Inter', '20% ('],
      ['Noto Sans KR', '선착순)'],
    ])
  })

  it('orders a line that is read from right to left, and mirrors nothing twice', () => {
    const shown = (text: string, direction: 'ltr' | 'rtl', before = '') =>
      fonts.measure(text, 400, direction, before).runs.map((run) => `${run.direction} ${run.text}`)
    expect(shown('مع Polyad 15 الآن', 'rtl')).toEqual(['rtl الآن', 'rtl  ', 'ltr Polyad 15', 'rtl مع '])
    expect(shown('Say مرحبا today', 'ltr')).toEqual(['ltr Say ', 'rtl مرحبا', 'ltr  ', 'ltr today'])
    const { runs, widthEm } = fonts.measure('مع Polyad', 400, 'rtl')
    expect(runs[0]!.startEm).toBe(0)
    expect(runs.at(-1)!.startEm + runs.at(-1)!.widthEm).toBeCloseTo(widthEm, 2)
    // UAX #9, W2 and W4: a percent sign follows Arabic letters, not the digits beside it.
    expect(shown('20% الآن', 'rtl')).toEqual(['rtl الآن', 'rtl  ', 'ltr 20%'])
    expect(shown('20% الآن', 'rtl', '\u0627')).toEqual(['rtl الآن', 'rtl % ', 'ltr 20'])
  })

  it('are found wherever the package lies, and only they', () => {
    const root = fileURLToPath(new URL('../../..', import.meta.url))
    const folder = mkdtempSync(join(tmpdir(), 'polyad fonts '))
    const [elsewhere, home, bare] = ['package', 'many', 'none'].map((name) => join(folder, name))
    cpSync(join(root, 'templates/fonts'), elsewhere!, { recursive: true })
    for (const machine of ['.fonts', '.local/share/fonts'])
      cpSync(join(root, 'templates/fonts'), join(home!, machine), { recursive: true })
    const draw = `
      const texts = [['Inter', 'Wide'], ['Inter Ext', 'Łź'], ['Noto Sans Thai', 'ที่'], ['Noto Sans KR', '한'], ['Noto Sans Arabic', 'في']]
      const spans = texts.map(([family, text], at) => '<tspan x="' + (5 + at * 90) + '" font-family="' + family + '">' + text + '</tspan>')
      const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="500" height="60"><text y="40" font-size="30" font-weight="700">' + spans.join('') + '</text></svg>'
      const sharp = (await import('sharp')).default
      const pixels = await sharp(Buffer.from(svg)).raw().toBuffer()
      console.log((await import('node:crypto')).createHash('sha256').update(pixels).digest('hex'))`
    const drawnWith = (fontFolder: string, machine: string) =>
      execFileSync(process.execPath, ['--input-type=module', '-e', draw], {
        cwd: root,
        env: {
          ...process.env,
          HOME: machine,
          XDG_DATA_HOME: join(machine, '.local/share'),
          FONTCONFIG_FILE: join(fontFolder, 'fonts.conf'),
        },
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      })
    const here = drawnWith(join(root, 'templates/fonts'), bare!)
    expect(drawnWith(elsewhere!, home!)).toBe(here)
    // Without one of its own files a text is drawn otherwise, though the machine has that very font.
    for (const script of ['thai', 'kr', 'arabic']) {
      const file = `noto-sans-${script}-700.ttf`
      rmSync(join(elsewhere!, file))
      expect(drawnWith(elsewhere!, home!), script).not.toBe(here)
      cpSync(join(root, 'templates/fonts', file), join(elsewhere!, file))
    }
    rmSync(folder, { recursive: true })
  })
})
