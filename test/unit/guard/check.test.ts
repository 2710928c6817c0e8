import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { createDoor } from '../../../core/schema.ts'
import type { Campaign } from '../../../engine/campaign/campaign.ts'
import { examine } from '../../../engine/guard/check-campaign.ts'
import { type CheckReport, CheckReportSchema } from '../../../engine/guard/check-report.ts'
import { checkText } from '../../../engine/guard/check-text.ts'
import { gridTrees } from '../../../segments/grid-sums.ts'
import type { Population } from '../../../segments/population.ts'
import { type Fonts, loadFonts } from '../../../templates/fonts.ts'
import { CAMPAIGN, populationOf, worldOf } from './world.ts'

const door = createDoor('check report', CheckReportSchema)
let fonts: Fonts
let population: Population

beforeAll(async () => {
  fonts = await loadFonts(fileURLToPath(new URL('../../../templates/fonts', import.meta.url)))
  population = populationOf(20_000)
})

/** The check of a campaign, through JSON and its schema as it is stored. */
function check(changes: Partial<Campaign> = {}): CheckReport {
  const { plan, segmented } = worldOf(population, { ...CAMPAIGN, ...changes })
  return door(JSON.parse(JSON.stringify({ ...examine(plan, segmented, fonts), atMs: 0 })), 'check')
}

function codes(report: CheckReport): string[] {
  return report.reasons.map(({ code }) => code)
}

function textAsset(id: string, en: string): Campaign['slots'][number]['assets'][number] {
  return { id, text: { en } }
}

function withHeadlines(assets: Campaign['slots'][number]['assets']): Partial<Campaign> {
  return { slots: [{ slot: 'headline', default: assets[0]!.id, assets }, CAMPAIGN.slots[1]!] }
}

describe('volume', () => {
  it('follows from budget, price, flight and rate, by hand', () => {
    const { volume } = check()
    // 2,000 at 5 per thousand: 400,000 impressions in 28 days; a click in a hundred.
    expect(volume).toMatchObject({
      weeks: 4,
      impressionsWeek: 100_000,
      eventsWeek: 1000,
      peopleReached: 20_000,
    })
    // 1,000 clicks / 20,000 people x 0.9 in narrow = 0.045 a person and week: 50 need 1,111.1 people.
    expect(volume.peopleNeeded).toBe(1112)
  })

  it('of a leaf is what holdout, and broad control of the rest, leave it', () => {
    const { volume, leaves } = check({
      segments: ['complainers'],
      holdoutShare: 0.2,
      broadControlShare: 0.25,
      eventsPerLeafWeek: 6,
    })
    // 0.8 x 0.75 of 0.05 clicks a person and week: 6 need 200 people.
    expect(volume.peopleNeeded).toBe(200)
    const { people, impressionsWeek, eventsWeek } = leaves[0]!
    expect(impressionsWeek).toBeCloseTo(people! * 3, 0)
    expect(eventsWeek).toBeCloseTo(people! * 0.03, 2)
  })

  it('a platform can need more people than the event floor', () => {
    const { volume, reasons } = check({ platforms: ['google-ads', 'linkedin'], eventsPerLeafWeek: 1 })
    expect(volume.platformMinimum).toEqual({ people: 300, platform: 'linkedin' })
    expect(volume.peopleNeeded).toBe(300)
    expect(reasons.find(({ code }) => code === 'PLATFORM_MINIMUM')!.text).toContain('LinkedIn')
    expect(() => check({ platforms: ['myspace'] })).toThrow('there is no platform "myspace"')
  })

  it('names what a budget or a flight lacks', () => {
    const free = { ...CAMPAIGN.budget, costPerThousand: { amountMicros: 0, currency: 'USD' } }
    expect(() => check({ budget: free })).toThrow('costPerThousand must be above 0')
    expect(() => check({ flight: { from: '2026-03-02', to: '2026-03-01' } })).toThrow('before it begins')
  })
})

