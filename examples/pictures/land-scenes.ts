import { CREAM, camper } from './camper.ts'
import type { Scene } from './scene.ts'
import {
  cloud,
  glowingDisc,
  ground,
  mist,
  mountain,
  type Point,
  pine,
  pineRow,
  polygon,
  radialGradient,
  rect,
  roughLine,
  SIDE,
  SOFT_EDGES,
  sky,
  stars,
  verticalGradient,
} from './scenery.ts'

export const mistyMountains: Scene = (stream) => {
  const ridges = [
    { y: 560, amplitude: 210, roughness: 0.55, top: '#d99a8b', bottom: '#e9b9a2' },
    { y: 650, amplitude: 190, roughness: 0.53, top: '#b2707f', bottom: '#d39a95' },
    { y: 750, amplitude: 170, roughness: 0.52, top: '#7f5273', bottom: '#b07a88' },
    { y: 860, amplitude: 150, roughness: 0.5, top: '#513c62', bottom: '#7d5876' },
    { y: 980, amplitude: 110, roughness: 0.48, top: '#2c2746', bottom: '#3f3458' },
  ]
  const layers = ridges.map(({ y, amplitude, roughness, top, bottom }, at) => {
    const line = roughLine(stream, { baseY: y, amplitude, roughness })
    const trees = at === 4 ? pineRow(stream, line, { count: 46, height: 120, colour: '#221f39' }) : ''
    return `${trees}${ground(`ridge${at}`, line, top, bottom, 0.35)}${mist(`mist${at}`, y + 120, 150, '#ffd9b8', 0.3)}`
  })
  return [
    sky([
      [0, '#3f5d8c'],
      [0.22, '#8593b5'],
      [0.4, '#f0b79a'],
      [0.52, '#ffd9a3'],
      [1, '#ffe3bd'],
    ]),
    SOFT_EDGES,
    glowingDisc(640, 500, 58, '#fff4d6', '#ffdf9e', 430),
    cloud(stream, 260, 250, 420, '#ffe6d1', 0.55),
    cloud(stream, 930, 190, 360, '#ffe6d1', 0.45),
    ...layers,
  ].join('')
}

export const forestRoad: Scene = (stream) => {
  const far = roughLine(stream, { baseY: 520, amplitude: 130, roughness: 0.5 })
  const middle = roughLine(stream, { baseY: 590, amplitude: 60, roughness: 0.5 })
  const side = (left: boolean): string => {
    const trees: string[] = []
    for (let row = 0; row < 15; row++) {
      const near = (row / 14) ** 1.7
      const x = left ? 560 - near * 640 - stream.next() * 60 : 640 + near * 640 + stream.next() * 60
      const dark = Math.round(74 - near * 46 + stream.next() * 12)
      const colour = `rgb(${dark * 0.55 + 4},${dark + 22},${dark * 0.75 + 14})`
      trees.push(pine(stream, x, 640 + near * 520, 190 + near * 900, colour, left ? '#5f9650' : '#0d2a20'))
    }
    return trees.join('')
  }
  const dashes = Array.from({ length: 9 }, (_, dash) => {
    const near = ((dash + 0.5) / 9) ** 2
    const y = 640 + near * 560
    const half = 2 + near * 13
    return polygon(
      [
        [600 - half * 0.8, y],
        [600 + half * 0.8, y],
        [600 + half, y + 8 + near * 60],
        [600 - half, y + 8 + near * 60],
      ],
      '#f5d58a',
    )
  })
  return [
    sky([
      [0, '#6fb4d6'],
      [0.3, '#b9dde2'],
      [0.5, '#fdf0cf'],
      [1, '#fdf0cf'],
    ]),
    SOFT_EDGES,
    glowingDisc(600, 470, 50, '#fffbe8', '#fff0b8', 380),
    ground('far', far, '#7fa9a8', '#a9c6b8', 0.3),
    ground('middle', middle, '#4f8574', '#6d9a78', 0.3),
    `<defs>${verticalGradient('grass', [
      [0, '#8fae57'],
      [1, '#3c5e33'],
    ])}${verticalGradient('road', [
      [0, '#8b8f94'],
      [1, '#3e4347'],
    ])}</defs>`,
    rect(0, 636, SIDE, 564, 'url(#grass)'),
    polygon(
      [
        [584, 636],
        [616, 636],
        [1010, SIDE],
        [190, SIDE],
      ],
      'url(#road)',
    ),
    polygon(
      [
        [584, 636],
        [587, 636],
        [240, SIDE],
        [190, SIDE],
      ],
      '#fff',
      0.55,
    ),
    polygon(
      [
        [613, 636],
        [616, 636],
        [1010, SIDE],
        [960, SIDE],
      ],
      '#fff',
      0.55,
    ),
    ...dashes,
    mist('haze', 640, 150, '#fff3cf', 0.75),
    side(true),
    side(false),
    cloud(stream, 300, 150, 380, '#fff', 0.75),
    cloud(stream, 900, 110, 300, '#fff', 0.6),
  ].join('')
}

