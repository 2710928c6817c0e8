import { csvCell, csvText } from '../../core/csv.ts'
import type { Plan } from '../campaign/plan.ts'
import { clickThrough } from './click-through.ts'

/**
 * How a row is spelt: the pieces around the ad unit's id and rank, which alone differ in every row. In order:
 * begin, id, afterId, rank, cell, one piece a slot, link before, id, link after, id, end.
 */
export interface RowFormat {
  /** First line of the output, empty where the format has none. */
  readonly header: string
  readonly begin: string
  readonly afterId: string
  cell(segment: number, locale: number, placement: number): string
  /** @param value undefined where the placement lacks the slot */
  slot(slot: number, value: string | undefined): string
  link(segment: number): { readonly before: string; readonly after: string }
  readonly end: string
  /** Instead of the third id and `end` where the placement is copy alone. */
  readonly endWithoutPicture: string
}

/** Formats of one text a row. */
export type TextFormat = 'jsonl' | 'csv'

/** The spelling of a format by its name. */
export function rowFormat(plan: Plan, name: TextFormat): RowFormat {
  return name === 'csv' ? csvFormat(plan) : jsonlFormat(plan)
}

/**
 * Rows as JSON Lines. `rank` is a decimal text, since many readers would round a number past 2^53; `slots` holds final
 * text, file or colour by slot, null where the placement lacks the slot; `image` names the picture that render makes,
 * empty where the placement is copy alone.
 */
function jsonlFormat(plan: Plan): RowFormat {
  const { campaign, placements, revision, segments } = plan
  const json = JSON.stringify
  return {
    header: '',
    begin: '{"id":"',
    afterId: '","rank":"',
    cell(segment, locale, placement) {
      const { id, title } = segments[segment]!
      const place = placements[placement]!
      return (
        `","campaign":${json(campaign.name)},"revision":${revision},"segment":${json(id)},` +
        `"segmentTitle":${json(title)},"locale":${json(campaign.locales[locale])},"placement":${json(place.id)},` +
        `"widthPx":${place.widthPx},"heightPx":${place.heightPx},"slots":{`
      )
    },
    slot: (slot, value) =>
      `${slot === 0 ? '' : ','}${json(campaign.slots[slot]!.slot)}:${value === undefined ? 'null' : json(value)}`,
    link(segment) {
      const { beforeId, afterId } = clickThrough(plan, segments[segment]!.id)
      const inside = (text: string) => json(text).slice(1, -1)
      return { before: `},"clickThroughUrl":"${inside(beforeId)}`, after: `${inside(afterId)}","image":"` }
    },
    end: '.jpg"}\n',
    endWithoutPicture: '"}\n',
  }
}

/** The same rows as CSV (RFC 4180): a column a field, slots as `slots.NAME`, an absent slot empty. */
function csvFormat(plan: Plan): RowFormat {
  const { campaign, placements, revision, segments } = plan
  const columns = [
    'id',
    'rank',
    'campaign',
    'revision',
    'segment',
    'segmentTitle',
    'locale',
    'placement',
    'widthPx',
    'heightPx',
    ...campaign.slots.map(({ slot }) => `slots.${slot}`),
    'clickThroughUrl',
    'image',
  ]
  return {
    header: `${columns.join(',')}\r\n`,
    begin: '',
    afterId: ',',
    cell(segment, locale, placement) {
      const { id, title } = segments[segment]!
      const place = placements[placement]!
      return `,${[
        campaign.name,
        revision,
        csvCell(id),
        csvText(title),
        campaign.locales[locale],
        csvCell(place.id),
        place.widthPx,
        place.heightPx,
      ].join(',')}`
    },
    slot: (_slot, value) => `,${value === undefined ? '' : csvText(value)}`,
    link(segment) {
      const { beforeId, afterId } = clickThrough(plan, segments[segment]!.id)
      // Always quoted: a comma may stand on either side of the id.
      return { before: `,"${beforeId.replaceAll('"', '""')}`, after: `${afterId.replaceAll('"', '""')}",` }
    },
    end: '.jpg\r\n',
    endWithoutPicture: '\r\n',
  }
}
