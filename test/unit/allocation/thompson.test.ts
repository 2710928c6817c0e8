import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PolyadError } from '../../../core/errors.ts'
import { createStream } from '../../../core/stream.ts'
import { allocateCampaign } from '../../../engine/allocation/allocate-campaign.ts'
import { learnOptions } from '../../../engine/allocation/learn.ts'
import { placesOf } from '../../../engine/allocation/places.ts'
import { readStoredWeights, readWeights, weightsFrom } from '../../../engine/allocation/stored-weights.ts'
import { questionOf, rowsOf } from '../../../engine/allocation/thompson.ts'
import { adUnitId } from '../../../engine/campaign/ad-unit-id.ts'
import type { Plan } from '../../../engine/campaign/plan.ts'
import type { UnitCounts } from '../../../engine/ports/counters.ts'
import type { Ports } from '../../../engine/ports/ports.ts'
import { createSpace, type Space } from '../../../engine/space/space.ts'
import { memoryDocuments } from '../guard/memory-documents.ts'
import { arbitraryPlan } from '../space/arbitrary-plan.ts'
import { segmentOf, smallPlan, textAsset } from '../space/small-plan.ts'

const onBroad = () => ['broad']

/** Counts of every ad unit of a plan: `impressions` each, with the clicks that a rate says. */
function counted(
  plan: Plan,
  impressions: number,
  rate: (unit: ReturnType<Space['unitAt']>) => number,
): UnitCounts[] {
  const space = createSpace(plan)
  return [...space.units(0n, space.count)].map((unit) => ({
    adUnit: adUnitId(plan.ledger, unit),
    simulated: false,
    impressions,
    clicks: Math.round(impressions * rate(unit)),
    conversions: 0,
  }))
}

const plan = smallPlan({
  segments: [segmentOf('broad'), segmentOf('ca', 'CA'), segmentOf('or', 'OR')],
  slots: ['a', 'b'].map((slot) => ({
    slot,
    default: `${slot}0`,
    assets: [0, 1, 2].map((at) => textAsset(`${slot}${at}`)),
  })),
  exclude: [{ a: ['a1'], b: ['b0', 'b1'] }],
})
const thompson: Plan = { ...plan, campaign: { ...plan.campaign, allocation: { rule: 'thompson' } } }

function portsOf(units: () => readonly UnitCounts[]) {
  const documents = memoryDocuments()
  return { documents, counters: { units: async () => units() } as unknown as Ports['counters'] }
}

/** Every ad unit of a cell with its propensity, by walking all choices a drawn stream can make. */
function propensitiesOf(
  space: Space,
  cell: Parameters<Space['choose']>[1],
  weights: Parameters<Space['choose']>[2],
) {
  const stream = createStream('walk')
  const units = space.ranksOf(cell)
  const seen = new Map<string, number>()
  const slots: number[] = []
  for (let draw = 0; draw < 4_000 && seen.size < Number(units!.to - units!.from); draw++) {
    const { unit, propensities } = space.choose(stream, cell, weights)!
    slots.push(...Object.values(propensities))
    seen.set(
      JSON.stringify(unit.choices),
      Object.values(propensities).reduce((product, each) => product * each, 1),
    )
  }
  return { units: Number(units!.to - units!.from), seen, leastSlot: Math.min(...slots) }
}

