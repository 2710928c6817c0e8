import { PLATFORMS } from '../../data/platforms.ts'
import { counted, percent, type TextColumn, textTable, wholeNumber } from '../reporting/text-table.ts'
import type { CheckLeaf, CheckReport, Segmentation } from './check-report.ts'
import { answerText, breakEvenLines, historyLine, readableLines, signedPercent } from './numbers-text.ts'
import { showingsPerPersonWeek } from './warnings.ts'

/** Lines of each list; `--json` has all of them. */
const LISTED = 10

/** A check for people: the verdict in one sentence, then the numbers behind it. */
export function checkText(report: CheckReport): string {
  const sections = [
    [verdictLine(report), ...report.reasons.map(({ text }) => `  ${text}`)],
    report.override ? overrideLines(report, report.override) : [],
    adUnitLines(report),
    volumeLines(report),
    breakEvenLines(report),
    readableLines(report),
    leafLines(report),
    overlapLines('Segments that are largely one', report.overlaps),
    slotLines(report),
    rollUpLines(report),
    copyLines(report),
    brandLines(report),
    contrastLines(report),
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
  const size = `${counted(BigInt(report.adUnits.count), 'ad unit')} over ${leavesText(report.before.leaves)}`
  if (report.verdict === 'passed') return `PASSED: ${name} may run, ${size}.`
  const cure = report.rollUp
    ? `; "polyad check ${report.campaign} --apply" rolls it up to ${leavesText(report.rollUp.after.leaves)}`
    : ''
  const isOffBrandOnly = report.reasons.every(({ code }) => code === 'BRAND')
  return report.override
    ? `REFUSED, OVERRIDDEN: ${name} may run although the guard refuses it, ${size}.`
    : `REFUSED: ${name} ${isOffBrandOnly ? 'is not as brand.json asks' : 'is too narrow'}, ${size}${cure}.`
}

function leavesText(count: number): string {
  return counted(count, 'leaf', 'leaves')
}

function overrideLines(report: CheckReport, override: NonNullable<CheckReport['override']>): string[] {
  const lines = [
    `Overridden by ${override.who} on ${new Date(override.atMs).toISOString()}: ${override.reason}`,
  ]
  if (report.servedFromBroad.length > 0) {
    lines.push(
      `  ${leavesText(report.servedFromBroad.length)} under the k floor ` +
        `${report.servedFromBroad.length === 1 ? 'is' : 'are'} served broad all the same`,
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
  const used = counted(counts.length - unused, 'option')
  return unused > 0 ? `${used}, and ${wholeNumber(unused)} that no ad unit has` : used
}

function volumeLines({ volume, history }: CheckReport): string[] {
  const { platformMinimum } = volume
  const lost = volume.people > 0 ? 1 - volume.peopleReached / volume.people : 0
  return [
    `Expected: ${counted(Math.round(volume.impressionsWeek), 'impression')} and ` +
      `${counted(Math.round(volume.eventsWeek), volume.goal)} a week for ${volume.weeks.toFixed(1)} weeks, ` +
      `${showingsPerPersonWeek(volume).toFixed(1)} showings a person a week`,
    `  serves ${wholeNumber(volume.peopleReached)} of ${wholeNumber(volume.people)} people (${volume.mode}, broad ` +
      `included), ${percent(lost)} of the broad audience lost; about ${wholeNumber(volume.peopleShown)} of them ` +
      'will see an ad',
    `  a leaf needs ${wholeNumber(volume.peopleNeeded)} people: ${volume.eventsFloor} ${volume.goal}s a week, ` +
      `k floor ${volume.kFloor}` +
      (platformMinimum
        ? `, ${PLATFORMS[platformMinimum.platform]?.title ?? platformMinimum.platform} ` +
          `${wholeNumber(platformMinimum.people)}`
        : ''),
    historyLine(history, volume),
  ]
}

function leafLines({ leaves, volume, history }: CheckReport): string[] {
  if (leaves.length === 0) return []
  const shown = leaves.slice(0, LISTED)
  const rated = !('without' in history)
  const rate: TextColumn[] = rated ? [{ heading: `${volume.goal}s/impression`, numeric: true }] : []
  return [
    `Largest leaves (${shown.length} of ${wholeNumber(leaves.length)})`,
    ...textTable(
      [
        { heading: '  leaf' },
        { heading: 'people', numeric: true },
        { heading: 'shown an ad', numeric: true },
        { heading: 'impressions/week', numeric: true },
        ...rate,
        { heading: `${volume.goal}s/week`, numeric: true },
        { heading: 'shows against broad', numeric: true },
        { heading: 'under' },
      ],
      shown.map((leaf) => [
        `  ${leaf.title}`,
        leafPeople(leaf, volume.kFloor),
        leaf.peopleShown === null ? '' : wholeNumber(leaf.peopleShown),
        leaf.impressionsWeek === null ? '' : wholeNumber(leaf.impressionsWeek),
        ...(rated ? [leaf.rate ? percent(leaf.rate.value) : ''] : []),
        leaf.eventsWeek === null ? '' : leaf.eventsWeek.toFixed(1),
        leaf.versusBroad
          ? leaf.versusBroad.detectableLift === null
            ? 'nothing'
            : signedPercent(leaf.versusBroad.detectableLift)
          : '',
        leaf.problems.map((problem) => PROBLEMS[problem]).join(', '),
      ]),
    ),
    ...(shown.some((leaf) => leafPeople(leaf, volume.kFloor) === 'hidden')
      ? [`  hidden: shown, it would let a leaf of fewer than ${volume.kFloor} people be worked out`]
      : []),
  ]
}

function overlapLines(heading: string, overlaps: CheckReport['overlaps']): string[] {
  if (overlaps.length === 0) return []
  const shown = overlaps.slice(0, LISTED)
  return [
    `${heading} (${shown.length} of ${wholeNumber(overlaps.length)})`,
    ...textTable(
      [
        { heading: '  segment', whole: true },
        { heading: 'and', whole: true },
        { heading: 'people in both', numeric: true },
        { heading: 'of the smaller', numeric: true },
      ],
      shown.map(({ a, b, people, containment }) => [
        `  ${a}`,
        b,
        people === null ? 'hidden' : wholeNumber(people),
        containment === null ? 'over half' : percent(containment),
      ]),
    ),
    ...(shown.some(({ people }) => people === null)
      ? ['  hidden: shown, it would tell of a few people who are in one of the two alone']
      : []),
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

function slotLines({ slots, readable, volume }: CheckReport): string[] {
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
        { heading: `one answer on ${signedPercent(readable.lift)} takes`, numeric: true },
      ],
      slots.flatMap(({ slot, levels }) =>
        levels.map(({ level, leaves, people, medianLift, toRead }) => [
          `  ${slot}`,
          LEVELS[level] ?? level,
          wholeNumber(leaves),
          people === null ? '' : wholeNumber(people),
          medianLift === null ? 'none' : signedPercent(medianLift),
          answerText(toRead, volume),
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
    ...overlapLines('Rolled up, these would still be largely one', rollUp.overlaps),
  ]
}

function homeLines({ merges, homes, dropped }: NonNullable<CheckReport['rollUp']>): string[] {
  const rest = homes.slice(LISTED)
  const inRest = rest.reduce((sum, { leaves }) => sum + leaves, 0)
  const going = merges.length - dropped.length
  return [
    going === 1
      ? 'Where the leaf goes that does not live on'
      : `Where the ${wholeNumber(going)} leaves go that do not live on`,
    ...textTable(
      [{ heading: '  into' }, { heading: 'leaves', numeric: true }],
      homes.slice(0, LISTED).map(({ title, leaves }) => [`  ${title}`, wholeNumber(leaves)]),
    ),
    ...(rest.length > 0 ? [`  and ${wholeNumber(inRest)} into ${counted(rest.length, 'more segment')}`] : []),
    ...(dropped.length > 0
      ? [
          'Segments that would leave the campaign; their people are served what else they match',
          ...dropped.map(({ id, reason }) => `  ${id}: ${reason}`),
        ]
      : []),
  ]
}

function copyLines({ copy }: CheckReport): string[] {
  const { fit, misfitCount } = copy
  const lines = [
    `Copy: ${counted(copy.checked, 'text')} laid out in their placements, ${wholeNumber(misfitCount)} ` +
      `${misfitCount === 1 ? 'does' : 'do'} not fit` +
      (copy.skipped > 0
        ? `; ${counted(copy.skipped, 'shorter one')} ${copy.skipped === 1 ? 'was' : 'were'} not laid out`
        : ''),
  ]
  if (fit && copy.checked > 0) {
    const [smallest] = fit.shrunkTo
    lines.push(
      `  ${wholeNumber(fit.fits)} at full size, ${wholeNumber(fit.shrunk)} shrunk` +
        (smallest ? ` (to ${smallest.fontPx} px at the smallest)` : '') +
        `, ${wholeNumber(fit.truncated)} cut off, ${wholeNumber(fit.missingGlyphs)} with characters no font has, ` +
        `${wholeNumber(fit.overLimit)} over a limit`,
    )
  }
  for (const each of copy.broken.slice(0, LISTED)) {
    lines.push(
      `  ${each.slot} ${each.asset} (${each.locale}) cannot be rendered for ${counted(each.segments, 'segment')}, ` +
        `${each.example}${each.segments === 1 ? '' : ' first'}: ${each.problem}`,
    )
  }
  for (const each of copy.misfits.slice(0, LISTED)) {
    lines.push(
      `  ${each.placement} ${each.layer}: ${each.asset} (${each.locale}, ${each.segment}) ${each.problem}: ` +
        JSON.stringify(each.text),
    )
    if (each.mend) lines.push(`    ${each.mend}`)
  }
  return lines
}

function brandLines({ brand }: CheckReport): string[] {
  if (!brand || brand.length === 0) return []
  return [
    'Not as brand.json asks',
    ...brand.flatMap(({ rule, refuses, count, found }) => [
      `  ${rule}${refuses ? ', which refuses' : ''} (${Math.min(found.length, LISTED)} of ${wholeNumber(count)})`,
      ...found.slice(0, LISTED).map((each) => `    ${each}`),
    ]),
  ]
}

function contrastLines({ contrast }: CheckReport): string[] {
  if (!contrast || contrast.poorCount === 0) return []
  const { poor, poorCount, checked, skipped } = contrast
  return [
    `Advice: ${wholeNumber(poorCount)} of ${counted(checked, 'combination')} of text and ground have too little contrast` +
      (skipped > 0 ? `; ${wholeNumber(skipped)} were not looked at` : ''),
    ...poor
      .slice(0, LISTED)
      .map(
        ({ placement, layer, on, ratio, needed }) =>
          `  ${placement} ${layer}: ${ratio.toFixed(1)}, ${needed} is needed` +
          (on.length > 0 ? ` (${on.join(', ')})` : ''),
      ),
  ]
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
