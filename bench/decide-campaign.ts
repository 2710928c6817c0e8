import { SegmentEncoder, TCModel, Segment as TcSegment } from '@iabtcf/core'
import { createStream } from '../core/stream.ts'
import type { Campaign } from '../engine/campaign/campaign.ts'
import type { DecisionRequest } from '../engine/decision/request.ts'
import { compileRule } from '../rules/compile.ts'
import type { Rule, RuleJson, Scalar, Values } from '../rules/rule.ts'
import { createMatcher } from '../segments/match.ts'
import { personKey } from '../segments/person-key.ts'
import type { Population } from '../segments/population.ts'
import { BROAD_ID, type Segment } from '../segments/segment.ts'
import { parseSegmentRule } from '../segments/segment-rule.ts'
import type { Template } from '../templates/template.ts'
import { drawPerson, SEGMENTS_CATALOGUE, segmentRequests, segmentRules } from './segments-campaign.ts'

export const DECIDE_CAMPAIGN = 'everybody'
/** Authors of the population that are drawn at random, beside one that was made to fit for each segment. */
const DRAWN_AUTHORS = 10_000
const PLACEMENT = 'iab-300x250'
/** Segments that a request meets. */
const MOST_MET = 50
const VENDORS = 1_200
const HEADLINES = 5
const PHOTOS = 2

/** What the bench's workspace holds: 10,000 rules somebody can meet, and people of whom each rule is met by one or more. */
export function decideWorld(seed: string): {
  readonly rules: readonly RuleJson[]
  readonly people: readonly Values[]
} {
  const made: Values[] = []
  const rules = segmentRules(seed, (json) => {
    const member = memberOf(json)
    if (member) made.push(member)
    return member !== undefined
  })
  const stream = createStream(seed).fork('authors')
  const drawn = Array.from({ length: DRAWN_AUTHORS }, () => drawPerson(stream))
  return { rules, people: [...made, ...drawn] }
}

/** Author of the person at a place of `decideWorld`. */
export function readerName(at: number): string {
  return `reader-${at}`
}

/**
 * Requests with a TC string, each meeting 1 to 50 of the segments: in turn of somebody new who tells attributes, and of
 * a known reader who tells none.
 */
export function decideRequests(
  segments: readonly Segment[],
  population: Population,
  identityKey: Uint8Array,
  count: number,
  seed: string,
): DecisionRequest[] {
  const narrow = segments.filter(({ id }) => id !== BROAD_ID)
  const matcher = createMatcher(narrow)
  const isMet = (values: Values): boolean => {
    const met = matcher.match({ values }).length
    return met >= 1 && met <= MOST_MET
  }
  const readers = Array.from({ length: population.people }, (_, at) => readerName(at)).filter((reader) => {
    const row = population.rowOf(personKey(identityKey, reader)!)
    return row !== undefined && isMet(population.valuesAt(row))
  })
  const consent = { gdpr: true, tcf: consentString() }
  const common = { placement: PLACEMENT, languages: ['en-US', 'en'], consent }
  const stream = createStream(seed).fork('readers')
  return segmentRequests(narrow, count / 2, seed).flatMap((values, at): DecisionRequest[] => [
    { ...common, person: `stranger-${at}`, attributes: { ...values } },
    { ...common, person: readers[stream.integer(readers.length)]! },
  ])
}

/** A string as platforms write it: consent to everything and to two vendors in three of 1,200, all of them shown. */
function consentString(): string {
  const model = new TCModel()
  Object.assign(model, {
    cmpId: 31,
    cmpVersion: 2,
    consentScreen: 1,
    consentLanguage: 'EN',
    vendorListVersion: 100,
    policyVersion: 5,
    isServiceSpecific: true,
    publisherCountryCode: 'DE',
  })
  const every = Array.from({ length: VENDORS }, (_, at) => at + 1)
  model.purposeConsents.set([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  model.vendorConsents.set(every.filter((vendor) => vendor % 3 > 0))
  model.vendorLegitimateInterests.set(every.filter((vendor) => vendor % 5 > 0))
  model.vendorsDisclosed.set(every)
  return [TcSegment.CORE, TcSegment.VENDORS_DISCLOSED]
    .map((part) => SegmentEncoder.encode(model, part))
    .join('.')
}

/** 10 ad units a segment: 100,010 with broad. No floor, or a population of millions would have to be made up first. */
export function decideCampaign(segments: readonly string[]): Campaign {
  const names = (what: string, count: number) => Array.from({ length: count }, (_, at) => `${what}-${at}`)
  const headlines = names('headline', HEADLINES)
  const photos = names('photo', PHOTOS)
  return {
    name: DECIDE_CAMPAIGN,
    template: 'plain',
    segments: [...segments],
    locales: ['en-US'],
    placements: [PLACEMENT],
    slots: [
      {
        slot: 'headline',
        default: headlines[0]!,
        assets: headlines.map((id, at) => ({ id, text: { en: `Number ${at}: go outside today` } })),
      },
      { slot: 'photo', default: photos[0]!, assets: photos.map((id) => ({ id, file: `assets/${id}.png` })) },
    ],
    landingUrl: 'https://shop.example/boots?from=ad',
    budget: {
      total: { amountMicros: 1_000_000_000_000, currency: 'USD' },
      costPerThousand: { amountMicros: 2_000_000, currency: 'USD' },
    },
    flight: { from: '2020-01-01', to: '2099-12-31' },
    timeZone: 'America/New_York',
    goal: { event: 'click', baselineRate: 0.02 },
    kFloor: 1,
  }
}

export const DECIDE_TEMPLATE: Template = {
  name: 'plain',
  slots: [
    { name: 'headline', kind: 'text' },
    { name: 'photo', kind: 'image' },
  ],
  layers: [
    { id: 'photo', kind: 'image', slot: 'photo', box: { left: 0, right: 0, top: 0, bottom: 0 } },
    {
      id: 'headline',
      kind: 'text',
      slot: 'headline',
      box: { left: 10, right: 10, top: 10, height: 60 },
      colour: '#000000',
      maxFontPx: 24,
      minFontPx: 10,
    },
  ],
}

/** Somebody who meets a rule, undefined when this finds nobody, as where a rule asks for two states at once. */
function memberOf(json: RuleJson): Values | undefined {
  const rule = parseSegmentRule(json, SEGMENTS_CATALOGUE, 'a rule of the bench')
  const values: Record<string, Scalar | readonly string[]> = {}
  satisfy(rule, values)
  return compileRule(rule)({ values }) ? values : undefined
}

function satisfy(rule: Rule, values: Record<string, Scalar | readonly string[]>): void {
  switch (rule.kind) {
    case 'all':
      for (const part of rule.of) satisfy(part, values)
      return
    case 'any':
      satisfy(rule.of[0]!, values)
      return
    case 'in':
      values[rule.attribute] ??= rule.values[0]!
      return
    case 'has':
      values[rule.attribute] = [...((values[rule.attribute] as string[] | undefined) ?? []), rule.values[0]!]
      return
    case 'range':
      values[rule.attribute] ??= rule.range.gte ?? 0
      return
    default:
      // What a rule has against people is met by those of whom nothing of it is known.
      return
  }
}
