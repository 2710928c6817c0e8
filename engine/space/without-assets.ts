import { bitmapFromRows } from '../../core/bitmap.ts'
import { PolyadError } from '../../core/errors.ts'
import type { Plan } from '../campaign/plan.ts'
import { CELL_LEVELS } from './compile.ts'
import type { Node } from './diagram.ts'
import { createFormulas } from './formula.ts'
import { restrictDiagram } from './restrict.ts'
import { createSpace, MAX_RUNS } from './space.ts'

/**
 * The diagram of a plan's ad units that have none of some assets, ranks apart. A cell may be left with none.
 *
 * @param isOut asked once of each asset
 * @throws PolyadError as createSpace
 */
export function withoutAssets(plan: Plan, isOut: (slot: string, asset: string) => boolean): Node {
  const { campaign, placements, segments } = plan
  const { root } = createSpace(plan)
  const sizes = [
    segments.length,
    campaign.locales.length,
    placements.length,
    // And the slot's absence.
    ...campaign.slots.map(({ assets }) => assets.length + 1),
  ]
  const formulas = createFormulas(sizes)
  const tests = campaign.slots.map(({ slot, assets }, at) => {
    const size = assets.length + 1
    const left = [...assets.keys()].filter((asset) => !isOut(slot, assets[asset]!.id))
    return formulas.test(CELL_LEVELS + at, bitmapFromRows(size, [...left, size - 1]))
  })
  return restrictDiagram(root, sizes, formulas, formulas.join('all', tests), MAX_RUNS, () => {
    return new PolyadError('SPACE_TOO_LARGE', {
      campaign: campaign.name,
      nodes: MAX_RUNS,
      rules: ['the paused assets'],
    })
  })
}
