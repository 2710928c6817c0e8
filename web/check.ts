import type { CheckReport, Segmentation } from './api-client.ts'
import { byId, element, replace } from './dom.ts'
import { count, decimal, money, percent, shortCount, signedPercent } from './format.ts'

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
      element('p', { class: 'verdict quiet' }, 'Not checked yet'),
      element(
        'p',
        {},
        'The guard says before launch what is too narrow to serve or to learn from. Run ',
        element('code', {}, `polyad check ${campaign}`),
        ' in the workspace.',
      ),
    )
    return
  }
  const rollUp = check.rollUp ?? before?.rollUp
  const sides = check.rollUp
    ? { from: check.before, to: check.rollUp.after }
    : { from: before?.before ?? check.before, to: before && check.before }
  replace(
    panel,
    element(
      'div',
      { class: 'split' },
      element(
        'div',
        {},
        element(
          'p',
          { class: check.verdict === 'passed' ? 'verdict good' : 'verdict bad' },
          verdictOf(check),
        ),
        check.override && element('p', {}, `Overridden by ${check.override.who}: ${check.override.reason}`),
        list(check.reasons.map(({ text }) => text)),
        element('p', {}, volumeText(check.volume)),
        element('p', {}, reachText(check)),
        element('p', {}, answerText(check)),
        element('p', {}, breakEvenText(check.breakEven)),
        before &&
          element(
            'p',
            {},
            `Revision ${before.revision} was rolled up into this one: ${before.reasons[0]?.text ?? 'it was too fine'}.`,
          ),
        folded(`Worth knowing (${check.warnings.length})`, list(check.warnings)),
        folded(
          check.overlaps.length === 1 ? 'Two segments that are largely one' : 'Segments that are largely one',
          list(overlapTexts(check)),
        ),
      ),
      element(
        'div',
        {},
        segmentationTable(sides.from, sides.to, check.rollUp ? 'If rolled up' : 'Rolled up'),
        rollUp && mergeList(rollUp),
      ),
    ),
  )
}

function verdictOf(check: CheckReport): string {
  if (check.verdict === 'passed') return 'Passed'
  return check.override ? 'Refused, and overridden' : 'Refused'
}

function volumeText({ impressionsWeek, eventsWeek, eventsFloor, goal, peopleNeeded }: CheckReport['volume']) {
  return `The budget buys about ${shortCount(Math.round(impressionsWeek))} impressions and ${shortCount(Math.round(eventsWeek))} ${goal}s a week. To be read, a segment needs ${decimal(eventsFloor)} ${goal}s a week, which takes ${count(peopleNeeded)} people.`
}

function reachText({ volume, breakEven, history }: CheckReport): string {
  const rates =
    'without' in history
      ? `Every segment is reckoned with today’s ${percent(volume.baselineRate)} ${volume.goal}s an impression.`
      : `Segments are reckoned with their own rates, from ${shortCount(history.impressions)} impressions and ${count(history.events)} ${volume.goal}s of ${history.fromDay} to ${history.toDay}: ${percent(volume.eventRate)} an impression over all.`
  return `The campaign serves ${count(volume.peopleReached)} of ${count(volume.people)} people, so ${percent(1 - breakEven.reach)} of the broad audience is lost; about ${count(volume.peopleShown)} will see an ad. ${rates}`
}

function answerText({ readable, volume, before }: CheckReport): string {
  const { detectableLift, toRead } = readable.versusBroad
  const shows =
    detectableLift === null
      ? 'Against broad this flight can show no difference.'
      : `Against broad this flight shows a difference from ${signedPercent(detectableLift)} on.`
  const takes = toRead
    ? ` To read ${signedPercent(readable.lift)} takes ${shortCount(toRead.impressions)} impressions, ${money(toRead.amountMicros, volume.currency)}.`
    : ''
  return `${shows}${takes} ${count(readable.leaves)} of ${count(before.leaves)} segments can read that alone.`
}

function breakEvenText({ broadPays, reachLimitedLift, budgetLimitedLift }: CheckReport['breakEven']): string {
  const fixed = `${signedPercent(budgetLimitedLift)} where the budget is gone before everybody is reached`
  if (reachLimitedLift !== null) {
    return `Lift to earn what broad alone earns: ${signedPercent(reachLimitedLift)} where money is left, ${fixed}.`
  }
  return broadPays ? 'It reaches nobody.' : `Broad does not pay. Lift to earn what it earns: ${fixed}.`
}

function overlapTexts({ overlaps, leaves }: CheckReport): string[] {
  const titles = new Map(leaves.map(({ id, title }) => [id, title]))
  return overlaps.map(({ a, b, people, containment }) => {
    const share =
      people === null || containment === null
        ? 'over half of the smaller one'
        : `${count(people)} people, ${percent(containment)} of the smaller one`
    return `${titles.get(a) ?? a} and ${titles.get(b) ?? b}: ${share}`
  })
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

function segmentationTable(
  before: Segmentation,
  after: Segmentation | undefined,
  afterHead: string,
): HTMLElement {
  const heads = after ? ['', 'As written', afterHead] : ['', 'This revision']
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

/** Where the leaves go that do not live on: by destination, the one that takes most first. */
function mergeList({ merges, homes, dropped }: NonNullable<CheckReport['rollUp']>): HTMLElement | undefined {
  if (merges.length === 0) return undefined
  return folded(
    merges.length === 1 ? 'Where 1 segment goes' : `Where ${count(merges.length)} segments go`,
    element(
      'ul',
      { class: 'merges', tabindex: 0, 'aria-label': 'Where segments go' },
      ...homes.map(({ title, leaves }) => element('li', {}, `${title}: ${count(leaves)}`)),
      ...dropped.map(({ title, reason }) => element('li', {}, `${title} leaves the campaign: ${reason}`)),
    ),
  )
}

/** Opened by a click or the Enter key; undefined when there is nothing inside. */
function folded(summary: string, ...inside: readonly (HTMLElement | undefined)[]): HTMLElement | undefined {
  if (inside.every((each) => each === undefined)) return undefined
  return element('details', {}, element('summary', {}, summary), ...inside)
}

function list(texts: readonly string[]): HTMLElement | undefined {
  return texts.length === 0 ? undefined : element('ul', {}, ...texts.map((text) => element('li', {}, text)))
}

/** A wide thing that scrolls by itself, reachable by keyboard. */
export function scrolling(label: string, inside: HTMLElement): HTMLElement {
  return element('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': label }, inside)
}
