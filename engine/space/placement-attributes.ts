import type { AttributeType, Values } from '../../rules/rule.ts'
import type { Placement } from '../../templates/placement.ts'

/** What a rule may ask of a placement beside its id: sizes in pixels, the largest picture allowed in bytes. */
export const PLACEMENT_ATTRIBUTES: ReadonlyMap<string, AttributeType> = new Map([
  ['placement.width', 'number'],
  ['placement.height', 'number'],
  ['placement.maxBytes', 'number'],
])

/** A placement as a rule sees it: its id under `placement` and its attributes; one without a limit has no `maxBytes`. */
export function placementValues({ id, widthPx, heightPx, maxBytes }: Placement): Values {
  return {
    placement: id,
    'placement.width': widthPx,
    'placement.height': heightPx,
    'placement.maxBytes': maxBytes,
  }
}
