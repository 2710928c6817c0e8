import { describe, expect, it } from 'vitest'
import { readWhens } from '../../../engine/space/availability.ts'
import { unknownCellValues } from '../../../engine/space/cell-attributes.ts'
import { createSpace } from '../../../engine/space/space.ts'
import { segmentOf, smallPlan, TALL, textAsset, WIDE } from './small-plan.ts'

const SQUARE = { id: 'square', title: 'Square', widthPx: 300, heightPx: 300, maxBytes: undefined }

/** A campaign with one asset beside the default, used when `when` says so. */
function planWhen(when: unknown) {
  return smallPlan({
    segments: [segmentOf('broad'), segmentOf('ca', 'CA'), segmentOf('or', 'OR')],
    placements: [WIDE, TALL, SQUARE],
    slots: [{ slot: 'a', default: 'base', assets: [textAsset('base'), textAsset('extra', { when })] }],
  })
}

/** Where the asset is used, as segment/placement. */
function used(when: unknown): string[] {
  const space = createSpace(planWhen(when))
  return [...space.units(0n, space.count)]
    .filter(({ choices }) => choices['a'] === 'extra')
    .map(({ segment, placement }) => `${segment}/${placement}`)
}

function everywhere(...placements: string[]): string[] {
  return ['broad', 'ca', 'or'].flatMap((segment) => placements.map((placement) => `${segment}/${placement}`))
}

describe('when', () => {
  it('is never certain of everybody: a state, or not a state, is not used in broad', () => {
    expect(used({ state: 'CA' })).toEqual(['ca/wide', 'ca/tall', 'ca/square'])
    expect(used({ not: { state: 'CA' } })).toEqual(['or/wide', 'or/tall', 'or/square'])
    expect(used({ age: { range: { gte: 65 } } })).toEqual([])
    expect(used({ not: { age: { range: { gte: 65 } } } })).toEqual([])
  })

  it('asks for the size and shape of a placement', () => {
    expect(used({ 'placement.shape': 'landscape' })).toEqual(everywhere('wide'))
    expect(used({ 'placement.shape': 'portrait' })).toEqual(everywhere('tall'))
    expect(used({ 'placement.shape': 'square' })).toEqual(everywhere('square'))
    expect(used({ 'placement.width': { range: { gte: 300 } } })).toEqual(everywhere('wide', 'square'))
    expect(used({ 'placement.height': 600 })).toEqual(everywhere('tall'))
    expect(used({ 'placement.ratio': { range: { gte: 1, lt: 2 } } })).toEqual(everywhere('square'))
    expect(used({ all: [{ state: 'CA' }, { not: { placement: 'wide' } }] })).toEqual(['ca/tall', 'ca/square'])
  })

  it('refuses what a placement does not have, and tells of values no cell has', () => {
    expect(() => used({ 'placement.widht': 300 })).toThrow(
      '/slots/0/assets/1/when (a/extra): /placement.widht there is no attribute "placement.widht"; did you mean "placement.width"?',
    )
    expect(() => used({ 'placement.width': 'wide' })).toThrow('the attribute is a number; write a number')
    const plan = planWhen({
      any: [{ 'placement.shape': 'landscpe' }, { locale: 'en-us' }, { placement: 'tall' }],
    })
    const whens = readWhens(plan)
      .flat()
      .filter((when) => when !== undefined)
    const where = 'campaigns/spring.json: /slots/0/assets/1/when (a/extra)'
    expect(unknownCellValues(plan, whens)).toEqual([
      `${where}: the campaign has no locale "en-us"; did you mean "en-US"?`,
      `${where}: the campaign has no placement.shape "landscpe"; did you mean "landscape"?`,
    ])
  })
})
