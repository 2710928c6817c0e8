import { CREAM, camper } from './camper.ts'
import type { Scene } from './scene.ts'
import {
  cloud,
  glitter,
  glowingDisc,
  ground,
  mist,
  mountain,
  type Point,
  pineRow,
  polygon,
  rect,
  roughLine,
  SIDE,
  SOFT_EDGES,
  sky,
  verticalGradient,
} from './scenery.ts'

export const beach: Scene = (stream) => {
  const wave = (y: number, swing: number): Point[] =>
    Array.from({ length: 61 }, (_, at): Point => {
      const x = (at / 60) * SIDE
      return [x, y + Math.sin(x / 130 + y) * swing + Math.sin(x / 47) * swing * 0.3]
    })
  const palm = (x: number, foot: number, height: number, lean: number): string => {
    const topX = x + lean
    const topY = foot - height
    const fronds = Array.from({ length: 9 }, (_, frond) => {
      const angle = -Math.PI * (0.02 + (frond / 8) * 0.96)
      const reach = height * (0.42 + stream.next() * 0.1)
      const endX = topX + Math.cos(angle) * reach
      const endY = topY + Math.sin(angle) * reach * 0.45 + reach * 0.34
      const bendX = topX + Math.cos(angle) * reach * 0.55
      const bendY = topY + Math.sin(angle) * reach * 0.75 - reach * 0.12
      return `<path d="M${topX} ${topY}Q${bendX} ${bendY} ${endX} ${endY}Q${bendX + 10} ${bendY + reach * 0.2} ${topX} ${topY + 10}Z" fill="${frond % 2 ? '#1f4d3f' : '#2c6650'}"/>`
    })
    return `<path d="M${x - 15} ${foot}Q${x + lean * 0.25} ${foot - height * 0.5} ${topX - 7} ${topY}L${topX + 7} ${topY}Q${x + lean * 0.25 + 24} ${foot - height * 0.5} ${x + 17} ${foot}Z" fill="#5a4033"/>${fronds.join('')}<circle cx="${topX - 9}" cy="${topY + 15}" r="11" fill="#6b4a2e"/><circle cx="${topX + 11}" cy="${topY + 18}" r="11" fill="#573a24"/>`
  }
  return [
    sky([
      [0, '#2f7fb8'],
      [0.25, '#7fc1d8'],
      [0.42, '#ffe2b0'],
      [0.5, '#ffc98f'],
      [1, '#ffc98f'],
    ]),
    SOFT_EDGES,
    glowingDisc(600, 520, 62, '#fff6dc', '#ffdc9c', 400),
    cloud(stream, 250, 240, 460, '#fff1de', 0.7),
    cloud(stream, 930, 300, 380, '#fff1de', 0.6),
    ground('isle', roughLine(stream, { baseY: 578, amplitude: 46, roughness: 0.55 }), '#6d8fa3', '#6d8fa3'),
    `<defs>${verticalGradient('sea', [
      [0, '#f3c796'],
      [0.12, '#6db7bd'],
      [0.5, '#1f8a9e'],
      [1, '#5cc0b8'],
    ])}</defs>`,
    rect(0, 585, SIDE, 330, 'url(#sea)'),
    glitter(stream, { x: 600, fromY: 590, toY: 860, colour: '#fff3d0', count: 150, spread: 210 }),
    ground('foam', wave(862, 9), '#ffffff', '#f1fbf6'),
    ground('wet', wave(882, 9), '#d9b98a', '#e6c99a', 0.2),
    ground('sand', wave(930, 12), '#f0d7a7', '#d9b277', 0.8),
    camper(430, 1010, 1.25, { ...CREAM, lower: '#e2604a' }),
    palm(150, 1130, 640, 90),
    palm(1090, 1160, 540, -110),
  ].join('')
}

