/** Letters as single strokes on a line at y = 0, with an x-height of 44 and ascenders of 70; advance widths in LETTERS. */
const LETTERS: Readonly<Record<string, readonly [advance: number, path: string]>> = {
  d: [50, 'M40 -70V0M40 -22A17 22 0 1 0 40 -21.900'],
  r: [38, 'M8 0V-44M8 -24Q10 -44 30 -43'],
  i: [26, 'M11 0V-44M11 -62V-61'],
  f: [40, 'M12 0V-52Q12 -70 30 -69M2 -42H28'],
  t: [44, 'M14 -64V-14Q14 0 30 -1M2 -42H28'],
  p: [50, 'M8 -44V24M8 -22A17 22 0 1 1 8 -21.900'],
  n: [48, 'M8 0V-44M8 -22Q9 -44 24 -44T39 -24V0'],
  e: [48, 'M7 -24H41Q40 -44 24 -44Q6 -43 6 -22Q6 0 25 0Q35 0 40 -8'],
}

function wordmark(word: string): string {
  let x = 0
  return [...word]
    .map((letter) => {
      const [advance, path] = LETTERS[letter]!
      const placed = `<path transform="translate(${x} 0)" d="${path}"/>`
      x += advance
      return placed
    })
    .join('')
}

/** The invented brand's mark and name in white, drawn without a font, so that it looks the same everywhere. */
export const LOGO = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 512 128" width="1024" height="256">
<g fill="#ffffff"><path d="M56 8L86 52H74L98 86H66V104H46V86H14L38 52H26Z"/></g>
<path d="M8 116Q32 102 56 116T104 116" fill="none" stroke="#ffffff" stroke-width="8" stroke-linecap="round"/>
<g transform="translate(122 92)" fill="none" stroke="#ffffff" stroke-width="9" stroke-linecap="round" stroke-linejoin="round">${wordmark('driftpine')}</g>
</svg>`
