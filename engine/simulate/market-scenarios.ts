import type { MarketAttribute, MarketScenario } from './market-scenario.ts'

const AGE: MarketAttribute = {
  name: 'age',
  values: ['18-24', '25-34', '35-44', '45-59', '60+'],
  drawn: { by: 'shares', shares: [0.15, 0.25, 0.22, 0.23, 0.15] },
}
const REGION: MarketAttribute = {
  name: 'region',
  values: ['north', 'east', 'south', 'west', 'centre', 'coast'],
  drawn: { by: 'shares', shares: [0.25, 0.2, 0.2, 0.15, 0.12, 0.08] },
}
const DEVICE: MarketAttribute = {
  name: 'device',
  values: ['phone', 'desktop', 'tv'],
  drawn: { by: 'shares', shares: [0.6, 0.28, 0.12] },
}
const INTEREST: MarketAttribute = {
  name: 'interest',
  values: ['sports', 'travel', 'music', 'food', 'games', 'home', 'news', 'fashion'],
  drawn: { by: 'rank', skew: 0.5 },
}

/** A membership flag of people who lean one of four ways: the share of each that is in it. */
const flag = (
  name: string,
  sports: number,
  trips: number,
  culture: number,
  none: number,
): MarketAttribute => ({
  name,
  values: ['out', 'in'],
  drawn: {
    by: 'given',
    attribute: 'leaning',
    shares: [sports, trips, culture, none].map((share) => [1 - share, share]),
  },
})

/**
 * The markets in which ways to decide are compared. Fixed before any comparison: from nothing to be found to more than
 * anybody can find, among them some that suit the finest split or a tree.
 */