describe('weights that are learnt', () => {
  it('draw the best option mostly, where it is best, and no option less often than the floor', async () => {
    const units = counted(plan, 3_000, ({ segment, choices }) => {
      const best = segment === 'or' ? 'a2' : 'a0'
      return choices['a'] === best ? 0.06 : 0.03
    })
    const ports = portsOf(() => units)
    const report = await allocateCampaign(ports, thompson, { learn: learnOptions, store: true })
    expect(report).toMatchObject({ rule: 'thompson', floor: 0.02, weightsVersion: 1, before: 0, moved: true })
    const weights = await readWeights(ports, 'spring', 1)
    const space = createSpace(thompson)
    for (const [segment, best] of [
      ['ca', 'a0'],
      ['or', 'a2'],
      ['broad', 'a0'],
    ] as const) {
      const cell = { segment, locale: 'en-US', placement: 'wide' }
      const { seen, units: count, leastSlot } = propensitiesOf(space, cell, weights)
      expect(seen.size).toBe(count)
      expect([...seen.values()].reduce((sum, each) => sum + each, 0)).toBeCloseTo(1, 12)
      expect(leastSlot).toBeGreaterThanOrEqual(0.02)
      const ofBest = [...seen].reduce(
        (sum, [key, each]) => (JSON.parse(key).a === best ? sum + each : sum),
        0,
      )
      expect(ofBest).toBeGreaterThan(0.9)
      // Nothing tells the options of the other slot apart.
      const ofB = [...seen].reduce((sum, [key, each]) => (JSON.parse(key).b === 'b0' ? sum + each : sum), 0)
      expect(ofB).toBeGreaterThan(0.1)
    }
  })

  it('are drawn as often as their propensities say', async () => {
    const units = counted(plan, 400, ({ choices }) => (choices['a'] === 'a2' ? 0.05 : 0.04))
    const ports = portsOf(() => units)
    await allocateCampaign(ports, thompson, { learn: learnOptions, store: true })
    const weights = await readWeights(ports, 'spring', 1)
    const cell = { segment: 'ca', locale: 'en-US', placement: 'wide' }
    const stream = createStream('drawn')
    const draws = 20_000
    const seen = new Map<string, { times: number; propensity: number }>()
    for (let draw = 0; draw < draws; draw++) {
      const { unit, propensities } = createSpace(thompson).choose(stream, cell, weights)!
      const propensity = Object.values(propensities).reduce((product, each) => product * each, 1)
      const key = JSON.stringify(unit.choices)
      seen.set(key, { times: (seen.get(key)?.times ?? 0) + 1, propensity })
    }
    for (const { times, propensity } of seen.values()) {
      const deviation = Math.sqrt(draws * propensity * (1 - propensity))
      expect(Math.abs(times - draws * propensity)).toBeLessThan(4.5 * deviation)
    }
  })

  it('sum to 1 over the ad units of every cell, above the floor, for any campaign and any counts', () => {
    fc.assert(
      fc.property(arbitraryPlan, fc.nat(), (any, seed) => {
        let space: Space
        try {
          space = createSpace(any)
        } catch (error) {
          if (error instanceof PolyadError && error.code === 'SPACE_EMPTY') return
          throw error
        }
        const stream = createStream(`counts ${seed}`)
        const counts = counted(any, 1 + stream.integer(300), () => 0.2 * stream.next())
        const question = questionOf(any, counts, onBroad)
        const rows = rowsOf(question, learnOptions(question.input))
        const weights = weightsFrom({ version: 1, rule: 'thompson', floor: 0.03, ...rows }, 1)
        const unit = space.unitAt(space.count - 1n)
        const { seen, units, leastSlot } = propensitiesOf(space, unit, weights)
        expect(leastSlot).toBeGreaterThanOrEqual(0.03 - 1e-12)
        const sum = [...seen.values()].reduce((total, each) => total + each, 0)
        if (seen.size === units) expect(sum).toBeCloseTo(1, 9)
        else expect(sum).toBeLessThan(1 + 1e-9)
      }),
      { numRuns: 25 },
    )
  })

  it('are the same again after a restart, and keep their version until something moves', async () => {
    let units = counted(plan, 50_000, ({ choices }) => (choices['a'] === 'a2' ? 0.08 : 0.04))
    const ports = portsOf(() => units)
    const options = { learn: learnOptions, store: true }
    const first = await allocateCampaign(ports, thompson, options)
    const stored = await readStoredWeights(ports, 'spring')
    expect(await allocateCampaign(ports, thompson, options)).toMatchObject({
      weightsVersion: 1,
      moved: false,
    })
    const elsewhere = portsOf(() => units)
    await allocateCampaign(elsewhere, thompson, options)
    expect((await readStoredWeights(elsewhere, 'spring'))?.stored).toEqual(stored?.stored)
    // One more click moves nothing that is worth a version.
    units = units.map((each, at) => (at === 0 ? { ...each, clicks: each.clicks + 1 } : each))
    expect(await allocateCampaign(ports, thompson, options)).toMatchObject({
      weightsVersion: 1,
      moved: false,
    })
    units = counted(plan, 50_000, ({ choices }) => (choices['a'] === 'a1' ? 0.12 : 0.04))
    expect(await allocateCampaign(ports, thompson, options)).toMatchObject({ weightsVersion: 2, before: 1 })
    expect((await readWeights(ports, 'spring', 1)).stored).toEqual(stored?.stored)
    expect(first.slots[0]!.options.find(({ asset }) => asset === 'a2')!.probability).toBeGreaterThan(0.9)
    await expect(readWeights(ports, 'spring', 9)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect((await readWeights(ports, 'spring', 0)).weight('a', 'a0', 'ca')).toBe(1)
  })

  it('give an option that is added a fair start, and go on knowing the others when one is retired', async () => {
    const units = counted(plan, 4_000, ({ choices }) => ({ a0: 0.03, a1: 0.04, a2: 0.05 })[choices['a']!]!)
    const [a, b] = thompson.campaign.slots
    const changed = smallPlan({
      segments: plan.segments,
      slots: [
        {
          ...a!,
          assets: [
            ...a!.assets.map((each) => (each.id === 'a2' ? { ...each, retired: true } : each)),
            textAsset('a3'),
          ],
        },
        b!,
      ],
      exclude: [{ a: ['a1'], b: ['b0', 'b1'] }],
    })
    const next: Plan = { ...changed, campaign: { ...changed.campaign, allocation: { rule: 'thompson' } } }
    const ports = portsOf(() => units)
    const { slots } = await allocateCampaign(ports, next, { learn: learnOptions, store: true })
    const found = Object.fromEntries(slots[0]!.options.map(({ asset, probability }) => [asset, probability]))
    expect(Object.keys(found).sort()).toEqual(['a0', 'a1', 'a3'])
    expect(found['a1']! / found['a0']!).toBeGreaterThan(5)
    expect(found['a3']).toBeGreaterThan(0.2)
    expect(found['a3']).toBeLessThan(0.8)
    // Before the weights know it, it weighs what the others do on average.
    const weights = weightsFrom(
      { version: 1, rule: 'thompson', floor: 0, rows: [{ a: { a0: 0.2, a1: 0.8 } }], segments: {} },
      1,
    )
    expect(weights.weight('a', 'a3', 'ca')).toBe(0.5)
  })

  it('are even before anything was seen, and learnt from real traffic alone once there is any', async () => {
    const simulated = counted(plan, 1_000, ({ choices }) => (choices['a'] === 'a2' ? 0.08 : 0.04)).map(
      (each) => ({ ...each, simulated: true }),
    )
    let units: UnitCounts[] = []
    const ports = portsOf(() => units)
    const show = () => allocateCampaign(ports, thompson, { learn: learnOptions, store: false })
    const nothing = await show()
    expect(nothing).toMatchObject({ weightsVersion: null, impressions: null, simulated: false })
    for (const { probability } of nothing.slots[0]!.options) expect(probability).toBeCloseTo(1 / 3, 4)
    units = simulated
    expect(await show()).toMatchObject({ simulated: true })
    units = [...simulated, { ...simulated[0]!, simulated: false, impressions: 10, clicks: 0 }]
    expect(await show()).toMatchObject({ simulated: false, impressions: null })
  })

  it('are asked about segments of the campaign alone', async () => {
    const ports = portsOf(() => [])
    const asked = allocateCampaign(ports, thompson, { learn: learnOptions, store: false, segment: 'caa' })
    await expect(asked).rejects.toMatchObject({ code: 'NOT_FOUND', message: expect.stringContaining('"ca"') })
  })
})

describe('fixed weights', () => {
  it('are drawn in their proportions, and one at 0 not at all', async () => {
    const weights = { a: { a0: 1, a1: 3, a2: 0 } }
    const fixed: Plan = { ...plan, campaign: { ...plan.campaign, allocation: { rule: 'fixed', weights } } }
    const ports = portsOf(() => [])
    const report = await allocateCampaign(ports, fixed, { learn: learnOptions, store: true })
    expect(report).toMatchObject({ weightsVersion: 1, floor: 0 })
    const cell = { segment: 'ca', locale: 'en-US', placement: 'wide' }
    const { seen } = propensitiesOf(createSpace(fixed), cell, await readWeights(ports, 'spring', 1))
    const ofA = (asset: string) =>
      [...seen].reduce((sum, [key, each]) => (JSON.parse(key).a === asset ? sum + each : sum), 0)
    expect([ofA('a0'), ofA('a1'), ofA('a2')]).toEqual([0.25, 0.75, 0].map((each) => expect.closeTo(each, 12)))
  })
})

describe('places', () => {
  const widerOf = (id: string) => {
    const parts = id.split('/')
    return [...parts.slice(2).map((_, at) => parts.slice(0, parts.length - 1 - at).join('/')), 'broad']
  }

  it('are a tree of the wider segments that several hang on; others fall to the nearest', () => {
    const shown = ['broad', 'g/north/a', 'g/north/b', 'g/south/a', 'g/south/b', 'g/west/a']
    const { parents, placeOf } = placesOf(shown, widerOf)
    const parentOf = (id: string) => parents[placeOf(id)]
    expect(parentOf('g/north/a')).toBe(parentOf('g/north/b'))
    expect(parentOf('g/north/a')).not.toBe(parentOf('g/south/a'))
    // What was never shown is where its nearest wider segment is.
    expect(placeOf('g/north/c')).toBe(parentOf('g/north/a'))
    expect(placeOf('h/x')).toBe(0)
    expect(parentOf('broad')).toBe(0)
    for (const [at, parent] of parents.entries()) expect(parent).toBeLessThan(at)
  })

  it('hang a remainder, which has the id of its node, under the node', () => {
    const { parents, placeOf } = placesOf(['g/north', 'g/north/a', 'g/north/b', 'g/south/a'], widerOf)
    expect(parents[placeOf('g/north')]).toBe(parents[placeOf('g/north/a')])
  })
})
