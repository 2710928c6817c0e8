import { describe, expect, it } from 'vitest'
import { servedBy } from '../../../../engine/guard/moves/served-by.ts'
import type { Segment } from '../../../../segments/segment.ts'
import { segmentOf, smallPlan, textAsset } from '../../space/small-plan.ts'

const LEAF = segmentOf('states/west/CA', 'CA')
/** What is left of the west without its leaf. */
const REST: Segment = {
  ...segmentOf('states/west'),
  kind: 'remainder',
  certain: {},
  rule: {
    kind: 'all',
    of: [
      { kind: 'in', attribute: 'state', values: ['CA', 'OR'] },
      { kind: 'not', of: { kind: 'in', attribute: 'state', values: ['CA'] } },
    ],
  },
}
const widerOf = (id: string) => (id === LEAF.id ? [REST.id, 'broad'] : ['broad'])

function planOf(rest: Segment, when?: unknown) {
  const more = textAsset('a1', when === undefined ? {} : { when })
  return smallPlan({
    segments: [segmentOf('broad'), LEAF, rest],
    slots: [{ slot: 'a', default: 'a0', assets: [textAsset('a0'), more] }],
  })
}

describe('the segment that serves a merged leaf', () => {
  it('is the nearest wider one of the campaign', () => {
    expect(servedBy(planOf(REST), [LEAF.id], widerOf)).toEqual(new Map([[LEAF.id, REST.id]]))
  })

  it('is broad where ads of the wider one are for those who are not of the leaf', () => {
    const plan = planOf(REST, { not: { state: 'CA' } })
    expect(servedBy(plan, [LEAF.id], widerOf)).toEqual(new Map([[LEAF.id, 'broad']]))
  })

  it('is broad where the wider one says what is not certain of the leaf, is under the k floor, or was merged too', () => {
    const saysMore = { ...REST, certain: { region: 'west' } }
    expect(servedBy(planOf(saysMore), [LEAF.id], widerOf).get(LEAF.id)).toBe('broad')
    expect(servedBy(planOf({ ...REST, people: 49 }), [LEAF.id], widerOf).get(LEAF.id)).toBe('broad')
    expect(servedBy(planOf(REST), [LEAF.id, REST.id], widerOf)).toEqual(
      new Map([
        [LEAF.id, 'broad'],
        [REST.id, 'broad'],
      ]),
    )
  })

  it('is nothing for a leaf that the revision does not have', () => {
    expect(servedBy(planOf(REST), ['states/east/NY', 'broad'], widerOf)).toEqual(new Map())
  })
})