export const MARKET_SCENARIOS: readonly MarketScenario[] = [
  {
    name: 'no differences',
    sentence: 'Creatives differ, people do not: age, region and device say nothing.',
    people: 30_000,
    baseRate: 0.05,
    creatives: [0.15, 0.05, 0, -0.2],
    attributes: [AGE, REGION, DEVICE],
    effects: [],
  },
  {
    name: 'rates differ, the best creative does not',
    sentence: 'Age, region and device move the response a lot, but for every creative alike.',
    people: 30_000,
    baseRate: 0.06,
    creatives: [0.15, 0.05, 0, -0.2],
    attributes: [AGE, REGION, DEVICE],
    effects: [
      { kind: 'rate', attribute: 'age', spread: 0.4 },
      { kind: 'rate', attribute: 'region', spread: 0.25 },
      { kind: 'rate', attribute: 'device', spread: 0.3 },
    ],
  },
  {
    name: 'one real split',
    sentence:
      'One creative is for phones, another for larger screens; age moves the response, region does nothing.',
    people: 40_000,
    baseRate: 0.05,
    creatives: [0, 0, 0, -0.1],
    attributes: [AGE, REGION, DEVICE],
    effects: [
      { kind: 'suits', where: { device: ['phone'] }, creative: 0, logOdds: 0.4 },
      { kind: 'suits', where: { device: ['desktop', 'tv'] }, creative: 1, logOdds: 0.4 },
      { kind: 'rate', attribute: 'age', spread: 0.3 },
    ],
  },
  {
    name: 'a small split',
    sentence: 'As before with less: each of two creatives has 0.15 log-odds more on half of the people.',
    people: 40_000,
    baseRate: 0.1,
    creatives: [0, 0, -0.1, -0.1],
    attributes: [AGE, REGION, { name: 'device', values: ['phone', 'desktop'], drawn: { by: 'shares' } }],
    effects: [
      { kind: 'suits', where: { device: ['phone'] }, creative: 0, logOdds: 0.15 },
      { kind: 'suits', where: { device: ['desktop'] }, creative: 1, logOdds: 0.15 },
      { kind: 'rate', attribute: 'age', spread: 0.3 },
    ],
  },
  {
    name: 'nested splits',
    sentence:
      'Regions like different creatives; in one of them it depends on age, and two cities of another like their own.',
    people: 60_000,
    baseRate: 0.06,
    creatives: [0.05, 0, 0, -0.05],
    attributes: [
      { name: 'region', values: ['north', 'east', 'south', 'west'], drawn: { by: 'shares' } },
      { name: 'city', values: 20, drawn: { by: 'wider', attribute: 'region' } },
      { name: 'age', values: ['18-29', '30-44', '45-59', '60+'], drawn: { by: 'shares' } },
      { name: 'device', values: ['phone', 'desktop'], drawn: { by: 'shares', shares: [0.65, 0.35] } },
    ],
    effects: [
      { kind: 'suits', where: { region: ['north'] }, creative: 0, logOdds: 0.4 },
      { kind: 'suits', where: { city: ['city 1', 'city 2'] }, creative: 3, logOdds: 0.8 },
      { kind: 'suits', where: { region: ['east'] }, creative: 1, logOdds: 0.4 },
      { kind: 'suits', where: { region: ['south'] }, creative: 2, logOdds: 0.4 },
      { kind: 'suits', where: { region: ['west'], age: ['18-29', '30-44'] }, creative: 0, logOdds: 0.5 },
      { kind: 'suits', where: { region: ['west'], age: ['45-59', '60+'] }, creative: 3, logOdds: 0.5 },
      { kind: 'rate', attribute: 'device', spread: 0.2 },
    ],
  },
  {
    name: 'many tiny segments',
    sentence: '500 areas with small tastes of their own: too few people in each to see them.',
    people: 60_000,
    baseRate: 0.08,
    creatives: [0.15, 0.05, 0, -0.1],
    attributes: [{ name: 'area', values: 500, drawn: { by: 'rank', skew: 0.5 } }, DEVICE],
    effects: [
      { kind: 'rate', attribute: 'area', spread: 0.3 },
      { kind: 'taste', attribute: 'area', spread: 0.15 },
    ],
  },
  {
    name: 'many segments that differ',
    sentence:
      '48 audiences in eight families, each with strong tastes: about what the finest split can read.',
    people: 60_000,
    baseRate: 0.08,
    creatives: [0.05, 0, 0, -0.05],
    attributes: [
      { name: 'family', values: 8, drawn: { by: 'shares' } },
      { name: 'audience', values: 48, drawn: { by: 'wider', attribute: 'family' } },
    ],
    effects: [
      { kind: 'taste', attribute: 'family', spread: 0.25 },
      { kind: 'taste', attribute: 'audience', spread: 0.35 },
    ],
  },
  {
    name: 'heavy overlap',
    sentence: 'Five audiences that overlap heavily, as flags; two of them like a creative of their own.',
    people: 40_000,
    baseRate: 0.06,
    creatives: [0.2, 0, 0, -0.1],
    attributes: [
      {
        name: 'leaning',
        values: ['sports', 'trips', 'culture', 'none'],
        drawn: { by: 'shares', shares: [0.25, 0.25, 0.2, 0.3] },
        hidden: true,
      },
      flag('football', 0.7, 0.3, 0.2, 0.15),
      flag('outdoors', 0.6, 0.55, 0.2, 0.15),
      flag('travel', 0.3, 0.75, 0.4, 0.15),
      flag('concerts', 0.3, 0.35, 0.7, 0.15),
      flag('streaming', 0.6, 0.5, 0.7, 0.4),
    ],
    effects: [
      { kind: 'suits', where: { football: ['in'] }, creative: 1, logOdds: 0.5 },
      { kind: 'suits', where: { travel: ['in'] }, creative: 2, logOdds: 0.5 },
      { kind: 'rate', attribute: 'leaning', spread: 0.3 },
      { kind: 'rate', attribute: 'streaming', spread: 0.2 },
    ],
  },
  {
    name: 'drift',
    sentence:
      'Two splits in the pilot; when the decision is used the one by device is mostly left, that by interest hardly.',
    people: 40_000,
    baseRate: 0.06,
    creatives: [0.1, 0.1, 0, -0.1],
    attributes: [DEVICE, INTEREST, AGE],
    effects: [
      { kind: 'suits', where: { device: ['phone'] }, creative: 0, logOdds: 0.4, atUse: 0.8 },
      { kind: 'suits', where: { device: ['desktop', 'tv'] }, creative: 1, logOdds: 0.4, atUse: 0.8 },
      { kind: 'taste', attribute: 'interest', spread: 0.3, atUse: 0.2 },
      { kind: 'rate', attribute: 'age', spread: 0.3 },
    ],
  },
  {
    name: 'a bad audience source',
    sentence:
      'Interests decide, but the source gives a random one for half of the people, in the pilot and in use.',
    people: 40_000,
    baseRate: 0.06,
    creatives: [0.05, 0, 0, -0.1],
    attributes: [
      { ...INTEREST, name: 'true interest', hidden: true },
      { ...INTEREST, drawn: { by: 'record', attribute: 'true interest', wrong: 0.5 } },
      AGE,
      DEVICE,
    ],
    effects: [
      { kind: 'suits', where: { 'true interest': ['sports', 'games'] }, creative: 1, logOdds: 0.8 },
      { kind: 'suits', where: { 'true interest': ['travel', 'food'] }, creative: 2, logOdds: 0.8 },
      { kind: 'rate', attribute: 'age', spread: 0.3 },
    ],
  },
  {
    name: 'a little of everything',
    sentence:
      'Every value of four attributes has small tastes of its own, which add; no split is the right one.',
    people: 40_000,
    baseRate: 0.07,
    creatives: [0.1, 0.05, 0, -0.05, -0.1],
    attributes: [AGE, REGION, DEVICE, INTEREST],
    effects: ['age', 'region', 'device', 'interest'].flatMap((attribute) => [
      { kind: 'taste' as const, attribute, spread: 0.12 },
      { kind: 'rate' as const, attribute, spread: 0.15 },
    ]),
  },
]