describe('verdict and roll-up', () => {
  it('refuses the full grid and proposes one that passes, just as it said it would', () => {
    const report = check()
    expect(report.verdict).toBe('refused')
    expect(codes(report)).toEqual(['K_FLOOR', 'VOLUME'])
    expect(report.before.starvedLeaves).toBeGreaterThan(800)
    const { after, entries } = report.rollUp!
    expect(after.starvedLeaves).toBe(0)
    const rolled = check({ segments: entries })
    expect(rolled).toMatchObject({ verdict: 'passed', reasons: [], servedFromBroad: [] })
    expect(rolled.before).toEqual(after)
    expect(rolled.rollUp).toBeUndefined()
    for (const { people } of rolled.leaves) expect(people).toBeGreaterThanOrEqual(1112)
  })

  it('tells each merge once: from a leaf to the segment its people end in', () => {
    const { leaves, rollUp, servedFromBroad } = check()
    const entry = rollUp!.entries[0] as { leaves: string[]; remainders: string[] }
    const from = rollUp!.merges.map((merge) => merge.from)
    expect(new Set(from).size).toBe(from.length)
    // A leaf that is served broad has no options to tell apart.
    for (const { id, slots } of leaves) if (servedFromBroad.includes(id)) expect(slots).toEqual([])
    // Every leaf of now either lives on or is merged.
    expect([...from, ...entry.leaves].sort()).toEqual(leaves.map(({ id }) => id).sort())
    const living = new Set([...entry.leaves, ...entry.remainders, 'broad'])
    for (const { from: leaf, into } of rollUp!.merges) {
      expect(living, leaf).toContain(into)
      expect(into === 'broad' || entry.remainders.includes(into)).toBe(true)
    }
    const homes = rollUp!.homes!
    expect(homes.reduce((sum, { leaves: count }) => sum + count, 0)).toBe(from.length)
    expect(homes.map(({ leaves: count }) => count)).toEqual(
      homes.map(({ leaves: count }) => count).sort((a, b) => b - a),
    )
    const text = checkText(check())
    expect(text).toContain(`Where the ${from.length} leaves go that do not live on`)
    expect(text).toMatch(new RegExp(`${homes[0]!.title} +${homes[0]!.leaves}\n`))
  })

  it('leaves with rules beside the grid pass after the roll-up too, though the rules take their people', () => {
    const segments: Campaign['segments'] = [{ grid: 'usa' }, 'west', 'complainers']
    const report = check({ segments, eventsPerLeafWeek: 20 })
    const rolled = check({ segments: report.rollUp!.entries, eventsPerLeafWeek: 20 })
    expect(rolled.verdict).toBe('passed')
    expect(rolled.before).toEqual(report.rollUp!.after)
    // 20 clicks a week need 445 people. Some 950 of the west lose theirs to narrower leaves inside it, 518 complainers
    // are everywhere and hardly lose any.
    expect(report.rollUp!.entries).toEqual([expect.objectContaining({ grid: 'usa' }), 'complainers'])
    expect(report.rollUp!.merges[0]).toEqual({
      from: 'west',
      into: 'what else they match',
      reason: 'fewer than 445 people are left to it by narrower segments',
    })
    expect(report.rollUp!.dropped).toMatchObject([
      { id: 'west', reason: 'fewer than 445 people are left to it by narrower segments' },
    ])
    expect(report.rollUp!.homes!.map(({ id }) => id)).not.toContain('what else they match')
    expect(checkText({ ...report, atMs: 0 })).toContain('  west: fewer than 445 people are left to it')
  })

  it('proposes nothing when only broad could live', () => {
    const report = check({ segments: ['complainers'] })
    expect(report.verdict).toBe('refused')
    expect(report.rollUp).toBeUndefined()
    expect(checkText(report)).toContain('No roll-up helps: serve broad.')
  })

  it('a targeted campaign that reaches few must work too hard; a tailored one of the same leaves need not', () => {
    const narrow: Partial<Campaign> = { segments: ['complainers'], eventsPerLeafWeek: 1 }
    const tailored = check(narrow)
    expect(tailored).toMatchObject({ verdict: 'passed', breakEven: { reach: 1, reachLimitedLift: 0 } })
    const targeted = check({ ...narrow, mode: 'targeted' })
    const people = targeted.volume.peopleReached
    expect(targeted.leaves[0]!.people).toBe(people)
    // L = (1/r)(1 - 1/1.2) + 1/1.2
    expect(targeted.breakEven.reachLimitedLift).toBeCloseTo(
      (20_000 / people) * (1 - 1 / 1.2) + 1 / 1.2 - 1,
      9,
    )
    expect(codes(targeted)).toEqual(['BREAK_EVEN'])
  })

  it('tells of leaves that go into nothing narrower than broad', () => {
    // 300 clicks a week need 6,667 people, more than the rarest interest has.
    const { merges, homes } = check({ eventsPerLeafWeek: 300 }).rollUp!
    const intoBroad = merges.filter(({ into }) => into === 'broad')
    expect(intoBroad.length).toBeGreaterThan(0)
    expect(homes).toContainEqual({ id: 'broad', title: 'Everybody', leaves: intoBroad.length })
  })

  it('a targeted roll-up reckons with the people it brings back, who share the budget with the others', () => {
    const report = check({ mode: 'targeted' })
    const { entries, after } = report.rollUp!
    const rolled = check({ mode: 'targeted', segments: entries })
    expect(rolled.volume.peopleReached).toBeGreaterThan(1.2 * report.volume.peopleReached)
    expect(rolled.volume.peopleNeeded).toBeGreaterThan(1.2 * report.volume.peopleNeeded)
    expect(rolled).toMatchObject({ verdict: 'passed', reasons: [] })
    expect(rolled.before).toEqual(after)
  })

  it('names copy that cannot be rendered for some segments', () => {
    const { copy, warnings } = check(
      withHeadlines([textAsset('plain', 'Fresh air'), textAsset('local', 'Air of {{state}}')]),
    )
    expect(copy.broken[0]).toMatchObject({ asset: 'local', segments: 1, example: 'broad' })
    expect(warnings[0]).toBe('1 text cannot be rendered for some segments and is not used there')
  })

  it('warns of assets that rules leave out everywhere, and of placements that `when` gets wrong', () => {
    const tall = { ...textAsset('tall', 'Look up'), when: { 'placement.shape': 'portrat' } }
    const { warnings } = check({
      ...withHeadlines([textAsset('plain', 'Fresh air'), textAsset('sea', 'Sea air'), tall]),
      placements: ['iab-300x250'],
      exclude: [{ headline: ['sea'], button: ['see'] }],
      require: [{ if: { headline: ['sea'] }, use: { button: ['see'] } }],
    })
    expect(warnings).toContain('headline/sea is in no ad unit: /exclude/0, /require/0 conflict over it')
    expect(warnings.filter((text) => text.includes('the campaign has no'))).toEqual([
      expect.stringMatching(/assets\/2\/when .*no placement.shape "portrat"; did you mean "portrait"\?/),
    ])
  })

  it('warns of values nobody has in `when`, and not of locale and placement', () => {
    const { warnings } = check(
      withHeadlines([
        textAsset('plain', 'Fresh air'),
        { ...textAsset('west', 'Go west'), when: { all: [{ state: 'Californa' }, { locale: 'en-US' }] } },
      ]),
    )
    expect(warnings.filter((text) => text.includes('no person'))).toEqual([
      expect.stringMatching(/assets\/1\/when \(headline\/west\): no person .*"Californa".*mean "CA"\?/),
    ])
  })
})

