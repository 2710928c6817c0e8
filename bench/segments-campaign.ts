import { createStream, type Stream } from '../core/stream.ts'
import { compileRule } from '../rules/compile.ts'
import type { RuleJson, Values } from '../rules/rule.ts'
import type { AttributeCatalogue } from '../segments/attributes.ts'
import type { Segment } from '../segments/segment.ts'
import { parseSegmentRule } from '../segments/segment-rule.ts'

const SEGMENTS = 10_000
/** Shares of the kinds of rules, as ends on [0, 1): conjunctions 60 %, with any 25 %, with a range 10 %, with not 5 %. */
const KIND_ENDS = { conjunction: 0.6, any: 0.85, range: 0.95 } as const
/** Segments that a request meets. */
const FEWEST_MET = 1
const MOST_MET = 50

const STATES = Array.from({ length: 51 }, (_, at) => `S${at}`)
const INTERESTS = Array.from({ length: 200 }, (_, at) => `I${at}`)
const TIERS = ['basic', 'silver', 'gold', 'platinum'] as const
const DEVICES = ['phone', 'tablet', 'desktop', 'tv'] as const
const AGE = { from: 18, to: 90 } as const
const MOST_POSTS = 1_000

/** What is known of people in this made-up world; a mention tells each of it. */
export const SEGMENTS_CATALOGUE: AttributeCatalogue = {
  attributes: [
    drawn('state', 'geographic', 'category', 'latest'),
    drawn('interests', 'psychographic', 'set', 'set'),
    drawn('age', 'demographic', 'number', 'mean'),
    drawn('posts', 'behavioural', 'number', 'mean'),
    drawn('tier', 'behavioural', 'category', 'latest'),
    drawn('device', 'behavioural', 'category', 'latest'),
    drawn('member', 'behavioural', 'boolean', 'any'),
  ],
}

type Attribute = AttributeCatalogue['attributes'][number]

function drawn(
  name: string,
  dimension: Attribute['dimension'],
  type: Attribute['type'],
  aggregate: NonNullable<Attribute['from']>['aggregate'],
): Attribute {
  return { name, dimension, type, scope: 'person', from: { field: name, aggregate } }
}

/**
 * 10,000 made-up segments, 60 % conjunctions, 25 % with `any`, 10 % with a range, 5 % with `not`, in rules as people
 * write them; of 2 to 4 tests each over SEGMENTS_CATALOGUE. A rule that is not taken is drawn anew.
 */
export function segmentRules(seed: string, isTaken: (rule: RuleJson) => boolean = () => true): RuleJson[] {
  const stream = createStream(seed).fork('rules')
  const rules: RuleJson[] = []
  while (rules.length < SEGMENTS) {
    const rule = drawRule(stream)
    if (isTaken(rule)) rules.push(rule)
  }
  return rules
}

/** The segments of these rules, between 50 and 50,049 people each. */
export function segmentsOf(rules: readonly RuleJson[], seed: string): Segment[] {
  const stream = createStream(seed).fork('people')
  return rules.map((json, at) => ({
    id: `segment-${at}`,
    title: `Segment ${at}`,
    rule: parseSegmentRule(json, SEGMENTS_CATALOGUE, `segment ${at}`),
    certain: {},
    kind: 'rule',
    people: 50 + stream.integer(50_000),
  }))
}

/** What requests say of a person: as many as asked for, each meeting 1 to 50 of the segments. */
export function segmentRequests(segments: readonly Segment[], count: number, seed: string): Values[] {
  const stream = createStream(seed).fork('requests')
  const predicates = segments.map(({ rule }) => compileRule(rule))
  const requests: Values[] = []
  while (requests.length < count) {
    const values = drawPerson(stream)
    const met = predicates.filter((meets) => meets({ values })).length
    if (met >= FEWEST_MET && met <= MOST_MET) requests.push(values)
  }
  return requests
}

export function drawPerson(stream: Stream): Values {
  const age = AGE.from + stream.integer(AGE.to - AGE.from + 1)
  return {
    state: pick(stream, STATES),
    interests: some(stream, INTERESTS, 1 + stream.integer(6)),
    // What few are asked for, or tell.
    ...(stream.next() < 0.7 && { age }),
    ...(stream.next() < 0.5 && { posts: stream.integer(MOST_POSTS + 1) }),
    ...(stream.next() < 0.6 && { tier: pick(stream, TIERS) }),
    ...(stream.next() < 0.9 && { device: pick(stream, DEVICES) }),
    ...(stream.next() < 0.5 && { member: stream.next() < 0.5 }),
  }
}

function drawRule(stream: Stream): RuleJson {
  const kind = stream.next()
  if (kind < KIND_ENDS.conjunction) return { all: tests(stream, 2 + stream.integer(3)) }
  if (kind < KIND_ENDS.any) {
    // Either of some tests among people of one state, or either of some groups.
    const parts = 2 + stream.integer(3)
    return stream.next() < 0.5
      ? { all: [stateTest(stream), { any: tests(stream, parts, OTHER_TESTS) }] }
      : { any: Array.from({ length: parts }, () => ({ all: tests(stream, 2 + stream.integer(2)) })) }
  }
  if (kind < KIND_ENDS.range) return { all: [...tests(stream, 1 + stream.integer(2)), rangeTest(stream)] }
  return { all: [...tests(stream, 2), { not: pick(stream, OTHER_TESTS)(stream) }] }
}

type DrawTest = (stream: Stream) => RuleJson

const stateTest: DrawTest = (stream) =>
  stream.next() < 0.7
    ? { state: pick(stream, STATES) }
    : { state: { in: some(stream, STATES, 2 + stream.integer(4)) } }
const interestTest: DrawTest = (stream) =>
  stream.next() < 0.7
    ? { interests: pick(stream, INTERESTS) }
    : { interests: { has: some(stream, INTERESTS, 2 + stream.integer(3)) } }
const OTHER_TESTS: readonly DrawTest[] = [
  interestTest,
  interestTest,
  (stream) => ({ tier: pick(stream, TIERS) }),
  (stream) => ({ device: pick(stream, DEVICES) }),
  (stream) => ({ member: stream.next() < 0.5 }),
]

/** A state and an interest in turn, then whatever else: the narrow ones first, as people write them. */
function tests(stream: Stream, count: number, from?: readonly DrawTest[]): RuleJson[] {
  return Array.from({ length: count }, (_, at) => {
    const draw = from ? pick(stream, from) : ([stateTest, interestTest][at] ?? pick(stream, OTHER_TESTS))
    return draw(stream)
  })
}

function rangeTest(stream: Stream): RuleJson {
  if (stream.next() < 0.6) {
    const gte = AGE.from + stream.integer(60)
    return { age: { range: { gte, lt: gte + 2 + stream.integer(20) } } }
  }
  const gte = stream.integer(MOST_POSTS)
  return stream.next() < 0.5
    ? { posts: { range: { gte } } }
    : { posts: { range: { gte, lt: gte + 1 + stream.integer(200) } } }
}

function pick<T>(stream: Stream, values: readonly T[]): T {
  return values[stream.integer(values.length)]!
}

function some<T>(stream: Stream, values: readonly T[], count: number): T[] {
  return [...new Set(Array.from({ length: count }, () => pick(stream, values)))]
}
