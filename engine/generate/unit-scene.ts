import type { Fonts } from '../../templates/fonts.ts'
import type { Placement } from '../../templates/placement.ts'
import { createScene, type Scene } from '../../templates/scene.ts'
import type { Plan } from '../campaign/plan.ts'
import type { AdUnit } from '../space/ad-unit.ts'
import { createCopyTable } from './copy-table.ts'
import { unitValues } from './unit-values.ts'

/** The scene of one ad unit of a plan; pictures are named by their content hash. */
export function unitScene(plan: Plan, unit: AdUnit, fonts: Fonts): Scene {
  return createScene({
    template: plan.template,
    placement: placementOf(plan, unit),
    values: unitValues(plan, createCopyTable(plan), unit),
    locale: unit.locale,
    fonts,
    files: plan.files,
  })
}

export function placementOf(plan: Plan, unit: AdUnit): Placement {
  return plan.placements.find(({ id }) => id === unit.placement)!
}
