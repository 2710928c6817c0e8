import { describe, expect, it } from 'vitest'
import { createStream } from '../../../core/stream.ts'
import type { Weights } from '../../../engine/allocation/weights.ts'
import { candidatesOf } from '../../../engine/space/candidates.ts'
import { createSpace } from '../../../engine/space/space.ts'
import { smallPlan, TALL, textAsset, WIDE } from './small-plan.ts'

const plan = smallPlan({
  placements: [WIDE, TALL],
  slots: ['a', 'b'].map((slot) => ({
    slot,
    default: `${slot}0`,
    assets: [0, 1, 2].map((at) => textAsset(`${slot}${at}`)),
  })),
  exclude: [{ a: ['a1'], b: ['b0', 'b1'] }],
  absentIn: { a: ['tall'] },
})
const weights: Weights = {
  version: 7,
  weight: (_slot, asset) => (asset === 'a2' ? 8 : 1),
  floor: 0.05,
}

describe('candidates', () => {
  it('are the options beside the choices before, with the propensities that they were drawn with', () => {
    const stream = createStream('candidates')
    for (const placement of ['wide', 'tall']) {
      for (let draw = 0; draw < 30; draw++) {
        const cell = { segment: 'broad', locale: 'en-US', placement }
        const { unit, propensities } = createSpace(plan).choose(stream, cell, weights)!
        const candidates = candidatesOf(plan, unit, weights)!
        for (const [slot, options] of Object.entries(candidates)) {
          expect(options.reduce((sum, { propensity }) => sum + propensity, 0)).toBeCloseTo(1, 12)
          const chosen = options.find(({ asset }) => asset === (unit.choices[slot] ?? null))
          expect(chosen?.propensity).toBe(propensities[slot])
        }
      }
    }
  })

  it('leave out what cannot go with the choices before', () => {
    const unit = { segment: 'broad', locale: 'en-US', placement: 'wide', choices: { a: 'a1', b: 'b2' } }
    expect(candidatesOf(plan, unit, weights)).toEqual({
      a: [
        { asset: 'a0', weight: 1, propensity: expect.closeTo(0.05 + 0.085) },
        { asset: 'a1', weight: 1, propensity: expect.closeTo(0.05 + 0.085) },
        { asset: 'a2', weight: 8, propensity: expect.closeTo(0.05 + 0.68) },
      ],
      b: [{ asset: 'b2', weight: 1, propensity: 1 }],
    })
    const other = { ...unit, choices: { a: 'a1', b: 'b0' } }
    expect(candidatesOf(plan, other, weights)).toBeUndefined()
    expect(candidatesOf(plan, { ...unit, segment: 'nobody' }, weights)).toBeUndefined()
  })
})
