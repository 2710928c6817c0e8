import type { LeafRow, Report } from './api-client.ts'
import { byId, element, replace } from './dom.ts'
import { type EffectRow, effectTable, qNote } from './effect-table.ts'
import { percent } from './format.ts'

const TONES = {
  wins: 'more',
  loses: 'less',
  unclear: 'unclear',
  'not-enough': 'unclear',
  broken: 'unclear',
} as const

/** Narrow against broad control in each leaf, by the leaf that people matched. */
export function showLeafLifts({ leaves, goal }: Report): void {
  const panel = byId('leaf-lifts')
  if (leaves.rows.length === 0) {
    replace(panel, element('p', { class: 'quiet' }, 'Nobody who was served matched a segment yet.'))
    return
  }
  const heads = {
    label: 'Segment',
    cells: ['Narrow', 'Broad control', `People with a ${goal}, pooled`],
    effect: 'Lift over broad',
  }
  const note = leaves.rows.some(({ compared }) => compared) ? ` ${qNote('That narrow wins or loses')}` : ''
  replace(
    panel,
    element('p', {}, leaves.text),
    ...effectTable('Narrow against broad by segment', heads, leaves.rows.map(rowOf)),
    element(
      'p',
      { class: 'quiet' },
      `Narrow and broad control: people by the arm chance gave them. Pooled: drawn towards the wider segment as far as there are few ${goal}s.${note}`,
    ),
  )
}

function rowOf({ title, narrowPeople, broadControlPeople, compared, ...leaf }: LeafRow): EffectRow {
  const { respondersShrunk: shrunk, text, verdict } = leaf
  return {
    label: title,
    effect: compared?.lift ?? null,
    qValue: compared?.qValue ?? null,
    cells: [narrowPeople, broadControlPeople, shrunk ? percent(shrunk.value) : '–'],
    text,
    tone: TONES[verdict],
  }
}
