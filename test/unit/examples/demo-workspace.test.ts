import { readdirSync, readFileSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { createDoor } from '../../../core/schema.ts'
import { HIERARCHIES } from '../../../data/hierarchies.ts'
import { PLACEMENTS } from '../../../data/placements.ts'
import { PLATFORMS } from '../../../data/platforms.ts'
import { type Campaign, CampaignSchema } from '../../../engine/campaign/campaign.ts'
import { generateMentions } from '../../../examples/generate-mentions.ts'
import { parseRule } from '../../../rules/parse.ts'
import { AttributeCatalogueSchema } from '../../../segments/attributes.ts'
import { createMapper, MappingSchema } from '../../../segments/mapping.ts'
import { SegmentDocumentSchema } from '../../../segments/segment.ts'
import { checkCatalogue, vocabularyOf } from '../../../segments/vocabulary.ts'
import { compileCopy } from '../../../templates/copy.ts'

const folder = fileURLToPath(new URL('../../../examples/demo/', import.meta.url))
const read = (path: string): unknown => JSON.parse(readFileSync(folder + path, 'utf8'))

const catalogue = createDoor('attribute catalogue', AttributeCatalogueSchema)(
  read('segments/attributes.json'),
  'attributes.json',
)
const vocabulary = vocabularyOf(catalogue)
const campaign: Campaign = createDoor('campaign', CampaignSchema)(
  read('campaigns/open-road.json'),
  'open-road',
)
const mapping = createDoor('mapping', MappingSchema)(read('mappings/listening.json'), 'listening.json')
const segmentFiles = readdirSync(`${folder}segments`).filter((file) => file !== 'attributes.json')

describe('demo workspace', () => {
  it('is marked as a workspace and says that it is invented', () => {
    expect(read('polyad.json')).toEqual({ polyad: 1 })
    expect(readFileSync(`${folder}README.md`, 'utf8')).toContain('invented')
    expect(campaign.title).toContain('synthetic')
  })

  it('has a catalogue that passes its checks', () => {
    expect(() => checkCatalogue(catalogue, 'attributes.json')).not.toThrow()
  })

  for (const file of segmentFiles) {
    it(`segments/${file} is a segment named as its file`, () => {
      const document = createDoor('segment', SegmentDocumentSchema)(read(`segments/${file}`), file)
      expect(`${document.name}.json`).toBe(file)
      if ('rule' in document) expect(() => parseRule(document.rule, vocabulary, file)).not.toThrow()
      else for (const name of document.grid.attributes) expect(vocabulary.person.has(name)).toBe(true)
    })
  }

  it('has a campaign whose segments, placements and platforms exist', () => {
    for (const entry of campaign.segments) {
      expect(segmentFiles).toContain(`${typeof entry === 'string' ? entry : entry.grid}.json`)
    }
    for (const id of campaign.placements) expect(PLACEMENTS.has(id), id).toBe(true)
    for (const name of campaign.platforms ?? []) expect(Object.hasOwn(PLATFORMS, name), name).toBe(true)
  })

  it('has copy in every language of the campaign, and a default that is always allowed', () => {
    for (const { slot, default: fallback, assets } of campaign.slots) {
      const first = assets.find(({ id }) => id === fallback)
      expect(first, slot).toBeDefined()
      expect(first!.when).toBeUndefined()
      for (const { id, text } of assets) {
        if (!text) continue
        for (const locale of campaign.locales) {
          const source = text[locale] ?? text[locale.split('-')[0]!]
          expect(source, `${slot}/${id} in ${locale}`).toBeDefined()
          // Broad makes nothing certain: every text must do without.
          for (const each of [source!].flat()) {
            expect(compileCopy(each, id).render({}, locale)).toHaveProperty('text')
          }
        }
      }
    }
  })

  it('names only values that exist in its conditions', () => {
    const states = HIERARCHIES['us-states']!
    for (const { when } of campaign.slots.flatMap(({ assets }) => assets)) {
      if (when === undefined) continue
      const rule = parseRule(when, vocabulary, 'when')
      const tests = rule.kind === 'any' || rule.kind === 'all' ? rule.of : [rule]
      for (const test of tests) {
        if (test.kind !== 'in' || test.attribute !== 'state') continue
        for (const value of test.values) expect(states.has(String(value)), String(value)).toBe(true)
      }
    }
  })

  it('excludes only assets that exist', () => {
    for (const term of campaign.exclude ?? []) {
      for (const [slot, ids] of Object.entries(term)) {
        const known = campaign.slots.find((each) => each.slot === slot)!.assets.map(({ id }) => id)
        for (const id of ids) expect(known).toContain(id)
      }
    }
  })

  it('has every picture it names, in less than 2 MB together', () => {
    let bytes = 0
    for (const { file } of campaign.slots.flatMap(({ assets }) => assets)) {
      if (file !== undefined) bytes += statSync(folder + file).size
    }
    expect(bytes).toBeGreaterThan(0)
    expect(bytes).toBeLessThan(2_000_000)
  })

  it('maps every generated row but the broken ones', () => {
    const map = createMapper(mapping, new Uint8Array(32))
    const rejects: string[] = []
    const seen = new Set<string>()
    let repeats = 0
    for (const row of generateMentions({ seed: 'map', mentions: 8000, authors: 2000 })) {
      const result = map(row)
      if ('reject' in result) rejects.push(result.reject)
      else if (seen.has(result.mention.key)) repeats++
      else seen.add(result.mention.key)
    }
    expect(seen.size).toBe(8000)
    expect(repeats).toBeGreaterThan(0)
    expect(rejects.length).toBeGreaterThan(0)
    expect(rejects.every((reason) => /no author|cannot be read/.test(reason))).toBe(true)
  })
})
