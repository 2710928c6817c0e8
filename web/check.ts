import type { CheckReport, Segmentation } from './api-client.ts'
import { byId, element, replace } from './dom.ts'
import { count, decimal, percent, shortCount } from './format.ts'

const MERGES_SHOWN = 200

/**
 * The guard's verdict, and what rolling up makes, or made, of the segmentation.
 *
 * @param before the check of the revision that this one rolled up
 */
export function showCheck(
  campaign: string,
  check: CheckReport | undefined,
  before: CheckReport | undefined,
): void {
  const panel = byId('check')
  if (!check) {
    replace(
      panel,
      element('p', {}, 'Not checked yet. Run ', element('code', {}, `polyad check ${campaign}`), '.'),
    )
    return
  }
  const { volume } = check
  const rollUp = check.rollUp ?? before?.rollUp
  const sides = check.rollUp
    ? { from: check.before, to: check.rollUp.after }
    : { from: before?.before ?? check.before, to: before && check.before }
  replace(
    panel,
    element(
      'p',
      { class: check.verdict === 'passed' ? 'verdict good' : 'verdict bad' },
      check.verdict === 'passed' ? 'Passed' : check.override ? 'Refused, and overridden' : 'Refused',
    ),
    check.override && element('p', {}, `Overridden by ${check.override.who}: ${check.override.reason}`),
    list(check.reasons.map(({ text }) => text)),
    element(
      'p',
      {},
      `The budget buys about ${count(Math.round(volume.impressionsWeek))} impressions and ${count(Math.round(volume.eventsWeek))} ${volume.goal}s a week. A segment needs ${decimal(volume.eventsFloor)} of them a week to be read, which takes ${count(volume.peopleNeeded)} people.`,
    ),
    before &&
      element(
        'p',
        {},
        `Revision ${before.revision} was rolled up into this one: ${before.reasons[0]?.text ?? 'it was too fine'}.`,
      ),
    segmentationTable(sides.from, sides.to),
    rollUp && mergeList(rollUp.merges),
    check.warnings.length > 0
      ? element(
          'details',
          {},
          element('summary', {}, `Worth knowing (${check.warnings.length})`),
          list(check.warnings),
        )
      : undefined,
  )
}

const LINES: readonly (readonly [string, (of: Segmentation) => string])[] = [
  ['Segments', (of) => count(of.leaves)],
  ['Too small to be read', (of) => count(of.starvedLeaves)],
  [
    'People in those',
    (of) => (of.peopleInStarvedLeaves === null ? 'too few to tell' : count(of.peopleInStarvedLeaves)),
  ],
  ['Budget that teaches nothing', (of) => percent(of.unreadableBudgetShare)],
  ['Effective segments', (of) => decimal(of.effectiveSegments)],
  ['Ad units', (of) => shortCount(of.adUnits)],
]

function segmentationTable(before: Segmentation, after: Segmentation | undefined): HTMLElement {
  const heads = after ? ['', 'As written', 'Rolled up'] : ['', 'This revision']
  return scrolling(
    'Segments of this campaign',
    element(
      'table',
      { class: 'compare' },
      element('thead', {}, element('tr', {}, ...heads.map((head) => element('th', { scope: 'col' }, head)))),
      element(
        'tbody',
        {},
        ...LINES.map(([label, read]) =>
          element(
            'tr',
            {},
            element('th', { scope: 'row' }, label),
            element('td', {}, read(before)),
            after && element('td', { class: 'strong' }, read(after)),
          ),
        ),
      ),
    ),
  )
}

function mergeList(merges: NonNullable<CheckReport['rollUp']>['merges']): HTMLElement | undefined {
  if (merges.length === 0) return undefined
  const shown = merges.slice(0, MERGES_SHOWN)
  const rest = merges.length - shown.length
  return element(
    'details',
    {},
    element('summary', {}, `What goes into what (${count(merges.length)} merges)`),
    element(
      'ul',
      { class: 'merges' },
      ...shown.map(({ from, into, reason }) =>
        element('li', {}, element('code', {}, from), ' into ', element('code', {}, into), `: ${reason}`),
      ),
    ),
    rest > 0 ? element('p', { class: 'quiet' }, `and ${count(rest)} more`) : undefined,
  )
}

function list(texts: readonly string[]): HTMLElement | undefined {
  return texts.length === 0 ? undefined : element('ul', {}, ...texts.map((text) => element('li', {}, text)))
}

/** A wide thing that scrolls by itself, reachable by keyboard. */
export function scrolling(label: string, inside: HTMLElement): HTMLElement {
  return element('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': label }, inside)
}