export const lakeReflection: Scene = (stream) => {
  const colours = { light: '#8d97ad', shade: '#56617f', snowLight: '#fdfbf6', snowShade: '#b9c5dc' }
  const forestLine = roughLine(stream, { baseY: 642, amplitude: 26, roughness: 0.5 })
  const range = [
    mountain(stream, { x: 240, y: 330, width: 640, height: 340 }, colours),
    mountain(stream, { x: 990, y: 300, width: 700, height: 370 }, colours),
    mountain(stream, { x: 600, y: 190, width: 820, height: 480 }, colours),
    mist('valley', 590, 190, '#dfe9f2', 0.75),
    pineRow(stream, forestLine, { count: 62, height: 110, colour: '#2e5a52', lit: '#5d8a63' }),
    pineRow(stream, forestLine, { count: 44, height: 140, colour: '#1d443f', lit: '#48765a' }),
  ].join('')
  const ripples = Array.from({ length: 80 }, () => {
    const share = stream.next() ** 1.2
    const y = 668 + share * 380
    const width = 40 + share * 260 * stream.next()
    return rect(
      stream.next() * SIDE - width / 2,
      y,
      width,
      1 + share * 3,
      '#fff',
      0.05 + stream.next() * 0.16,
    )
  })
  return [
    sky([
      [0, '#2d6cae'],
      [0.3, '#86b8dc'],
      [0.55, '#e4eff3'],
      [1, '#e4eff3'],
    ]),
    SOFT_EDGES,
    cloud(stream, 200, 190, 420, '#fff', 0.85),
    cloud(stream, 1010, 150, 330, '#fff', 0.75),
    range,
    `<defs>${verticalGradient('water', [
      [0, '#9fc3d4', 0.25],
      [0.4, '#2f7390', 0.62],
      [1, '#0e3f5a', 0.93],
    ])}<clipPath id="lake"><path d="M0 660H1200V1200H0Z"/></clipPath></defs>`,
    `<g clip-path="url(#lake)"><rect y="655" width="1200" height="545" fill="#bcd6e2"/><g transform="matrix(1 0 0 -.92 0 1267)" opacity=".8">${range}</g></g>`,
    rect(0, 660, SIDE, 540, 'url(#water)'),
    ...ripples,
    // A jetty in the foreground, with two stools of sunlight on its planks.
    polygon(
      [
        [520, 1200],
        [575, 880],
        [640, 880],
        [735, 1200],
      ],
      '#7a5a40',
    ),
    ...Array.from({ length: 12 }, (_, plank) => {
      const y = 884 + (plank / 12) ** 1.35 * 316
      const left = 575 - ((y - 880) / 320) * 55
      return rect(left, y, 65 + ((y - 880) / 320) * 150, 2 + plank * 0.4, '#3f2b1d', 0.65)
    }),
    polygon(
      [
        [575, 880],
        [586, 880],
        [558, 1200],
        [520, 1200],
      ],
      '#b88d63',
      0.7,
    ),
    rect(566, 868, 9, 60, '#4a3424'),
    rect(640, 868, 9, 60, '#4a3424'),
  ].join('')
}