describe('what a buyer is told', () => {
  it('people, who is lost of the broad audience, and who will see an ad', () => {
    const { volume, leaves } = check({ segments: ['complainers'], mode: 'targeted', eventsPerLeafWeek: 1 })
    const [leaf] = leaves
    expect(volume.peopleReached).toBe(leaf!.people)
    expect(leaf!.broadLost).toBeCloseTo(1 - leaf!.people! / 20_000, 4)
    expect(leaf!.share).toBe(1)
    // 400,000 impressions for some 500 people: all of them see it. Nine in ten are narrow.
    expect(volume.peopleShown).toBe(volume.peopleReached)
    expect(leaf!.peopleShown! / leaf!.people!).toBeCloseTo(0.9, 2)

    // A twentieth of the budget: one impression a person, of whom 1 - 1/e see one at least.
    const total = { amountMicros: 100_000_000, currency: 'USD' }
    const rare = check({ segments: ['west'], budget: { ...CAMPAIGN.budget, total } })
    expect(rare.volume.peopleShown / 20_000).toBeCloseTo(1 - Math.exp(-1), 3)
    expect(rare.leaves[0]!.peopleShown! / (rare.leaves[0]!.people! * 0.9)).toBeCloseTo(1 - Math.exp(-1), 2)
    expect(checkText(rare)).toContain(
      '20,000 of 20,000 people (tailored, broad included), 0.0 % of the broad',
    )
  })

  it('people who match a leaf beside those it is served to: narrower segments take the others', () => {
    const alone = check({ segments: ['west'] }).leaves[0]!
    expect(alone.matching).toBe(alone.people)
    const beside = check({ segments: ['west', 'complainers'] }).leaves.find(({ id }) => id === 'west')!
    expect(beside.people).toBeLessThan(alone.people!)
    // Down to a multiple of the k floor, so that those taken cannot be counted.
    expect(beside.matching).toBe(Math.max(beside.people!, alone.people! - (alone.people! % 50)))
  })

  it('segments that are largely one, with the roll-up too; that alone refuses nothing', () => {
    const segments: Campaign['segments'] = ['west', 'coast', 'complainers']
    const report = check({ segments, eventsPerLeafWeek: 20 })
    const west = report.leaves.find(({ id }) => id === 'west')!
    expect(report.overlaps).toEqual([{ a: 'west', b: 'coast', people: 952, containment: 1 }])
    expect(west.overlapsWith).toEqual(['coast'])
    expect(report.leaves.map(({ overlapsWith }) => overlapsWith.length)).toEqual([1, 1, 0])
    expect(report.warnings).toContain(
      '1 pair of segments is largely one: merge the two, or exclude one from the other',
    )
    expect(checkText(report)).toMatch(
      /Segments that are largely one \(1 of 1\)\n.*\n {2}west +coast +952 +100/,
    )
    expect(report.verdict).toBe('passed')
    // 518 complainers are too few for 30 clicks a week; the other two live on as they are.
    const { rollUp } = check({ segments, eventsPerLeafWeek: 30 })
    expect(rollUp!.entries).toEqual(['west', 'coast'])
    expect(rollUp!.dropped).toMatchObject([{ id: 'complainers', reason: 'fewer than 667 people' }])
    expect(rollUp!.overlaps).toEqual(report.overlaps)
  })

  it('what an answer on broad, and one on each slot, takes of impressions and money', () => {
    const report = check({ segments: [{ grid: 'states' }], goal: { ...CAMPAIGN.goal, readableLift: 0.1 } })
    expect(report.readable.lift).toBe(0.1)
    const { versusBroad, weeks, leaves } = report.readable
    const { impressions, amountMicros } = versusBroad.toRead!
    expect(amountMicros / impressions).toBeCloseTo(5000, -1)
    expect(leaves).toBe(0)
    // Of 100,000 impressions a week, the share of the people who have a state (told to the next 50).
    expect(weeks! * 100_000 * (report.volume.peopleMatched / 20_000)).toBeCloseTo(impressions, -4)
    expect(report.volume.peopleMatched % 50).toBe(0)
    const headline = report.slots.find(({ slot }) => slot === 'headline')!.levels[0]!
    const button = report.slots.find(({ slot }) => slot === 'button')!.levels[0]!
    // Two options each, three of the headline in the west.
    expect(headline.toRead).toEqual(button.toRead)
    const ca = report.leaves.find(({ id }) => id === 'states/CA')!
    expect(ca.slots[0]!.toRead!.impressions / ca.slots[1]!.toRead!.impressions).toBeCloseTo(1.5, 3)
    expect(checkText(report)).toContain(
      `to read +10 % takes ${impressions.toLocaleString('en-US')} impressions, $`,
    )
  })

  it('both break-even lifts, doubtful ones as a warning, and that broad does not pay', () => {
    const amber = check({ segments: ['west'], economics: { costRatio: 1.8 }, eventsPerLeafWeek: 1 })
    expect(amber).toMatchObject({ verdict: 'passed', breakEven: { signal: 'amber' } })
    expect(amber.warnings[0]).toMatch(/narrow ads must work 80\.0 % better; more than \+50 % is doubtful/)
    expect(checkText(amber)).toContain('  80 % better than a broad one, where the budget is gone before that')
    const red = check({ segments: ['west'], economics: { costRatio: 2.5 }, eventsPerLeafWeek: 1 })
    expect(red.reasons.at(-1)!.text).toBe(
      'a narrow impression costs 2.5 times a broad one, so it must work 150.0 % better to earn the same; more than +100 % is unlikely',
    )
    const unpaid = check({ segments: ['west'], economics: { revenuePerCost: 0.8 }, eventsPerLeafWeek: 1 })
    expect(unpaid.verdict).toBe('passed')
    expect(unpaid.warnings[0]).toContain('broad does not pay: it earns 0.800 for each 1 it costs; to pay')
    expect(checkText(unpaid)).toContain('broad does not pay')
  })

  it('that broad control under a tenth was asked for', () => {
    const at = (broadControlShare: number) =>
      check({ segments: ['west'], eventsPerLeafWeek: 1, broadControlShare }).warnings
    const told = 'broad control is 5.00 %; under 10 % the comparison of narrow with broad takes long'
    expect(at(0.05)).toContain(told)
    expect(at(0.1).join()).not.toContain('broad control')
  })

  it('what "hidden" means, where the word stands, and one of a thing as one', () => {
    const text = checkText(check({ segments: ['west', { grid: 'oddities' }], eventsPerLeafWeek: 1 }))
    expect(text).toMatch(/\n.*<50.*\n.*\n {2}hidden: shown, it would let a leaf of fewer than 50 people be/)
    const one = checkText(check({ segments: ['complainers'] }))
    expect(one).toMatch(/ad units over 1 leaf\.\n {2}the only leaf expects fewer than 50 clicks a week/)
    expect(one).not.toMatch(/\b1 (leaves|texts|segments|options|ad units)\b/)
    expect(one).not.toContain('hidden')
  })
})