export const desert: Scene = (stream) => {
  const mesa = (
    x: number,
    y: number,
    width: number,
    height: number,
    light: string,
    shade: string,
  ): string => {
    const edge = (from: number, to: number): Point[] => [
      [from, y],
      [from + (to - from) * 0.25, y + height * 0.34],
      [from + (to - from) * 0.3, y + height * 0.42],
      [to, y + height],
    ]
    const left = edge(x - width * 0.3, x - width * 0.62)
    const right = edge(x + width * 0.3, x + width * 0.62)
    const layers = [0.12, 0.24, 0.36].map((share) =>
      rect(
        x - width * (0.3 + share * 0.24),
        y + height * share,
        width * (0.6 + share * 0.48),
        height * 0.025,
        '#fff',
        0.1,
      ),
    )
    return [
      polygon([...left, ...[...right].reverse()], light),
      polygon(
        [
          [x + width * 0.06, y],
          ...right,
          [x + width * 0.2, y + height],
          [x + width * 0.02, y + height * 0.5],
        ],
        shade,
      ),
      ...layers,
    ].join('')
  }
  const cactus = (x: number, foot: number, scale: number): string =>
    `<g transform="translate(${x} ${foot}) scale(${scale})" fill="none" stroke-linecap="round" stroke-width="30"><ellipse cx="0" cy="4" rx="60" ry="9" fill="#000" opacity=".2"/><path d="M0 0V-220M0 -80H-62V-150M0 -110H58V-185" stroke="#33533f"/><path d="M7 0V-218M64 -120V-183" stroke="#6f8a55" stroke-width="8" opacity=".8"/></g>`
  return [
    sky([
      [0, '#35407f'],
      [0.2, '#8a4f8d'],
      [0.38, '#ec7a66'],
      [0.52, '#ffc371'],
      [1, '#ffd591'],
    ]),
    SOFT_EDGES,
    glowingDisc(610, 560, 84, '#fff0c4', '#ffc477', 430),
    cloud(stream, 300, 320, 560, '#ff9a7d', 0.5),
    cloud(stream, 950, 260, 420, '#e8828a', 0.5),
    ground(
      'distant',
      roughLine(stream, { baseY: 640, amplitude: 50, roughness: 0.45 }),
      '#a85a6c',
      '#c47a6a',
    ),
    mesa(270, 440, 330, 240, '#b9574f', '#8a3c4a'),
    mesa(960, 400, 300, 290, '#b9574f', '#853a49'),
    mesa(690, 545, 190, 130, '#c76a58', '#984751'),
    mist('dust', 660, 130, '#ffb27d', 0.5),
    ground(
      'plain',
      roughLine(stream, { baseY: 690, amplitude: 20, roughness: 0.4 }),
      '#d8814f',
      '#a54f3c',
      0.5,
    ),
    polygon(
      [
        [596, 690],
        [606, 690],
        [900, SIDE],
        [420, SIDE],
      ],
      '#5d3a40',
    ),
    polygon(
      [
        [600, 690],
        [602, 690],
        [676, SIDE],
        [654, SIDE],
      ],
      '#f4c477',
      0.85,
    ),
    ground('near', roughLine(stream, { baseY: 1130, amplitude: 60, roughness: 0.45 }), '#5e2c34', '#431f2a'),
    cactus(165, 1140, 1.5),
    cactus(1050, 1120, 1.15),
    cactus(860, 800, 0.32),
    cactus(250, 770, 0.3),
    camper(330, 905, 0.74, { ...CREAM, lower: '#2f8f8b' }),
  ].join('')
}

