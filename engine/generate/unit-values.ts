import type { SlotValues } from '../../templates/slot-values.ts'
import type { Plan } from '../campaign/plan.ts'
import type { AdUnit } from '../space/ad-unit.ts'
import type { CopyTable } from './copy-table.ts'

/** What each slot of an ad unit shows: its final text, picture or colour. Absent slots are left out. */
export function unitValues(plan: Plan, copy: CopyTable, unit: AdUnit): SlotValues {
  throw new Error(`not built yet: ${plan.campaign.name} ${copy.problems.length} ${unit.segment}`)
}