describe('a roll-up where narrow impressions have a price of their own', () => {
  it.each([0.5, 3])('passes just as it said it would: %d times', (costRatio) => {
    const economics = { costRatio, revenuePerCost: 1.2 }
    const report = check({ economics })
    expect(report.rollUp!.after.starvedLeaves).toBe(0)
    const rolled = check({ economics, segments: report.rollUp!.entries })
    expect(codes(rolled).filter((code) => code !== 'BREAK_EVEN')).toEqual([])
    expect(rolled.before).toEqual(report.rollUp!.after)
  })
})

describe('ad units and copy', () => {
  it('counts by dimension', () => {
    const { adUnits } = check({ segments: [{ grid: 'states' }] })
    // 51 states: in one placement 2 headlines x 2 buttons, in the other 2 headlines; CA, OR and WA have a third headline; broad has one.
    const states = adUnits.segments.count
    expect(Number(adUnits.count)).toBe(states * 6 + 3 * 3 + 3)
    expect(adUnits.segments).toMatchObject({ fewest: '6', most: '9' })
    expect(adUnits.slots['headline']!['west']).toBe('9')
    expect(Object.values(adUnits.placements).reduce((sum, count) => sum + Number(count), 0)).toBe(
      Number(adUnits.count),
    )
  })

  it('a slot has as many options as it can show, a placement without it is none of them', () => {
    const { leaves } = check({ segments: ['west'], eventsPerLeafWeek: 1 })
    expect(leaves[0]!.slots.map(({ slot, options }) => [slot, options])).toEqual([
      ['headline', 2],
      ['button', 2],
    ])
  })

  it('lists copy that does not fit, the longest of the cut first, with where and for whom', () => {
    const long =
      'The longest and most wonderful headline that was ever put on so small a strip of paper, and then some more of it, so that not even the smallest letters can hold it'
    const { copy } = check({
      segments: [{ grid: 'states' }],
      ...withHeadlines([
        textAsset('plain', 'Fresh air'),
        textAsset('long', long),
        textAsset('odd', 'Air \u{12000}'),
      ]),
    })
    expect(copy.misfits[0]).toMatchObject({
      slot: 'headline',
      asset: 'long',
      placement: 'iab-320x50',
      layer: 'head',
      text: long,
      problem: expect.stringContaining('is cut off'),
    })
    expect(
      copy.misfits.some(({ asset, problem }) => asset === 'odd' && problem.includes('no font has')),
    ).toBe(true)
    expect(copy.misfits.some(({ asset }) => asset === 'plain')).toBe(false)
    // Three headlines in two placements, two buttons in one: each text once, however many states show it.
    expect(copy).toMatchObject({ checked: 8, skipped: 0 })
  })

  it('names assets whose `when` no segment settles', () => {
    const assets = [
      textAsset('plain', 'Fresh air'),
      { ...textAsset('hot', 'Hot'), when: { complained: true } },
    ]
    const { undecided } = check({ segments: [{ grid: 'states' }], ...withHeadlines(assets) })
    expect(undecided).toMatchObject([{ slot: 'headline', asset: 'hot' }])
  })
})

