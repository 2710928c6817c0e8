import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { AGE_BANDS } from '../../../data/age-bands.ts'
import { GPP_SECTIONS_SOURCE } from '../../../data/gpp-sections.ts'
import { HIERARCHIES } from '../../../data/hierarchies.ts'
import { IAB_AUDIENCE } from '../../../data/iab-audience.ts'
import { PLACEMENT_FAMILIES, PLACEMENTS } from '../../../data/placements.ts'
import { PLATFORMS, PLATFORMS_AS_OF } from '../../../data/platforms.ts'
import { SENSITIVE } from '../../../data/sensitive.ts'
import { US_STATES } from '../../../data/us-states.ts'

const TAXONOMY_FILE = new URL(
  '../../../../shared/data/iab_taxonomies/Audience_Taxonomy_1.1.tsv',
  import.meta.url,
)

describe('hierarchies', () => {
  for (const [name, hierarchy] of Object.entries(HIERARCHIES)) {
    it(`${name}: every parent is a value, and every chain of parents ends`, () => {
      for (const start of hierarchy.keys()) {
        const seen = new Set<string>()
        for (let at: string | undefined = start; at !== undefined; at = hierarchy.get(at)!.parent) {
          expect(hierarchy.has(at), `${at} above ${start}`).toBe(true)
          expect(seen.has(at), `${start} is above itself`).toBe(false)
          seen.add(at)
        }
      }
    })
  }

  it('knows 50 states and the District of Columbia in 9 divisions of 4 regions', () => {
    expect(US_STATES.states).toHaveLength(51)
    expect(new Set(US_STATES.states.map((state) => state.division)).size).toBe(9)
    expect(new Set(US_STATES.divisions.map((division) => division.region)).size).toBe(4)
    expect(HIERARCHIES['us-states']!.size).toBe(51 + 9 + 4)
    expect(HIERARCHIES['us-states']!.get('CA')).toEqual({ label: 'California', parent: 'pacific' })
  })

  it('has as many states a division as the Census Bureau counts', () => {
    const counts = new Map<string, number>()
    for (const { division } of US_STATES.states) counts.set(division, (counts.get(division) ?? 0) + 1)
    expect(Object.fromEntries(counts)).toEqual({
      'new-england': 6,
      'middle-atlantic': 3,
      'east-north-central': 5,
      'west-north-central': 7,
      'south-atlantic': 9,
      'east-south-central': 4,
      'west-south-central': 4,
      mountain: 8,
      pacific: 5,
    })
  })

  it('has no age band under 18', () => {
    for (const { id } of AGE_BANDS.rows) expect(Number.parseInt(id, 10)).toBeGreaterThanOrEqual(18)
  })
})

describe('audience taxonomy', () => {
  it('has 1,558 rows with ids of their own', () => {
    expect(IAB_AUDIENCE.rows).toHaveLength(1558)
    expect(new Set(IAB_AUDIENCE.rows.map(([id]) => id)).size).toBe(1558)
  })

  it.skipIf(!existsSync(TAXONOMY_FILE))(
    'is the published table, row by row (needs ../shared/data/iab_taxonomies)',
    () => {
      const lines = readFileSync(TAXONOMY_FILE, 'utf8').split('\r\n').slice(1).filter(Boolean)
      const published = lines.map((line) => {
        const [, id, parent, , ...rest] = line.split('\t')
        const tiers = rest
          .slice(0, 6)
          .map((tier) => tier.trim())
          .filter(Boolean)
        return [id, parent, tiers.length, tiers.at(-1)]
      })
      expect(IAB_AUDIENCE.rows).toEqual(published)
    },
  )

  it('holds every row the sensitive list names', () => {
    const taxonomy = HIERARCHIES['iab-audience-1.1']!
    for (const id of Object.keys(SENSITIVE.iabAudience)) expect(taxonomy.has(id), id).toBe(true)
  })
})

describe('sensitive list', () => {
  it('is written as it is compared: lower case, single words', () => {
    for (const word of Object.values(SENSITIVE.words).flat()) expect(word).toMatch(/^[a-z]+$/)
    for (const value of Object.keys(SENSITIVE.values)) expect(value).toBe(value.toLowerCase())
  })
})

describe('placements', () => {
  it('have the size their name says', () => {
    for (const [id, placement] of PLACEMENTS) {
      expect(placement.id).toBe(id)
      if (placement.widthPx === 0) {
        expect(placement.heightPx, id).toBe(0)
        expect(placement.texts?.length, id).toBeGreaterThan(0)
      } else expect(id.endsWith(`-${placement.widthPx}x${placement.heightPx}`), id).toBe(true)
    }
  })

  it('have ids of their own', () => {
    expect(PLACEMENTS.size).toBe(PLACEMENT_FAMILIES.reduce((sum, { rows }) => sum + rows.length, 0))
  })

  it('name each field of a placement once, and show no more of it than they take', () => {
    for (const { id, texts = [] } of PLACEMENTS.values()) {
      expect(new Set(texts.map(({ field }) => field)).size, id).toBe(texts.length)
      for (const { most = Infinity, shownUpTo = 0 } of texts) expect(shownUpTo, id).toBeLessThanOrEqual(most)
    }
  })

  it('carry the IAB weight of a medium rectangle, 150 kB', () => {
    expect(PLACEMENTS.get('iab-300x250')?.maxBytes).toBe(150_000)
  })
})

describe('every table', () => {
  const tables = { AGE_BANDS, GPP_SECTIONS_SOURCE, IAB_AUDIENCE, SENSITIVE, US_STATES }

  it('says when it was read, and where', () => {
    const families = PLACEMENT_FAMILIES.map((family) => [family.rows[0]!.id, family] as const)
    for (const [name, { asOf, source }] of [...Object.entries(tables), ...families]) {
      expect(Number.isNaN(Date.parse(asOf)), name).toBe(false)
      expect(source.length, name).toBeGreaterThan(0)
    }
    expect(Number.isNaN(Date.parse(PLATFORMS_AS_OF))).toBe(false)
    for (const [name, { source }] of Object.entries(PLATFORMS)) expect(source, name).toMatch(/https?:/)
  })

  it('of platforms warns at no fewer people than it refuses', () => {
    for (const { minPeople, warnBelowPeople } of Object.values(PLATFORMS)) {
      if (minPeople !== undefined && warnBelowPeople !== undefined) {
        expect(warnBelowPeople).toBeGreaterThanOrEqual(minPeople)
      }
    }
  })
})
