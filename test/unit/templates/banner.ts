import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { PLACEMENTS } from '../../../data/placements.ts'
import { parseTemplate } from '../../../templates/check-template.ts'
import { type Fonts, loadFonts } from '../../../templates/fonts.ts'
import type { Placement } from '../../../templates/placement.ts'
import { createRenderer, type Renderer } from '../../../templates/raster.ts'
import { createScene, type Scene } from '../../../templates/scene.ts'
import type { SlotValues } from '../../../templates/slot-values.ts'
import type { Template } from '../../../templates/template.ts'
import { logo, photo } from './pictures.ts'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

/** The built-in template as its file has it, fresh for each caller to change. */
export function bannerJson(): Record<string, unknown> {
  return JSON.parse(readFileSync(`${ROOT}/templates/library/photo-banner/template.json`, 'utf8'))
}

export const BANNER: Template = parseTemplate(bannerJson(), 'templates/library/photo-banner/template.json')

export const VALUES: SlotValues = {
  photo: { kind: 'image', file: 'assets/hills.png' },
  logo: { kind: 'image', file: 'assets/ring.png' },
  accent: { kind: 'colour', colour: '#d9480f' },
  headline: { kind: 'text', text: 'Weekends made for hiking in California' },
  offer: { kind: 'text', text: 'Members save 20% on boots until Sunday' },
  cta: { kind: 'text', text: 'Plan my trip' },
}

export function testFonts(): Promise<Fonts> {
  return loadFonts(`${ROOT}/templates/fonts`)
}

export function placement(id: string): Placement {
  return PLACEMENTS.get(id)!
}

export function bannerScene(
  fonts: Fonts,
  placementId: string,
  values: SlotValues = VALUES,
  locale = 'en-US',
): Scene {
  return createScene({ template: BANNER, placement: placement(placementId), values, locale, fonts })
}

export function bannerRenderer(fonts: Fonts): Renderer {
  const files: Readonly<Record<string, () => Promise<Uint8Array>>> = {
    'assets/hills.png': photo,
    'assets/ring.png': logo,
  }
  return createRenderer({ fonts, readFile: async (file) => files[file]?.() })
}
