import fc from 'fast-check'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { inspectPicture } from '../../../templates/picture-input.ts'
import { looksLikeSvg, pngOfSvg, svgProblem } from '../../../templates/svg-input.ts'

const svg = (inside: string, attributes = 'width="40" height="20"') =>
  `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" ${attributes}>${inside}</svg>`

describe('an SVG from outside', () => {
  it('is drawn as a PNG at 1,600 pixels', async () => {
    const png = await pngOfSvg(
      Buffer.from(
        svg('<g style="fill:#ff0000; opacity: .5"><rect width="40" height="20"/></g>', 'viewBox="0 0 40 20"'),
      ),
      'x',
    )
    expect(await inspectPicture(png, 'x')).toEqual({ format: 'png', widthPx: 1600, heightPx: 800 })
    const [r, g] = await sharp(png).raw().toBuffer()
    expect([r, g]).toEqual([255, 0])
  })

  it.each([
    ['a script', svg('<script>alert(1)</script>'), 'the element "script" is not accepted'],
    ['HTML', svg('<foreignObject><iframe/></foreignObject>'), 'the element "foreignObject"'],
    ['an event', svg('<rect onclick="x()"/>'), 'the attribute "onclick"'],
    ['a local file', svg('<image href="/etc/passwd"/>'), 'the element "image"'],
    ['a link', svg('<rect xlink:href="file:///etc/passwd"/>'), 'the attribute "href"'],
    ['a paint from elsewhere', svg('<rect fill="url(http://evil.example/a)"/>'), 'names something outside'],
    ['a file in a style', svg('<rect style="fill: url(/etc/passwd)"/>'), 'names something outside'],
    ['an escape in a style', svg('<rect style="fill:u\\72l(/etc/passwd)"/>'), 'names something outside'],
    ['a filter in a style', svg('<rect style="filter:url(#a)"/>'), 'the attribute "filter"'],
    ['a style sheet', svg('<style>@import "x"</style>'), 'the element "style"'],
    ['uses of uses', svg('<use href="#a"/>'), 'the element "use"'],
    ['patterns', svg('<pattern id="a"/>'), 'the element "pattern"'],
    ['dashes', svg('<path stroke-dasharray=".001"/>'), 'the attribute "stroke-dasharray"'],
    ['entities', `<!DOCTYPE svg [<!ENTITY a "aa">]>${svg('')}`, 'it has a document type'],
    ['a style sheet of its own', `<?xml-stylesheet href="x"?><html/>`, 'it is not an SVG document'],
    ['depth', svg('<g>'.repeat(40)), 'deep in each other'],
    ['many layers', svg('<rect opacity=".5"/>'.repeat(300)), 'more than 200'],
    [
      'clips of clips',
      svg('<clipPath id="a"><rect clip-path="url(#a)"/></clipPath>'),
      'a clip inside a clip',
    ],
    ['many elements', svg('<rect/>'.repeat(30_000)), 'more than 20000 elements'],
  ])('%s is refused', (_, xml, problem) => {
    expect(svgProblem(xml)).toContain(problem)
  })

  it('any size it claims is drawn at ours, or refused', async () => {
    for (const size of [
      'width="1e9" height="1e9"',
      'width="100000" height="1"',
      'width="0" height="0"',
      '',
    ]) {
      const made = await pngOfSvg(Buffer.from(svg('<rect width="9" height="9"/>', size)), 'x').catch(
        (error) => error,
      )
      if (made instanceof Error) expect(made).toMatchObject({ code: 'PICTURE_INVALID' })
      else expect((await inspectPicture(made, 'x')).widthPx).toBeLessThanOrEqual(1600)
    }
  })

  it('whatever bytes come, it answers in words, in time that grows with their number', () => {
    const piece = fc.constantFrom(
      '<',
      '>',
      '/',
      '"',
      "'",
      '<!--',
      ']]>',
      '<![CDATA[',
      '<svg',
      ' a="',
      '&amp;',
      '&',
      'x',
      '?',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        const xml = pieces.join('')
        const problem = svgProblem(xml)
        expect(problem === undefined || problem.length > 0).toBe(true)
        if (problem === undefined) expect(looksLikeSvg(Buffer.from(xml)) || xml.includes('<svg')).toBe(true)
      }),
    )
  })
})
