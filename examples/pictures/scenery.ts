import type { Stream } from '../../core/stream.ts'

/** Side of every picture, px. Ads crop them to wide and tall shapes, so what matters stays near the middle. */
export const SIDE = 1200

export type Point = readonly [x: number, y: number]

const round = (value: number): number => Math.round(value * 10) / 10
const joined = (points: readonly Point[]): string =>
  points.map(([x, y]) => `${round(x)} ${round(y)}`).join('L')

export function polygon(points: readonly Point[], fill: string, opacity = 1): string {
  return `<path d="M${joined(points)}Z" fill="${fill}"${opacity < 1 ? ` opacity="${opacity}"` : ''}/>`
}

/** A gradient from top to bottom; stops are [offset 0..1, colour, opacity]. */
export function verticalGradient(id: string, stops: readonly (readonly [number, string, number?])[]): string {
  return `<linearGradient id="${id}" x1="0" y1="0" x2="0" y2="1">${stopList(stops)}</linearGradient>`
}

export function radialGradient(id: string, stops: readonly (readonly [number, string, number?])[]): string {
  return `<radialGradient id="${id}">${stopList(stops)}</radialGradient>`
}

function stopList(stops: readonly (readonly [number, string, number?])[]): string {
  return stops
    .map(
      ([offset, colour, opacity = 1]) =>
        `<stop offset="${offset}" stop-color="${colour}" stop-opacity="${opacity}"/>`,
    )
    .join('')
}

export function rect(x: number, y: number, width: number, height: number, fill: string, opacity = 1): string {
  return `<rect x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" fill="${fill}" opacity="${opacity}"/>`
}

/** Paint the sky over the whole picture: stops as in verticalGradient. */
export function sky(stops: readonly (readonly [number, string])[]): string {
  return `<defs>${verticalGradient('sky', stops)}</defs>${rect(0, 0, SIDE, SIDE, 'url(#sky)')}`
}

/** A sun or moon with its glow. */
export function glowingDisc(
  x: number,
  y: number,
  radius: number,
  disc: string,
  glow: string,
  reach: number,
): string {
  return `<defs>${radialGradient('glow', [
    [0, glow, 0.9],
    [0.25, glow, 0.42],
    [0.6, glow, 0.12],
    [1, glow, 0],
  ])}</defs><circle cx="${x}" cy="${y}" r="${reach}" fill="url(#glow)"/><circle cx="${x}" cy="${y}" r="${radius}" fill="${disc}"/>`
}

/**
 * A rough line from one side to the other by midpoint displacement.
 *
 * @param roughness 0.4 gives soft hills, 0.6 crags
 */
export function roughLine(
  stream: Stream,
  { baseY, amplitude, roughness }: { baseY: number; amplitude: number; roughness: number },
): Point[] {
  const steps = 128
  const heights = new Float64Array(steps + 1)
  heights[0] = (stream.next() - 0.5) * amplitude
  heights[steps] = (stream.next() - 0.5) * amplitude
  let reach = amplitude
  for (let span = steps; span > 1; span /= 2) {
    for (let at = span / 2; at < steps; at += span) {
      heights[at] = (heights[at - span / 2]! + heights[at + span / 2]!) / 2 + (stream.next() - 0.5) * reach
    }
    reach *= roughness
  }
  return Array.from(heights, (height, at): Point => [(at / steps) * SIDE, baseY + height])
}

