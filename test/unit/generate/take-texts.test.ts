import { describe, expect, it } from 'vitest'
import { adUnitId } from '../../../engine/campaign/ad-unit-id.ts'
import { loadPlan } from '../../../engine/campaign/load-plan.ts'
import type { Plan } from '../../../engine/campaign/plan.ts'
import { chosenUnits } from '../../../engine/generate/chosen.ts'
import { createCopyTable } from '../../../engine/generate/copy-table.ts'
import { generateRange } from '../../../engine/generate/generate-range.ts'
import { rowFormat } from '../../../engine/generate/row-format.ts'
import { createRowLengths } from '../../../engine/generate/row-lengths.ts'
import { createPictureSplicer } from '../../../engine/generate/spliced-pictures.ts'
import { takeTexts } from '../../../engine/generate/take-texts.ts'
import { unitScene } from '../../../engine/generate/unit-scene.ts'
import { unitValues } from '../../../engine/generate/unit-values.ts'
import { createSpace } from '../../../engine/space/space.ts'
import { joinBands } from '../../../templates/jpeg/assemble.ts'
import { createBandCache } from '../../../templates/splice/band-cache.ts'
import { OPTIONS, workspace } from '../campaign/memory-workspace.ts'
import { COPY, segmentOf, smallPlan, TALL, textAsset, WIDE } from '../space/small-plan.ts'
import { bannerRenderer, testFonts } from '../templates/banner.ts'

const fonts = await testFonts()
const LONG = 'A whole weekend of walking on the coast of {{state}}, with guides'
const MIDDLE = 'Walk the coast this weekend'
const SHORT = 'Walk'
const SEARCH = {
  ...COPY,
  texts: [{ field: 'headline', name: 'Headline', unit: 'display-width', most: 30 }],
} as const

const bilingual = (id: string) => ({ id, text: { en: `Go ${id}`, es: `Ya ${id}` } })

function planOf(text: string | string[], placements = [WIDE, TALL, SEARCH, COPY]): Plan {
  const plan = smallPlan({
    segments: [segmentOf('broad'), segmentOf('ca', 'CA')],
    locales: ['en-US', 'es-US'],
    placements: placements.map((each, at) => ({ ...each, id: `${each.id}${at}` })),
    slots: [
      {
        slot: 'headline',
        default: 'list',
        assets: [{ id: 'list', text: { en: text, es: 'Hola' } }, textAsset('b')],
      },
      { slot: 'cta', default: 'go', assets: [bilingual('go'), bilingual('now')] },
    ],
  })
  const template = {
    ...plan.template,
    layers: [
      ...plan.template.layers,
      {
        id: 'headline',
        kind: 'text',
        slot: 'headline',
        box: { left: 10, top: 10, right: 10, height: 40 },
        colour: '#000000',
        maxFontPx: 32,
        minFontPx: 14,
        maxLines: 2,
      } as const,
      {
        id: 'ground2',
        kind: 'shape',
        box: { left: 0, top: 0, width: 1, height: 1 },
        fill: '#ffffff',
      } as const,
    ].filter(({ id }) => id !== 'ground'),
  }
  const whole = { ...plan, template }
  const takenTexts = takeTexts(whole, fonts)
  return takenTexts ? { ...whole, takenTexts } : whole
}

const LIST = planOf([LONG, MIDDLE, SHORT])

function headlines(plan: Plan): Map<string, string> {
  const space = createSpace(plan)
  const copy = createCopyTable(plan)
  const found = new Map<string, string>()
  for (const unit of space.units(0n, space.count)) {
    const value = unitValues(plan, copy, unit)['headline']
    if (unit.locale !== 'en-US' || unit.choices['headline'] !== 'list' || value?.kind !== 'text') continue
    found.set(`${unit.segment} ${unit.placement}`, value.text)
  }
  return found
}

