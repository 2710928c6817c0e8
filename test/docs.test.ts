import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { createDoor } from '../core/schema.ts'
import { AD_SERVERS } from '../data/ad-servers.ts'
import { GPP_US_SECTIONS } from '../data/gpp-sections.ts'
import { TEXT_FIELDS } from '../data/placements/placement-row.ts'
import { PLACEMENTS } from '../data/placements.ts'
import { PLATFORMS } from '../data/platforms.ts'
import { BidSettingsSchema } from '../engine/campaign/bid-settings.ts'
import { NO_PERSONAL_USE } from '../engine/decision/personal-use.ts'
import { parsePolicy } from '../engine/ope/policy.ts'
import { BidRequestSchema } from '../engine/openrtb/bid-request.ts'
import { NO_BID_REASONS } from '../engine/openrtb/no-bid.ts'
import { AttributeCatalogueSchema } from '../segments/attributes.ts'
import { createMapper, MappingSchema } from '../segments/mapping.ts'
import { SegmentDocumentSchema } from '../segments/segment.ts'
import { checkCatalogue } from '../segments/vocabulary.ts'
import { BRAND_RULES, parseBrand } from '../templates/brand.ts'
import { parseTemplate } from '../templates/check-template.ts'
import { compileCopy } from '../templates/copy.ts'
import { HELPERS } from '../templates/helpers.ts'
import { layOut } from '../templates/layout.ts'
import { isCopyOnly } from '../templates/placement.ts'
import { ImageLayerSchema, ShapeLayerSchema, TemplateSchema, TextLayerSchema } from '../templates/template.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const FOLDERS = [
  '.',
  'docs',
  'docs/decisions',
  'examples/airline',
  'examples/demo',
  'examples/eight-million',
  'templates/fonts',
]
const pages = FOLDERS.flatMap((folder) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name)),
)

