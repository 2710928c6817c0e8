import fc from 'fast-check'
import type { Plan } from '../../../engine/campaign/plan.ts'
import { segmentOf, smallPlan, TALL, WIDE } from './small-plan.ts'

/** One asset beside the default: any mix of condition, retirement, languages and copy that needs a state. */
const asset = fc.record({
  when: fc.option(
    fc.constantFrom<unknown>(
      { state: 'CA' },
      { state: 'OR' },
      { locale: 'es-US' },
      { placement: 'tall' },
      { not: { placement: 'tall' } },
      { not: { state: 'CA' } },
      { 'placement.width': { range: { gte: 300 } } },
      { 'placement.shape': 'portrait' },
      { all: [{ state: 'CA' }, { not: { 'placement.shape': 'portrait' } }] },
    ),
    { nil: undefined, freq: 3 },
  ),
  retired: fc.nat(4).map((value) => value === 0 || undefined),
  text: fc.constantFrom<Record<string, string>>(
    { en: 'Hello', es: 'Hola' },
    { en: 'Good day', es: 'Buenas' },
    { en: 'Welcome', es: 'Bienvenido' },
    { en: 'Hello' },
    { 'es-US': 'Hola' },
    { en: 'Hello {{state}}', es: 'Hola' },
  ),
})

// Without this and noBias most lists are empty and most rules say nothing.
const FULL = { size: 'max' } as const

const slot = fc.record({
  assets: fc.array(asset, { minLength: 0, maxLength: 3, ...FULL }),
  defaultAt: fc.nat(3),
  absentIn: fc.oneof(fc.constant<string[]>([]), fc.subarray(['wide', 'tall'])),
})

const MOST_SLOTS = 4

/** Numbers of assets by slot, 3 for the default, which is the rarest; about half of the slots have none. */
const numbers = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.constant([]) },
    { weight: 4, arbitrary: fc.uniqueArray(fc.nat(2), { minLength: 1, maxLength: 2 }) },
    { weight: 1, arbitrary: fc.uniqueArray(fc.nat(3), { minLength: 1 }) },
  ),
  { minLength: MOST_SLOTS, maxLength: MOST_SLOTS },
)
/** Small campaigns of every kind; some of them have an empty cell. */
export const arbitraryPlan: fc.Arbitrary<Plan> = fc
  .noBias(
    fc.record({
      slots: fc.array(slot, { minLength: 1, maxLength: MOST_SLOTS, ...FULL }),
      states: fc.array(fc.constantFrom('CA', 'OR', 'WA'), { maxLength: 4 }),
      locales: fc.subarray(['en-US', 'es-US'], { minLength: 1 }),
      placements: fc.subarray([WIDE, TALL], { minLength: 1 }),
      exclude: fc.array(numbers, { maxLength: 3, ...FULL }),
      require: fc.array(fc.record({ if: numbers, use: numbers }), { maxLength: 2, ...FULL }),
      groups: fc.array(numbers, { maxLength: 2, ...FULL }),
    }),
  )
  .map(({ slots, states, locales, placements, exclude, require, groups }) => {
    const made = slots.map(({ assets, defaultAt }, at) => {
      const options = assets.map((each, number) => ({
        id: `a${number}`,
        text: each.text,
        ...(each.when === undefined ? {} : { when: each.when }),
        ...(each.retired ? { retired: true } : {}),
      }))
      options.splice(defaultAt % (options.length + 1), 0, { id: 'base', text: { en: 'Base', es: 'Base' } })
      return { slot: `s${at}`, default: 'base', assets: options }
    })
    const termsOf = (chosen: readonly (readonly number[])[]) =>
      Object.fromEntries(
        made.flatMap(({ slot, assets }, at) => {
          const others = assets.map(({ id }) => id).filter((id) => id !== 'base')
          const named = new Set(
            chosen[at]!.map((number) => (number < 3 && others[number % others.length]) || 'base'),
          )
          return named.size > 0 ? [[slot, [...named]]] : []
        }),
      )
    const hasTerms = (terms: object) => Object.keys(terms).length > 0
    return smallPlan({
      segments: [segmentOf('broad'), ...states.map((state, at) => segmentOf(`seg-${at}`, state))],
      locales,
      placements,
      slots: made,
      exclude: exclude.map(termsOf).filter(hasTerms),
      require: require
        .map((each) => ({ if: termsOf(each.if), use: termsOf(each.use) }))
        .filter((each) => hasTerms(each.if) && hasTerms(each.use)),
      groups: groups
        .map((each, at) => ({ name: `g${at}`, assets: termsOf(each) }))
        .filter(({ assets }) => hasTerms(assets)),
      absentIn: Object.fromEntries(slots.map(({ absentIn }, at) => [`s${at}`, absentIn])),
    })
  })