export const coast: Scene = (stream) => {
  const cliff = (points: readonly Point[], light: string, shade: string, at: number): string => {
    const fill = verticalGradient(`cliff${at}`, [
      [0, light],
      [1, shade],
    ])
    return `<defs>${fill}</defs>${polygon(points, `url(#cliff${at})`)}`
  }
  const edge = (from: Point, to: Point, jag: number): Point[] =>
    Array.from({ length: 17 }, (_, step): Point => {
      const share = step / 16
      const swing = step === 0 || step === 16 ? 0 : (stream.next() - 0.5) * jag
      return [from[0] + (to[0] - from[0]) * share + swing, from[1] + (to[1] - from[1]) * share]
    })
  return [
    sky([
      [0, '#3a8fc9'],
      [0.32, '#a5d5e6'],
      [0.5, '#fbeed3'],
      [1, '#fbeed3'],
    ]),
    SOFT_EDGES,
    cloud(stream, 300, 200, 520, '#fff', 0.85),
    cloud(stream, 900, 280, 420, '#fff', 0.75),
    cloud(stream, 640, 120, 300, '#fff', 0.6),
    `<defs>${verticalGradient('ocean', [
      [0, '#bfe0e2'],
      [0.15, '#4fa9bd'],
      [0.6, '#17678a'],
      [1, '#0d4a6b'],
    ])}</defs>`,
    rect(0, 560, SIDE, 640, 'url(#ocean)'),
    glitter(stream, { x: 520, fromY: 570, toY: 1120, colour: '#ffffff', count: 190, spread: 560 }),
    cliff([[1210, 470], ...edge([1000, 480], [860, 640], 26), [1210, 640]], '#8fa88c', '#7d8f95', 1),
    cliff([[1210, 500], ...edge([920, 545], [690, 790], 40), [1210, 800]], '#7fa065', '#6f7f84', 2),
    // The lighthouse on the second headland.
    `<path d="M1000 530L1008 380H1052L1060 530Z" fill="#fdf8ee"/><path d="M1035 380H1052L1060 530H1040Z" fill="#c9cbd0"/><path d="M1003.500 470L1006 430H1054L1056.500 470Z" fill="#d8442f"/><rect x="1002" y="366" width="56" height="14" rx="3" fill="#2d3b46"/><rect x="1014" y="336" width="32" height="32" fill="#ffe9a6"/><path d="M1008 338L1030 312L1052 338Z" fill="#d8442f"/>`,
    `<path d="M640 800Q760 770 1210 800V812Q760 790 640 812Z" fill="#fff" opacity=".75"/>`,
    cliff(
      [[-10, 820], ...edge([300, 850], [760, 1010], 30), ...edge([800, 1020], [930, SIDE], 36), [-10, SIDE]],
      '#9cbb5e',
      '#4f6b42',
      3,
    ),
    `<path d="M-10 980Q240 915 470 985T600 1260" fill="none" stroke="#d9c9a3" stroke-width="46" stroke-linecap="round"/><path d="M-10 980Q240 915 470 985T600 1260" fill="none" stroke="#fff" stroke-width="3" stroke-dasharray="26 22" opacity=".7"/>`,
    camper(330, 985, 0.85, { ...CREAM, lower: '#f0a93b' }),
    ...Array.from({ length: 5 }, () => {
      const x = 240 + stream.next() * 600
      const y = 330 + stream.next() * 170
      return `<path d="M${x} ${y}q14 -14 26 0q12 -14 26 0" fill="none" stroke="#33505e" stroke-width="4" stroke-linecap="round"/>`
    }),
  ].join('')
}

export const cityDusk: Scene = (stream) => {
  const skyline = (baseY: number, tallest: number, colour: string, lights: number): string => {
    const parts: string[] = []
    for (let x = -20; x < SIDE + 20; ) {
      const width = 46 + stream.next() * 74
      const middle = 1 - Math.abs(x + width / 2 - 600) / 760
      const height = tallest * (0.3 + stream.next() * 0.45 + middle * 0.42)
      const top = baseY - height
      parts.push(rect(x, top, width + 1, SIDE - top, colour))
      const crown = stream.next()
      if (crown < 0.22)
        parts.push(
          polygon(
            [
              [x, top],
              [x + width / 2, top - width * 0.7],
              [x + width, top],
            ],
            colour,
          ),
        )
      else if (crown < 0.42) parts.push(rect(x + width / 2 - 2.5, top - 74, 5, 76, colour))
      else if (crown < 0.6) parts.push(rect(x + width * 0.2, top - 24, width * 0.6, 25, colour))
      for (let row = top + 18; lights > 0 && row < baseY - 16; row += 19) {
        for (let column = x + 9; column < x + width - 12; column += 15) {
          if (stream.next() < lights) {
            parts.push(
              rect(
                column,
                row,
                7,
                10,
                stream.next() < 0.8 ? '#ffd98c' : '#bfe3ff',
                0.45 + stream.next() * 0.5,
              ),
            )
          }
        }
      }
      x += width + (stream.next() < 0.3 ? 10 : 0)
    }
    return parts.join('')
  }
  const city = [
    skyline(760, 330, '#8a5f8f', 0),
    mist('smog', 690, 190, '#ffb08a', 0.5),
    skyline(770, 400, '#4b3a72', 0.22),
    skyline(780, 240, '#241f4a', 0.4),
  ].join('')
  return [
    sky([
      [0, '#1d2a63'],
      [0.25, '#5a4a90'],
      [0.45, '#dd7487'],
      [0.6, '#ffb37c'],
      [1, '#ffcb8f'],
    ]),
    SOFT_EDGES,
    glowingDisc(420, 600, 70, '#fff0cc', '#ffc08a', 420),
    cloud(stream, 850, 260, 560, '#e88aa0', 0.45),
    cloud(stream, 260, 330, 420, '#f7a08c', 0.45),
    city,
    `<g transform="matrix(1 0 0 -.6 0 1250)" opacity=".55"><g>${city}</g></g>`,
    `<defs>${verticalGradient('river', [
      [0, '#ef9a83', 0.55],
      [0.35, '#5d4a86', 0.72],
      [1, '#161a45', 0.95],
    ])}</defs>`,
    rect(0, 780, SIDE, 420, 'url(#river)'),
    glitter(stream, { x: 600, fromY: 790, toY: 1060, colour: '#ffd9a0', count: 240, spread: 620 }),
    // A road along the water, with the van on it.
    polygon(
      [
        [0, 1085],
        [SIDE, 1060],
        [SIDE, SIDE],
        [0, SIDE],
      ],
      '#1a1936',
    ),
    polygon(
      [
        [0, 1080],
        [SIDE, 1055],
        [SIDE, 1066],
        [0, 1092],
      ],
      '#6b5a92',
    ),
    camper(420, 1140, 1.05, { upper: '#f3e7d4', lower: '#e2604a', glass: '#ffdf94', lit: true }),
  ].join('')
}