export const nightCamp: Scene = (stream) => {
  const shore = roughLine(stream, { baseY: 930, amplitude: 50, roughness: 0.42 })
  return [
    sky([
      [0, '#070b24'],
      [0.35, '#14285a'],
      [0.6, '#3a4f86'],
      [0.75, '#8d6f93'],
      [1, '#8d6f93'],
    ]),
    SOFT_EDGES,
    stars(stream, 420, 760),
    glowingDisc(900, 190, 44, '#fdf6df', '#cfd8ff', 220),
    ground(
      'ridge1',
      roughLine(stream, { baseY: 700, amplitude: 190, roughness: 0.52 }),
      '#26386b',
      '#41558c',
      0.4,
    ),
    ground(
      'ridge2',
      roughLine(stream, { baseY: 800, amplitude: 130, roughness: 0.5 }),
      '#16244d',
      '#22356a',
      0.4,
    ),
    pineRow(stream, shore, { count: 36, height: 210, colour: '#0b1734' }),
    ground('meadow', shore, '#13223f', '#070d1e', 0.7),
    `<defs>${radialGradient('fire', [
      [0, '#ffb347', 0.95],
      [0.3, '#ff8c2e', 0.5],
      [1, '#ff7a1a', 0],
    ])}</defs><ellipse cx="560" cy="1020" rx="430" ry="170" fill="url(#fire)" opacity=".75"/>`,
    // The tent glows from inside.
    `<defs>${verticalGradient('tent', [
      [0, '#ffd36b'],
      [1, '#e8772e'],
    ])}</defs><path d="M170 1050L300 850L430 1050Z" fill="url(#tent)"/><path d="M300 850L345 1050H255Z" fill="#7c3416" opacity=".55"/><path d="M300 850L430 1050H470Z" fill="#8c3f1d"/>`,
    camper(640, 1050, 1.25, { upper: '#e8dfcb', lower: '#2c6e73', glass: '#ffd778', lit: true }),
    `<path d="M512 1062L608 1040M512 1040L608 1062" stroke="#3a2012" stroke-width="14" stroke-linecap="round"/><path d="M560 950Q610 1005 592 1042Q560 1062 528 1042Q512 1005 545 985Q548 1005 560 1008Q572 985 560 950Z" fill="#ffa02e"/><path d="M560 992Q584 1020 574 1042Q560 1052 546 1042Q538 1020 560 992Z" fill="#fff0a8"/>`,
    pine(stream, 60, 1190, 620, '#050b1c'),
    pine(stream, 1170, 1200, 700, '#050b1c'),
  ].join('')
}

export const snowPeaks: Scene = (stream) => {
  const far = { light: '#a9c1de', shade: '#7f9dc6', snowLight: '#f4f8fd', snowShade: '#c5d7ee' }
  const near = { light: '#6d86ad', shade: '#45618f', snowLight: '#ffffff', snowShade: '#b2c9e8' }
  const slope = roughLine(stream, { baseY: 880, amplitude: 70, roughness: 0.42 })
  const flakes = Array.from({ length: 130 }, () => {
    const size = 1.2 + stream.next() ** 3 * 5
    return `<circle cx="${(stream.next() * SIDE).toFixed(0)}" cy="${(stream.next() * SIDE).toFixed(0)}" r="${size.toFixed(1)}" fill="#fff" opacity="${(0.3 + stream.next() * 0.5).toFixed(2)}"/>`
  })
  return [
    sky([
      [0, '#2a6ab8'],
      [0.35, '#8fc2ea'],
      [0.6, '#f3e9ea'],
      [1, '#f3e9ea'],
    ]),
    SOFT_EDGES,
    glowingDisc(880, 240, 46, '#fffdf2', '#fff2cf', 300),
    mountain(stream, { x: 150, y: 380, width: 700, height: 470 }, far),
    mountain(stream, { x: 1080, y: 360, width: 720, height: 490 }, far),
    mountain(stream, { x: 790, y: 300, width: 700, height: 560 }, near),
    mountain(stream, { x: 450, y: 210, width: 860, height: 660 }, near),
    mist('cold', 800, 240, '#eef5fc', 0.9),
    pineRow(stream, slope, { count: 30, height: 190, colour: '#35597a', lit: '#9fc0d8' }),
    ground('slope', slope, '#ffffff', '#c3d8ee', 0.8),
    `<path d="M640 880Q560 970 660 1040Q760 1110 620 1200" fill="none" stroke="#9dbbdc" stroke-width="9" opacity=".8"/><path d="M668 880Q588 970 688 1040Q788 1110 648 1200" fill="none" stroke="#9dbbdc" stroke-width="9" opacity=".8"/>`,
    ...[
      [70, 1150, 560],
      [200, 1180, 400],
      [1120, 1160, 620],
      [985, 1190, 420],
    ].map(([x, foot, height]) => pine(stream, x!, foot!, height!, '#20415e', '#e9f3fb')),
    ...flakes,
  ].join('')
}