describe('texts that are lists', () => {
  it('give each placement the first that fits in its box and limits, and can be rendered', () => {
    expect(Object.fromEntries(headlines(LIST))).toEqual({
      'broad wide0': MIDDLE,
      'broad tall1': MIDDLE,
      'broad copy2': MIDDLE,
      'broad copy3': MIDDLE,
      'ca wide0': 'A whole weekend of walking on the coast of California, with guides',
      'ca tall1': MIDDLE,
      'ca copy2': MIDDLE,
      'ca copy3': 'A whole weekend of walking on the coast of California, with guides',
    })
  })

  it('take the last where none fits', () => {
    const words = 'unbreakable'.repeat(10)
    expect(headlines(planOf([`${words}${words}`, words])).get('ca tall1')).toBe(words)
  })

  it('show the same in rows, values and scenes', () => {
    const space = createSpace(LIST)
    const copy = createCopyTable(LIST)
    const text = Buffer.from(generateRange(LIST, 0n, space.count, { format: 'jsonl' })).toString()
    const rows = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    for (const [rank, unit] of [...space.units(0n, space.count)].entries()) {
      const value = unitValues(LIST, copy, unit)['headline']
      expect(value).toEqual({ kind: 'text', text: rows[rank].slots.headline })
      const [layer] = unitScene(LIST, unit, fonts).layers.filter(({ kind }) => kind === 'text')
      if (layer?.kind !== 'text') expect(rows[rank].widthPx).toBe(0)
      else {
        const drawn = layer.lines.map(({ runs }) => runs.map((run) => run.text).join('')).join(' ')
        expect(drawn).toBe(rows[rank].slots.headline)
      }
    }
  })

  it('are spliced into the same pictures as are drawn whole', async () => {
    const plan = planOf([LONG, MIDDLE, SHORT], [WIDE, TALL])
    const renderer = bannerRenderer(fonts)
    const splicer = createPictureSplicer(plan, renderer, {
      sceneOf: (unit) => unitScene(plan, unit, fonts),
      cache: { coded: createBandCache(1e7), grounds: createBandCache(1e7) },
    })
    const space = createSpace(plan)
    const pictures = await splicer.pictures(chosenUnits(plan, undefined), 0n, space.count)
    for (const [rank, unit] of [...space.units(0n, space.count)].entries()) {
      const whole = await renderer.picture(unitScene(plan, unit, fonts), { format: 'jpeg' })
      const { head, bands } = pictures[rank]!
      expect(Buffer.from(joinBands(head, bands)).equals(Buffer.from(whole.bytes)), String(rank)).toBe(true)
    }
  })

  it.each(['jsonl', 'csv'] as const)(
    'have %s rows as long as was reckoned, wherever they are cut',
    (format) => {
      const lengths = createRowLengths(LIST, rowFormat(LIST, format))
      const { count } = createSpace(LIST)
      for (let from = 0n; from < count; from++) {
        for (let to = from; to <= count; to += 3n) {
          const bytes = generateRange(LIST, from, to, { format }).length
          expect(lengths.bytesBetween(from, to)).toBe(BigInt(bytes))
        }
      }
    },
  )

  it('change no id and no rank', () => {
    const plain = planOf(SHORT)
    const [space, other] = [createSpace(LIST), createSpace(plain)]
    expect(space.count).toBe(other.count)
    for (let rank = 0n; rank < space.count; rank++) {
      expect(adUnitId(LIST.ledger, space.unitAt(rank))).toBe(adUnitId(plain.ledger, other.unitAt(rank)))
    }
  })

  it('are chosen when the plan is made, and leave other plans as they were', async () => {
    const plain = await workspace()
    expect((await loadPlan(plain, 'spring', OPTIONS)).plan).not.toHaveProperty('takenTexts')
    const slots = (text: string[]) => [
      { slot: 'headline', default: 'a', assets: [{ id: 'a', text: { en: text } }] },
    ]
    expect(takeTexts(smallPlan({ slots: slots(['One', 'Two']) }), fonts)).toEqual({
      'headline/a/en-US': { '[]': '0' },
    })
    expect(() => takeTexts(smallPlan({ slots: slots(['One', 'Two']) }), undefined)).toThrow(
      'nothing to measure',
    )
  })
})