describe('k floor', () => {
  it('no number of a small leaf is in the report, nor can one be had by subtraction over any node', () => {
    const report = check()
    const { segmented, plan } = worldOf(population)
    const people = new Map(plan.segments.map((segment) => [segment.id, segment.people]))
    const hidden = new Set(report.leaves.filter((leaf) => leaf.people === null).map(({ id }) => id))
    for (const leaf of report.leaves) {
      if (people.get(leaf.id)! < 50) expect(hidden.has(leaf.id)).toBe(true)
      if (!hidden.has(leaf.id)) continue
      const { id: _, title: __, problems: ___, overlapsWith, slots, ...numbers } = leaf
      expect(new Set(Object.values(numbers))).toEqual(new Set([null]))
      expect(overlapsWith).toEqual([])
      expect(slots.filter(({ level }) => level === 'leaf')).toEqual([])
    }
    const [tree] = gridTrees(segmented)
    for (const node of tree!.nodes.values()) {
      const prefix = node.id.split('/*')[0]!
      const under = plan.segments.filter(({ id }) => id.startsWith(`${prefix}/`))
      const notShown = under.filter(({ id }) => hidden.has(id))
      // A node under the floor as a whole is shown nowhere.
      const whole = under.reduce((sum, segment) => sum + segment.people, 0)
      if (notShown.length === 0 || whole < 50 || node.kind === 'cell') continue
      expect(notShown.length, node.id).toBeGreaterThan(under.length > 1 ? 1 : 0)
      expect(
        notShown.reduce((sum, segment) => sum + segment.people, 0),
        node.id,
      ).toBeGreaterThanOrEqual(50)
    }
    expect(new Set(report.servedFromBroad).size).toBe(plan.segments.filter(({ people: p }) => p < 50).length)
    expect(JSON.stringify(report.rollUp)).not.toMatch(/\b\d{1,2} people/)
  })
})

describe('check for people', () => {
  it('begins with the verdict in one sentence', () => {
    const refused = checkText(check())
    expect(refused.split('\n')[0]).toMatch(
      /^REFUSED: spring@1 is too narrow, [\d,]+ ad units over \d+ leaves; "polyad check spring --apply" rolls it up to \d+ leaves\.$/,
    )
    expect(refused).toContain('A leaf needs 1,112 people')
    const passed = checkText(check({ segments: ['west'], eventsPerLeafWeek: 1 }))
    expect(passed).toMatch(/^PASSED: spring@1 may run/)
  })

  it('an override says who, when and why, and what stays as it was', () => {
    const override = { reason: 'agreed with the client', who: 'ada', atMs: Date.UTC(2026, 2, 1) }
    const text = checkText({ ...check(), override })
    expect(text).toMatch(/^REFUSED, OVERRIDDEN: spring@1 may run/)
    expect(text).toContain('Overridden by ada on 2026-03-01T00:00:00.000Z: agreed with the client')
    expect(text).toMatch(/\d+ leaves under the k floor are served broad all the same/)
  })
})
