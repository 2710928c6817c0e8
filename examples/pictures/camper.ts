export interface CamperColours {
  readonly upper: string
  readonly lower: string
  readonly glass: string
  /** Lit windows and headlights, as at night. */
  readonly lit?: boolean
}

/** The colours the vans have in common. */
export const CREAM = { upper: '#f6efe0', glass: '#3d5563' } as const

/**
 * A camper van seen from its side, driving to the right, on an own grid of 300 by 170 with its wheels on y = 160.
 *
 * @param x left side and @param y ground line in the picture, px
 * @param scale px per unit of the grid
 */
export function camper(x: number, y: number, scale: number, colours: CamperColours): string {
  const { upper, lower, glass, lit } = colours
  const beam = lit
    ? `<defs><linearGradient id="beam"><stop offset="0" stop-color="#ffe9a8" stop-opacity=".75"/><stop offset="1" stop-color="#ffe9a8" stop-opacity="0"/></linearGradient></defs><path d="M288 112L470 92V168L288 126Z" fill="url(#beam)"/>`
    : ''
  return `<g transform="translate(${x} ${y - 160 * scale}) scale(${scale})">
<ellipse cx="150" cy="161" rx="150" ry="9" fill="#000" opacity=".28"/>${beam}
<path d="M58 24L70 8H196L214 24Z" fill="${lower}"/><path d="M66 20L75 10H190L202 20Z" fill="#fff" opacity=".25"/>
<rect x="40" y="-4" width="120" height="7" rx="3.5" fill="#f2c14e" transform="rotate(-2 100 0)"/><path d="M62 2V10M142 0V10" stroke="#333" stroke-width="3"/>
<path d="M22 92V44Q22 24 44 24H214Q232 24 244 42L268 84Q292 90 292 112V92Z" fill="${upper}"/>
<path d="M14 92Q14 84 22 84H268Q292 88 294 112V138Q294 148 284 148H24Q12 148 12 136Z" fill="${lower}"/>
<path d="M14 92Q14 84 22 84H268Q274 85 279 88H14Z" fill="#fff" opacity=".55"/>
<path d="M36 40H92V76H36ZM102 40H158V76H102Z" fill="${glass}"/><path d="M168 40H214Q222 40 227 48L243 76H168Z" fill="${glass}"/>
<path d="M36 76L60 40H74L50 76ZM102 76L126 40H138L114 76ZM182 76L204 40H213L193 76Z" fill="#fff" opacity=".28"/>
<path d="M163 34V144M97 34V144" stroke="#000" stroke-opacity=".16" stroke-width="2"/><rect x="104" y="100" width="16" height="4" rx="2" fill="#fff" opacity=".8"/><rect x="170" y="100" width="16" height="4" rx="2" fill="#fff" opacity=".8"/>
<circle cx="281" cy="112" r="8" fill="${lit ? '#fff3c4' : '#fdf6dd'}" stroke="#000" stroke-opacity=".2" stroke-width="2"/><rect x="11" y="104" width="6" height="16" rx="3" fill="#d8442f"/>
<rect x="6" y="138" width="292" height="8" rx="4" fill="#d9dde0"/>
${wheel(72)}${wheel(230)}</g>`
}

function wheel(x: number): string {
  return `<path d="M${x - 32} 148A32 32 0 0 1 ${x + 32} 148Z" fill="#14181c" opacity=".55"/><circle cx="${x}" cy="138" r="24" fill="#1d2226"/><circle cx="${x}" cy="138" r="13" fill="#e6e9eb"/><circle cx="${x}" cy="138" r="5" fill="#8b949b"/>`
}