export const autumnValley: Scene = (stream) => {
  const TREES = ['#d9632b', '#e89a2f', '#c3402c', '#f0b840', '#a63a2a', '#8a9a3c']
  const trees = (line: readonly Point[], count: number, size: number): string =>
    Array.from({ length: count }, (_, tree) => {
      const x = ((tree + stream.next()) / count) * SIDE
      const y = line[Math.round((x / SIDE) * (line.length - 1))]![1]
      const radius = size * (0.6 + stream.next() * 0.6)
      const colour = TREES[stream.integer(TREES.length)]!
      return `<rect x="${x - radius * 0.09}" y="${y - radius * 0.7}" width="${radius * 0.18}" height="${radius}" fill="#4b2f24"/><circle cx="${x}" cy="${y - radius * 1.25}" r="${radius * 0.8}" fill="${colour}"/><circle cx="${x - radius * 0.5}" cy="${y - radius * 0.9}" r="${radius * 0.58}" fill="${colour}"/><circle cx="${x + radius * 0.5}" cy="${y - radius * 0.85}" r="${radius * 0.55}" fill="${colour}"/><circle cx="${x - radius * 0.25}" cy="${y - radius * 1.5}" r="${radius * 0.42}" fill="#fff" opacity=".16"/>`
    }).join('')
  const hill = (
    at: number,
    y: number,
    amplitude: number,
    top: string,
    bottom: string,
    count: number,
    size: number,
  ): string => {
    const line = roughLine(stream, { baseY: y, amplitude, roughness: 0.4 })
    return `${trees(line, count, size)}${ground(`hill${at}`, line, top, bottom, 0.5)}`
  }
  return [
    sky([
      [0, '#5aa7c7'],
      [0.3, '#bfdcd6'],
      [0.5, '#fff0cf'],
      [1, '#fff0cf'],
    ]),
    SOFT_EDGES,
    glowingDisc(820, 330, 54, '#fffbe6', '#fff0bd', 330),
    cloud(stream, 280, 220, 480, '#fff', 0.75),
    ground(
      'blue',
      roughLine(stream, { baseY: 520, amplitude: 150, roughness: 0.48 }),
      '#93a9b5',
      '#c9c9b4',
      0.3,
    ),
    hill(1, 600, 70, '#c9974d', '#d9b068', 70, 20),
    mist('gold', 660, 140, '#fff0c6', 0.5),
    hill(2, 700, 80, '#b97b3a', '#cf9a4e', 44, 34),
    hill(3, 820, 70, '#8c6a33', '#a98742', 26, 56),
    `<path d="M-20 960C260 880 520 1010 760 950S1100 860 1240 905L1240 985C1080 945 960 1010 780 1032S260 960 -20 1050Z" fill="#5c5650"/><path d="M-20 1004C260 925 520 1052 770 992S1100 902 1240 944" fill="none" stroke="#f6dc9a" stroke-width="6" stroke-dasharray="44 34"/>`,
    camper(440, 1010, 0.85, { ...CREAM, lower: '#2f7f7a' }),
    hill(4, 1130, 50, '#5f4a24', '#3f3219', 9, 110),
  ].join('')
}
