import { AGE_BANDS } from './age-bands.ts'
import { IAB_AUDIENCE } from './iab-audience.ts'
import { US_STATES } from './us-states.ts'

interface HierarchyValue {
  readonly label: string
  /** The next wider value; absent at the top. */
  readonly parent?: string
}

type Hierarchy = ReadonlyMap<string, HierarchyValue>

const usStates: Hierarchy = new Map<string, HierarchyValue>([
  ...US_STATES.states.map(({ code, name, division }) => [code, { label: name, parent: division }] as const),
  ...US_STATES.divisions.map(({ id, name, region }) => [id, { label: name, parent: region }] as const),
  ...US_STATES.regions.map(({ id, name }) => [id, { label: name }] as const),
])

const ageBands: Hierarchy = new Map<string, HierarchyValue>([
  ...AGE_BANDS.rows.map(({ id, label, wider }) => [id, { label, parent: wider }] as const),
  ...AGE_BANDS.wider.map(({ id, label }) => [id, { label }] as const),
])

const iabAudience: Hierarchy = new Map<string, HierarchyValue>(
  IAB_AUDIENCE.rows.map(([id, parent, , name]) => [id, parent ? { label: name, parent } : { label: name }]),
)

/** Named tables that give an attribute's values their labels and their next wider value. */
export const HIERARCHIES: Readonly<Record<string, Hierarchy>> = {
  'us-states': usStates,
  'age-bands': ageBands,
  'iab-audience-1.1': iabAudience,
}
