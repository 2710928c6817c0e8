import { autumnValley, desert, forestRoad, mistyMountains, nightCamp, snowPeaks } from './land-scenes.ts'
import type { Scene } from './scene.ts'
import { beach, cityDusk, coast, lakeReflection } from './water-scenes.ts'

/** Every background picture, by the name of its file. */
export const SCENES: Readonly<Record<string, Scene>> = {
  'misty-mountains': mistyMountains,
  'forest-road': forestRoad,
  beach,
  'mountain-lake': lakeReflection,
  desert,
  'night-camp': nightCamp,
  'city-dusk': cityDusk,
  'snow-peaks': snowPeaks,
  'autumn-valley': autumnValley,
  coast,
}