describe('documents', () => {
  it.each(pages)('%s links to what there is', (page) => {
    const text = readFileSync(join(root, page), 'utf8')
    const links = [...text.matchAll(/\]\(([^)#]+)|(?:src|href)="([^"#]+)"/g)].map(
      (match) => match[1] ?? match[2]!,
    )
    const broken = links
      .filter((link) => !/^https?:/.test(link))
      .filter((link) => !existsSync(resolve(root, dirname(page), link)))
    expect(broken).toEqual([])
  })

  it('the tests that ARCHITECTURE.md names are there', () => {
    const text = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8')
    const named = [...text.matchAll(/\btest\/[\w./-]+/g)].map(([path]) => path.replace(/[.,]$/, ''))
    expect(named.length).toBeGreaterThan(10)
    expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([])
  })
})

describe('docs/workspace.md', () => {
  const text = readFileSync(join(root, 'docs/workspace.md'), 'utf8')
  const blocks = [...text.matchAll(/```json\n([\s\S]*?)```/g)].map((match) => match[1]!)
  const blockWith = (key: string) => JSON.parse(blocks.find((block) => block.includes(`"${key}"`))!)

  it('shows attributes, mappings and segments that are accepted', () => {
    const catalogue = createDoor('attributes', AttributeCatalogueSchema)(blockWith('attributes'), 'docs')
    expect(() => checkCatalogue(catalogue, 'docs')).not.toThrow()
    const mapping = createDoor('mapping', MappingSchema)(blockWith('identity'), 'docs')
    expect(() => createMapper(mapping, new Uint8Array(32))).not.toThrow()
    for (const key of ['mention": { "all', 'grid'])
      createDoor('segment', SegmentDocumentSchema)(blockWith(key), 'docs')
  })

  it('names every copy helper, placement and platform', () => {
    for (const name of [...Object.keys(HELPERS), ...PLACEMENTS.keys(), ...Object.keys(PLATFORMS)])
      expect(text).toContain(name)
  })
})

describe('docs/copy.md', () => {
  const text = readFileSync(join(root, 'docs/copy.md'), 'utf8')
  const rows = [...text.matchAll(/^\| `(\{\{(\w+).*)` \| (\S+) \| (.*) \|$/gm)]

  it.each(rows.map(([, source, , locale, shown]) => [source!, locale!, shown!]))(
    '%s in %s is %s',
    (source, locale, shown) => {
      expect(compileCopy(source, 'docs').render({}, locale)).toEqual({ text: shown })
    },
  )

  it('shows a brand file that is accepted, with every rule', () => {
    const [block] = [...text.matchAll(/```json\n(\{[\s\S]*?)```/g)].map((match) => match[1]!)
    expect(parseBrand(Buffer.from(block!)).refuse).toEqual(['forbiddenWords', 'requiredLine'])
    for (const rule of BRAND_RULES) expect(text).toContain(`| \`${rule}\` |`)
  })

  it('has an example of every helper', () => {
    expect(rows.map(([, , helper]) => helper)).toEqual(Object.keys(HELPERS))
  })

  it('names every field and placement of copy alone', () => {
    for (const field of TEXT_FIELDS) expect(text).toContain(`\`${field}\``)
    for (const placement of PLACEMENTS.values())
      if (isCopyOnly(placement)) expect(text).toContain(placement.id)
  })
})

describe('docs/templates.md', () => {
  const text = readFileSync(join(root, 'docs/templates.md'), 'utf8')

  it('shows a template that is accepted and has a box for every layer in every placement', () => {
    const [, json] = /```json\n([\s\S]*?)```/.exec(text)!
    const template = parseTemplate(JSON.parse(json!), 'docs')
    for (const placement of PLACEMENTS.values())
      if (!isCopyOnly(placement)) expect(layOut(template, placement).length).toBeGreaterThan(0)
  })

  it('names every built-in template and every field of slots and layers', () => {
    const kinds = [ImageLayerSchema, ShapeLayerSchema, TextLayerSchema, TemplateSchema.properties.slots.items]
    const fields = kinds.flatMap((each) => Object.keys(each.properties))
    for (const field of fields) expect(text).toMatch(new RegExp(`["\`]${field}["\`]`))
    for (const name of readdirSync(join(root, 'templates/library'))) expect(text).toContain(`| ${name} |`)
  })
})

describe('docs/openrtb.md', () => {
  const text = readFileSync(join(root, 'docs/openrtb.md'), 'utf8')

  it('shows settings and a request that are accepted', () => {
    const [, settings] = /```json\n([\s\S]*?)```/.exec(text)!
    expect(() => createDoor('bid', BidSettingsSchema)(JSON.parse(settings!).bid, 'docs')).not.toThrow()
    const [, request] = /-d '\n([\s\S]*?)'\n```/.exec(text)!
    expect(() => createDoor('bid request', BidRequestSchema)(JSON.parse(request!), 'docs')).not.toThrow()
  })

  it('names every reason for no bid', () => {
    for (const reason of NO_BID_REASONS) expect(text).toContain(`\`${reason}\``)
  })
})

describe('docs/consent.md', () => {
  const text = readFileSync(join(root, 'docs/consent.md'), 'utf8')

  it('names every reason, and every section that is read', () => {
    for (const reason of NO_PERSONAL_USE) expect(text).toContain(`\`${reason}\``)
    expect([...GPP_US_SECTIONS.keys()]).toEqual(Array.from({ length: 17 }, (_, at) => at + 7))
    expect(text).toMatch(/usnat \(7, .*\(8 to 23\)/)
  })
})

describe('docs/tags.md', () => {
  const text = readFileSync(join(root, 'docs/tags.md'), 'utf8')

  it('has every ad server with its macros', () => {
    for (const [name, { click }] of Object.entries(AD_SERVERS)) {
      const row = text.split('\n').find((line) => line.startsWith(`| ${name} |`))
      for (const macro of Object.values(click)) expect(row).toContain(`\`${macro}\``)
    }
  })
})

describe('docs/ope.md', () => {
  it('shows a policy that is accepted', () => {
    const [, policy] = /```json\n([\s\S]*?)```/.exec(readFileSync(join(root, 'docs/ope.md'), 'utf8'))!
    expect(() => parsePolicy(JSON.parse(policy!), 'docs')).not.toThrow()
  })
})
