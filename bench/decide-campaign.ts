import { createStream } from '../core/stream.ts'
import type { Campaign } from '../engine/campaign/campaign.ts'
import { compileRule } from '../rules/compile.ts'
import type { Rule, RuleJson, Scalar, Values } from '../rules/rule.ts'
import { parseSegmentRule } from '../segments/segment-rule.ts'
import type { Template } from '../templates/template.ts'
import { drawPerson, SEGMENTS_CATALOGUE, segmentRules } from './segments-campaign.ts'

export const DECIDE_CAMPAIGN = 'everybody'
/** Authors of the population that are drawn at random, beside one that was made to fit for each segment. */
export const DRAWN_AUTHORS = 10_000
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
    placements: ['iab-300x250'],
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
