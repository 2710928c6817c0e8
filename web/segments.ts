import type { CheckReport } from './api-client.ts'
import { byId, element, replace } from './dom.ts'
import { count, decimal, percent } from './format.ts'

const FIRST_SHOWN = 15

type Leaf = CheckReport['leaves'][number]

const PROBLEMS: Readonly<Record<string, string>> = {
  'k-floor': 'too few people to serve',
  'platform-minimum': 'under a platform minimum',
  starved: 'too few events to read',
}

/** Segments by size as bars, the largest first. */
export function showSegments(check: CheckReport | undefined): void {
  const panel = byId('segments')
  if (!check || check.leaves.length === 0) {
    replace(panel, element('p', { class: 'quiet' }, 'Sizes are known once the campaign has been checked.'))
    return
  }
  const { leaves, volume } = check
  const largest = Math.max(...leaves.map((leaf) => leaf.people ?? 0), 1)
  const bars = (shown: readonly Leaf[]): HTMLElement[] =>
    shown.map((leaf) => bar(leaf, largest, volume.kFloor))
  const rows = element('ol', { class: 'bars' }, ...bars(leaves.slice(0, FIRST_SHOWN)))
  const more = element(
    'button',
    {
      type: 'button',
      onclick: () => {
        const first = rows.children.length
        rows.append(...bars(leaves.slice(first)))
        more.remove()
        const next = rows.children[first] as HTMLElement | undefined
        next?.focus()
      },
    },
    `Show all ${count(leaves.length)}`,
  )
  replace(
    panel,
    element(
      'p',
      { class: 'quiet' },
      'Each person is counted once, in the narrowest segment that would be served.',
    ),
    rows,
    leaves.length > FIRST_SHOWN ? more : undefined,
  )
}

function bar(leaf: Leaf, largest: number, kFloor: number): HTMLElement {
  const fill = element('span', { class: 'fill' })
  fill.style.setProperty('--share', String((leaf.people ?? 0) / largest))
  const problems = leaf.problems.map((problem) => PROBLEMS[problem] ?? problem).join(', ')
  const { people, share, eventsWeek } = leaf
  const numbers =
    people === null || share === null || eventsWeek === null
      ? `<${kFloor} people, or hidden with one that has so few`
      : `${count(people)} people · ${percent(share)} · ${decimal(eventsWeek)} events a week`
  return element(
    'li',
    { class: problems ? 'bar-row has-problem' : 'bar-row', tabindex: -1 },
    element('span', { class: 'bar-name' }, leaf.title),
    element('span', { class: 'bar-track', 'aria-hidden': 'true' }, fill),
    element('span', { class: 'bar-text' }, problems ? `${numbers} · ${problems}` : numbers),
  )
}
