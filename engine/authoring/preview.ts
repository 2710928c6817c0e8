import { PolyadError } from '../../core/errors.ts'
import { PLACEMENTS } from '../../data/placements.ts'
import { parseTemplate } from '../../templates/check-template.ts'
import type { Fonts } from '../../templates/fonts.ts'
import type { Placement } from '../../templates/placement.ts'
import { createScene, type Scene, type TextReport } from '../../templates/scene.ts'
import type { Template } from '../../templates/template.ts'
import type { Campaign } from '../campaign/campaign.ts'
import { readKeptPlan } from '../campaign/kept-plans.ts'
import { loadPlanByHash } from '../campaign/load-plan.ts'
import type { Plan } from '../campaign/plan.ts'
import { parseCampaign } from '../campaign/validate-campaign.ts'
import { readCatalogue } from '../ingest/catalogue.ts'
import type { DocumentRevision } from '../ports/documents.ts'
import type { Ports } from '../ports/ports.ts'
import { type CertainValues, type CopyLength, previewValues } from './preview-values.ts'

/** A template in one placement and locale, with its longest or shortest copy. */
export interface PreviewCell {
  readonly placement: Placement
  readonly locale: string
  readonly length: CopyLength
  /** Undefined where it cannot be laid out. */
  readonly scene: Scene | undefined
  /** Why it cannot be laid out. */
  readonly problem: string | undefined
  /** How each text came out, the worst first. */
  readonly texts: readonly TextReport[]
}

/** A template in every size and locale. */
export interface Preview {
  readonly template: Template
  /** Campaigns that the copy is of; none: sample copy. */
  readonly campaigns: readonly string[]
  readonly locales: readonly string[]
  readonly cells: readonly PreviewCell[]
}

const LENGTHS: readonly CopyLength[] = ['longest', 'shortest']

/**
 * Lays a template out in every placement, in the locales of the campaigns that use it and with their longest and
 * shortest copy; with sample copy where none does. Reads documents only and writes nothing.
 *
 * @throws PolyadError NOT_FOUND; INPUT_INVALID for a template, campaign or catalogue that cannot be read
 */
export async function previewTemplate(
  { documents, blobs }: Pick<Ports, 'documents' | 'blobs'>,
  name: string,
  fonts: Fonts,
): Promise<Preview> {
  const found = await documents.read('template', name)
  if (!found) {
    const mend = `there are ${(await documents.list('template')).join(', ')}`
    throw new PolyadError('NOT_FOUND', { what: 'template', name, mend })
  }
  const template = parseTemplate(found.body, `templates/${name}/template.json`)
  const campaigns: Campaign[] = []
  const plans: (Plan | undefined)[] = []
  for (const each of await documents.list('campaign')) {
    const document = await documents.read('campaign', each)
    if ((document?.body as Partial<Campaign> | undefined)?.template !== name) continue
    campaigns.push(parseCampaign(document!.body, each))
    plans.push(await keptPlanOf({ documents, blobs }, document!))
  }
  const { catalogue } =
    campaigns.length > 0 ? await readCatalogue({ documents }) : { catalogue: { attributes: [] } }
  const values = previewValues(template, campaigns, catalogue, certainOf(plans), fonts)
  const cells = [...PLACEMENTS.values()].flatMap((placement) =>
    values.locales.flatMap((locale) =>
      LENGTHS.map((length): PreviewCell => {
        const at = { placement, locale, length }
        try {
          const filled = values.of(placement, locale, length)
          const scene = createScene({ template, placement, values: filled, locale, fonts })
          const texts = [...scene.texts].sort((a, b) => badness(b) - badness(a))
          return { ...at, scene, problem: undefined, texts }
        } catch (error) {
          if (!(error instanceof PolyadError)) throw error
          return { ...at, scene: undefined, problem: error.message, texts: [] }
        }
      }),
    ),
  )
  return { template, campaigns: values.campaigns, locales: values.locales, cells }
}

async function keptPlanOf(
  ports: Pick<Ports, 'documents' | 'blobs'>,
  { name, revision }: DocumentRevision,
): Promise<Plan | undefined> {
  const kept = await readKeptPlan(ports, name, revision)
  if (!kept || !(await ports.blobs.has(kept.planHash))) return undefined
  return loadPlanByHash(ports.blobs, kept.planHash)
}

/** What is certain in some segment, by attribute; undefined when a campaign was not compiled as it is now. */
function certainOf(plans: readonly (Plan | undefined)[]): CertainValues | undefined {
  const certain = new Map<string, Set<string>>()
  for (const plan of plans) {
    if (!plan) return undefined
    for (const segment of plan.segments) {
      for (const [name, value] of Object.entries(segment.certain)) {
        const values = certain.get(name) ?? new Set()
        certain.set(name, values.add(String(value)))
      }
    }
  }
  return certain
}

/** Whether a text is not shown as it was written. */
export function isMisfit(report: TextReport): boolean {
  return badness(report) > 1
}

function badness({ outcome, missing, overGraphemes }: TextReport): number {
  if (outcome === 'truncated') return 4
  if (missing.length > 0) return 3
  if (overGraphemes > 0) return 2
  return outcome === 'shrunk' ? 1 : 0
}

/** How a text came out, in a few words: `fits at 26 px`. */
export function outcomeText({ outcome, fontPx, missing, overGraphemes }: TextReport): string {
  const size = outcome === 'shrunk' ? `shrunk to ${fontPx} px` : `${outcome} at ${fontPx} px`
  return [
    size,
    ...(missing.length > 0 ? [`no font has ${missing.slice(0, 5).join(' ')}`] : []),
    ...(overGraphemes > 0 ? [`${overGraphemes} over the slot's limit`] : []),
  ].join(', ')
}