/** Everything below a line, painted from `top` to `bottom` colour: a hill, a ridge, a shore. */
export function ground(id: string, line: readonly Point[], top: string, bottom: string, depth = 0.5): string {
  const fill = verticalGradient(id, [
    [0, top],
    [depth, bottom],
    [1, bottom],
  ])
  return `<defs>${fill}</defs>${polygon([[0, SIDE], ...line, [SIDE, SIDE]], `url(#${id})`)}`
}

/** A band of mist that is densest at its middle. */
export function mist(id: string, y: number, height: number, colour: string, opacity: number): string {
  const fill = verticalGradient(id, [
    [0, colour, 0],
    [0.5, colour, opacity],
    [1, colour, 0],
  ])
  return `<defs>${fill}</defs>${rect(0, y - height / 2, SIDE, height, `url(#${id})`)}`
}

export interface MountainColours {
  readonly light: string
  readonly shade: string
  readonly snowLight?: string
  readonly snowShade?: string
}

/** One mountain with a lit and a shaded face, and snow on its top where the colours have any. */
export function mountain(
  stream: Stream,
  { x, y, width, height }: { x: number; y: number; width: number; height: number },
  colours: MountainColours,
): string {
  const foot = y + height
  const left = face(stream, [x, y], [x - width / 2, foot], width * 0.035)
  const right = face(stream, [x, y], [x + width / 2, foot], width * 0.035)
  const spine = face(stream, [x, y], [x + width * 0.1, foot], width * 0.11)
  const parts = [
    polygon([...left, ...[...spine].reverse()], colours.light),
    polygon([...spine, ...[...right].reverse()], colours.shade),
  ]
  if (colours.snowLight && colours.snowShade) {
    const lowest = y + height * 0.42
    parts.push(
      snow(stream, upTo(left, lowest), upTo(spine, lowest), colours.snowLight),
      snow(stream, upTo(spine, lowest), upTo(right, lowest), colours.snowShade),
    )
  }
  return parts.join('')
}

/** A jagged edge from a peak down to a foot. */
function face(stream: Stream, from: Point, to: Point, jag: number): Point[] {
  const steps = 14
  return Array.from({ length: steps + 1 }, (_, step): Point => {
    const share = step / steps
    const swing = step === 0 || step === steps ? 0 : (stream.next() - 0.5) * 2 * jag * Math.sqrt(share)
    return [from[0] + (to[0] - from[0]) * share + swing, from[1] + (to[1] - from[1]) * share]
  })
}

const upTo = (edge: readonly Point[], lowest: number): Point[] => edge.filter(([, y]) => y <= lowest)

/** Snow between the upper parts of two edges, its lower edge a zigzag. */
function snow(stream: Stream, left: readonly Point[], right: readonly Point[], fill: string): string {
  const [startX, startY] = left.at(-1)!
  const [endX, endY] = right.at(-1)!
  const drop = startY - left[0]![1]
  const teeth = 7
  const zigzag = Array.from({ length: teeth }, (_, tooth): Point => {
    const share = (tooth + 1) / (teeth + 1)
    const down = (tooth % 2 ? -0.42 : 0.08) * drop * (0.6 + stream.next() * 0.6)
    return [startX + (endX - startX) * share, startY + (endY - startY) * share + down]
  })
  return polygon([...left, ...zigzag, ...[...right].reverse()], fill)
}

/** A pine: tiers of drooping branches on a short trunk, lit from one side. */
export function pine(
  stream: Stream,
  x: number,
  foot: number,
  height: number,
  colour: string,
  lit?: string,
): string {
  const tiers = 6
  const left: Point[] = []
  const right: Point[] = []
  for (let tier = 0; tier < tiers; tier++) {
    const outerY = foot - height * (0.9 - (tier + 1) * 0.135) + stream.next() * height * 0.012
    const reach = height * (0.055 + 0.034 * (tier + 1)) * (0.88 + stream.next() * 0.24)
    left.push([x - reach, outerY], [x - reach * 0.42, outerY - height * 0.035])
    right.push([x + reach, outerY + height * 0.008], [x + reach * 0.42, outerY - height * 0.03])
  }
  const top: Point = [x, foot - height]
  const trunk = rect(x - height * 0.02, foot - height * 0.12, height * 0.04, height * 0.12, colour)
  const whole = polygon([top, ...right, ...[...left].reverse()], colour)
  return trunk + whole + (lit ? polygon([top, ...right, [x, foot - height * 0.09]], lit, 0.4) : '')
}

/** A row of pines of changing height along a line. */
export function pineRow(
  stream: Stream,
  line: readonly Point[],
  { count, height, colour, lit }: { count: number; height: number; colour: string; lit?: string },
): string {
  const trees: string[] = []
  for (let tree = 0; tree < count; tree++) {
    const x = ((tree + stream.next() * 0.9) / count) * SIDE
    const [, y] = line[Math.min(line.length - 1, Math.round((x / SIDE) * (line.length - 1)))]!
    trees.push(pine(stream, x, y + height * 0.12, height * (0.6 + stream.next() * 0.6), colour, lit))
  }
  return trees.join('')
}

/** A cloud: puffs piled highest in the middle on a flat, soft base. Needs the filter of `SOFT_EDGES`. */
export function cloud(
  stream: Stream,
  x: number,
  y: number,
  width: number,
  fill: string,
  opacity: number,
): string {
  const puffs = Array.from({ length: 8 }, (_, puff) => {
    const share = (puff + 0.5) / 8
    const radius = width * (0.035 + 0.1 * Math.sin(share * Math.PI) ** 1.5) * (0.75 + stream.next() * 0.5)
    return `<circle cx="${round(x + (share - 0.5) * width * 0.86)}" cy="${round(y - radius * 0.62)}" r="${round(radius)}"/>`
  })
  const base = `<rect x="${round(x - width / 2)}" y="${round(y - width * 0.04)}" width="${width}" height="${round(width * 0.06)}" rx="${round(width * 0.03)}"/>`
  return `<g fill="${fill}" opacity="${opacity}" filter="url(#soft)">${puffs.join('')}${base}</g>`
}

export const SOFT_EDGES =
  '<defs><filter id="soft" x="-30%" y="-60%" width="160%" height="220%"><feGaussianBlur stdDeviation="5"/></filter></defs>'

export function stars(stream: Stream, count: number, lowest: number): string {
  return Array.from({ length: count }, () => {
    const y = stream.next() ** 1.4 * lowest
    const radius = 0.6 + stream.next() ** 6 * 2.6
    const opacity = round((0.35 + stream.next() * 0.65) * (1 - (y / lowest) * 0.7))
    return `<circle cx="${round(stream.next() * SIDE)}" cy="${round(y)}" r="${round(radius)}" fill="#fff" opacity="${opacity}"/>`
  }).join('')
}

/** Light on water: short bright strokes that widen towards the viewer, around `x`. */
export function glitter(
  stream: Stream,
  {
    x,
    fromY,
    toY,
    colour,
    count,
    spread,
  }: { x: number; fromY: number; toY: number; colour: string; count: number; spread: number },
): string {
  return Array.from({ length: count }, () => {
    const share = stream.next() ** 1.3
    const y = fromY + (toY - fromY) * share
    const width = (12 + share * 90) * (0.4 + stream.next())
    const away = (stream.next() + stream.next() - 1) * spread * (0.35 + share)
    return `<rect x="${round(x + away - width / 2)}" y="${round(y)}" width="${round(width)}" height="${round(1.4 + share * 4)}" rx="2" fill="${colour}" opacity="${round(0.15 + stream.next() * 0.5)}"/>`
  }).join('')
}
