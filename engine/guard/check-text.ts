import { PLATFORMS } from '../../data/platforms.ts'
import { percent, textTable, wholeNumber } from '../reporting/text-table.ts'
import type { CheckLeaf, CheckReport, Segmentation } from './check-report.ts'
import { showingsPerPersonWeek } from './verdict.ts'

/** Lines of each list; `--json` has all of them. */
const LISTED = 10

/** A check for people: the verdict in one sentence, then the numbers behind it. */
export function checkText(report: CheckReport): string {
  const sections = [
    [verdictLine(report), ...report.reasons.map(({ text }) => `  ${text}`)],
    report.override ? overrideLines(report, report.override) : [],
    adUnitLines(report),
    volumeLines(report),
    leafLines(report),
    slotLines(report),
    rollUpLines(report),
    copyLines(report),
    undecidedLines(report),
    report.warnings.length > 0 ? ['Worth knowing', ...report.warnings.map((warning) => `  ${warning}`)] : [],
    [`checked on population ${report.populationHash.slice(0, 12)}; --json has every leaf, merge and misfit`],
  ]
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`
}

function verdictLine(report: CheckReport): string {
  const name = `${report.campaign}@${report.revision}`
  const size = `${wholeNumber(report.adUnits.count)} ad units over ${wholeNumber(report.before.leaves)} leaves`
  if (report.verdict === 'passed') return `PASSED: ${name} may run, ${size}.`
  const cure = report.rollUp
    ? `; "polyad check ${report.campaign} --apply" rolls it up to ${wholeNumber(report.rollUp.after.leaves)} leaves`
    : ''
  return report.override
    ? `REFUSED, OVERRIDDEN: ${name} may run although the guard refuses it, ${size}.`
    : `REFUSED: ${name} is too narrow, ${size}${cure}.`
}

function overrideLines(report: CheckReport, override: NonNullable<CheckReport['override']>): string[] {
  const lines = [
    `Overridden by ${override.who} on ${new Date(override.atMs).toISOString()}: ${override.reason}`,
  ]
  if (report.servedFromBroad.length > 0) {
    lines.push(
      `  ${wholeNumber(report.servedFromBroad.length)} leaves under the k floor are served broad all the same`,
    )
  }
  return lines
}

function adUnitLines({ adUnits, leaves }: CheckReport): string[] {
  const { segments } = adUnits
  const mostIn = leaves.find(({ id }) => id === segments.mostIn)?.title ?? segments.mostIn
  const listed = (counts: Readonly<Record<string, string>>) =>
    Object.entries(counts)
      .map(([key, count]) => `${key === '' ? '(none)' : key} ${wholeNumber(count)}`)
      .join(', ')
  return [
    `Ad units: ${wholeNumber(adUnits.count)}`,
    `  segments    ${wholeNumber(segments.count)} and broad, ` +
      `${wholeNumber(segments.fewest)} to ${wholeNumber(segments.most)} each (most in ${mostIn})`,
    `  locales     ${listed(adUnits.locales)}`,
    `  placements  ${listed(adUnits.placements)}`,
    ...Object.entries(adUnits.slots).map(
      ([slot, counts]) => `  ${slot.padEnd(10)}  ${optionsText(Object.values(counts))}`,
    ),
  ]
}

function optionsText(counts: readonly string[]): string {
  const unused = counts.filter((count) => count === '0').length
  const used = `${wholeNumber(counts.length - unused)} options`
  return unused > 0 ? `${used}, and ${wholeNumber(unused)} that no ad unit has` : used
}

function volumeLines({ volume, breakEven }: CheckReport): string[] {
  const { platformMinimum } = volume
  return [
    `Expected: ${wholeNumber(volume.impressionsWeek)} impressions and ${wholeNumber(volume.eventsWeek)} ` +
      `${volume.goal}s a week for ${volume.weeks.toFixed(1)} weeks, ` +
      `${wholeNumber(volume.peopleReached)} of ${wholeNumber(volume.people)} people reached (${volume.mode}), ` +
      `${showingsPerPersonWeek(volume).toFixed(1)} showings a person a week`,
    `  a leaf needs ${wholeNumber(volume.peopleNeeded)} people: ${volume.eventsFloor} ${volume.goal}s a week, ` +
      `k floor ${volume.kFloor}` +
      (platformMinimum
        ? `, ${PLATFORMS[platformMinimum.platform]?.title ?? platformMinimum.platform} ` +
          `${wholeNumber(platformMinimum.people)}`
        : ''),
    `  to earn as much as broad alone, narrow ads must work ${breakEven.lift.toFixed(2)} times as well: together they ` +
      `reach ${percent(breakEven.reach)} of broad's people (assumed: broad earns ${breakEven.revenuePerCost} for each 1 it costs)`,
  ]
}

function leafLines({ leaves, volume }: CheckReport): string[] {
  if (leaves.length === 0) return []
  const shown = leaves.slice(0, LISTED)
  return [
    `Largest leaves (${shown.length} of ${wholeNumber(leaves.length)})`,
    ...textTable(
      [
        { heading: '  leaf' },
        { heading: 'people', numeric: true },
        { heading: 'impressions/week', numeric: true },
        { heading: `${volume.goal}s/week`, numeric: true },
        { heading: 'under' },
      ],
      shown.map((leaf) => [
        `  ${leaf.title}`,
        leafPeople(leaf, volume.kFloor),
        leaf.impressionsWeek === null ? '' : wholeNumber(leaf.impressionsWeek),
        leaf.eventsWeek === null ? '' : leaf.eventsWeek.toFixed(1),
        leaf.problems.map((problem) => PROBLEMS[problem]).join(', '),
      ]),
    ),
  ]
}

function leafPeople(leaf: CheckLeaf, kFloor: number): string {
  if (leaf.people !== null) return wholeNumber(leaf.people)
  return leaf.problems.includes('k-floor') ? `<${kFloor}` : 'hidden'
}

const PROBLEMS: Readonly<Record<CheckLeaf['problems'][number], string>> = {
  'k-floor': 'k floor',
  'platform-minimum': 'platform minimum',
  starved: 'event floor',
}

const LEVELS: Readonly<Record<string, string>> = {
  leaf: 'in the leaf',
  ancestor: 'in a wider one',
  campaign: 'in all together',
  nowhere: 'nowhere',
}

function slotLines({ slots }: CheckReport): string[] {
  if (slots.length === 0) return []
  return [
    'Where the options of each slot can be told apart within the flight',
    ...textTable(
      [
        { heading: '  slot' },
        { heading: 'where' },
        { heading: 'leaves', numeric: true },
        { heading: 'people', numeric: true },
        { heading: 'smallest lift that shows (median)', numeric: true },
      ],
      slots.flatMap(({ slot, levels }) =>
        levels.map(({ level, leaves, people, medianLift }) => [
          `  ${slot}`,
          LEVELS[level] ?? level,
          wholeNumber(leaves),
          people === null ? '' : wholeNumber(people),
          medianLift === null ? 'none' : `+${percent(medianLift)}`,
        ]),
      ),
    ),
  ]
}

function rollUpLines({ before, rollUp, volume }: CheckReport): string[] {
  if (!rollUp) return before.starvedLeaves > 0 ? ['No roll-up helps: serve broad.'] : []
  const row = (name: string, write: (of: Segmentation) => string) => [
    `  ${name}`,
    write(before),
    write(rollUp.after),
  ]
  return [
    'If rolled up',
    ...textTable(
      [{ heading: '' }, { heading: 'now', numeric: true }, { heading: 'rolled up', numeric: true }],
      [
        row('leaves', (of) => wholeNumber(of.leaves)),
        row('leaves that cannot live', (of) => wholeNumber(of.starvedLeaves)),
        row('people in them', ({ peopleInStarvedLeaves: people }) =>
          people === null ? `<${volume.kFloor}` : wholeNumber(people),
        ),
        row('ad units', (of) => wholeNumber(of.adUnits)),
        row('budget share that cannot be read', (of) => percent(of.unreadableBudgetShare)),
        row('effective segments', (of) => of.effectiveSegments.toFixed(1)),
      ],
    ),
    '',
    ...homeLines(rollUp),
  ]
}

function homeLines({ merges, homes = [], dropped = [] }: NonNullable<CheckReport['rollUp']>): string[] {
  const rest = homes.slice(LISTED)
  const inRest = rest.reduce((sum, { leaves }) => sum + leaves, 0)
  return [
    `Where the ${wholeNumber(merges.length - dropped.length)} leaves go that do not live on`,
    ...textTable(
      [{ heading: '  into' }, { heading: 'leaves', numeric: true }],
      homes.slice(0, LISTED).map(({ title, leaves }) => [`  ${title}`, wholeNumber(leaves)]),
    ),
    ...(rest.length > 0
      ? [`  and ${wholeNumber(inRest)} into ${wholeNumber(rest.length)} more segments`]
      : []),
    ...(dropped.length > 0
      ? [
          'Segments that would leave the campaign; their people are served what else they match',
          ...dropped.map(({ id, reason }) => `  ${id}: ${reason}`),
        ]
      : []),
  ]
}

function copyLines({ copy }: CheckReport): string[] {
  const lines = [
    `Copy: ${wholeNumber(copy.checked)} texts laid out, ${wholeNumber(copy.misfitCount)} do not fit` +
      (copy.skipped > 0 ? `; ${wholeNumber(copy.skipped)} shorter ones were not laid out` : ''),
  ]
  for (const each of copy.broken.slice(0, LISTED)) {
    lines.push(
      `  ${each.slot} ${each.asset} (${each.locale}) cannot be rendered for ${wholeNumber(each.segments)} segments, ` +
        `${each.example} first: ${each.problem}`,
    )
  }
  for (const each of copy.misfits.slice(0, LISTED)) {
    lines.push(
      `  ${each.placement} ${each.layer}: ${each.asset} (${each.locale}, ${each.segment}) ${each.problem}: ` +
        JSON.stringify(each.text),
    )
  }
  return lines
}

function undecidedLines({ undecided }: CheckReport): string[] {
  if (undecided.length === 0) return []
  const shown = undecided.slice(0, LISTED)
  return [
    `Assets left out of segments in which their \`when\` is neither certain nor excluded (${shown.length} of ${wholeNumber(undecided.length)})`,
    ...textTable(
      [
        { heading: '  slot' },
        { heading: 'asset' },
        { heading: 'segments', numeric: true },
        { heading: 'such as' },
      ],
      shown.map(({ slot, asset, segments, example }) => [`  ${slot}`, asset, wholeNumber(segments), example]),
    ),
  ]
}
