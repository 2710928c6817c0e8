import { canonicalJson } from '../../core/canonical-json.ts'
import { PolyadError } from '../../core/errors.ts'
import { requireName } from '../../core/schema.ts'
import { PLACEMENTS } from '../../data/placements.ts'
import { resolveSegments } from '../../segments/resolve.ts'
import { labelsOf, vocabularyOf } from '../../segments/vocabulary.ts'
import { BRAND_FILE, parseBrand } from '../../templates/brand.ts'
import { parseTemplate } from '../../templates/check-template.ts'
import { takeTexts } from '../generate/take-texts.ts'
import { loadPopulation } from '../ingest/population.ts'
import { readNamedSegments } from '../ingest/workspace-segments.ts'
import type { Blobs } from '../ports/blobs.ts'
import type { DocumentRevision } from '../ports/documents.ts'
import type { Ports } from '../ports/ports.ts'
import type { Campaign } from './campaign.ts'
import { keepPlan } from './kept-plans.ts'
import { loadPictures } from './load-pictures.ts'
import type { Plan } from './plan.ts'
import { parseCampaign, validateAttributes, validateCampaign } from './validate-campaign.ts'
import { writeLedger } from './write-ledger.ts'

export type LoadPlanPorts = Pick<Ports, 'documents' | 'blobs' | 'files' | 'mentions' | 'fonts'>

export interface LoadedPlan {
  readonly plan: Plan
  readonly planHash: string
}

export interface LoadPlanOptions {
  /** Base of addresses, empty for a run into files. */
  readonly publicUrl: string
  /** Default the newest. */
  readonly revision?: number
  /** Of code, sharp, ICU and fonts. */
  readonly fingerprint: string
  /** False: the newest revision goes on being remembered as it was compiled before (kept-plans.ts). Default true. */
  readonly keep?: boolean
}

/**
 * Compiles a campaign to its plan: documents read and checked, segments sized on the population, pictures in blobs, the
 * ledger extended and written. The plan itself is a blob too, and is what its revision is remembered as while it is the
 * newest; an older revision is compiled with the segments, template and pictures of today. Equal documents, population and options give an equal
 * plan and hash.
 *
 * @throws PolyadError NOT_FOUND for a campaign, revision, template, segment or population that is not there;
 * INPUT_INVALID for one that cannot be used; LEDGER_CONFLICT
 */
export async function loadPlan(
  ports: LoadPlanPorts,
  name: string,
  { publicUrl, revision, fingerprint, keep = true }: LoadPlanOptions,
): Promise<LoadedPlan> {
  const { document, isNewest } = await readCampaign(ports, name, revision)
  const campaign = parseCampaign(document.body, name)
  const templateDocument = await readTemplate(ports, campaign)
  const templateFile = `templates/${campaign.template}/template.json`
  const template = parseTemplate(templateDocument.body, templateFile)
  requireName('template', templateFile, template.name, campaign.template)
  validateCampaign(campaign, template)

  const population = await loadPopulation(ports)
  const { catalogue } = population
  const attributes = vocabularyOf(catalogue).person
  validateAttributes(campaign, attributes)
  const documents = await readNamedSegments(ports, campaign.segments)
  const segments = resolveSegments({ population, catalogue, documents, entries: campaign.segments })
  const whole: Plan = {
    version: 1,
    campaign,
    revision: document.revision,
    template,
    templateRevision: templateDocument.revision,
    segments,
    placements: campaign.placements.map((id) => PLACEMENTS.get(id)!),
    ledger: await writeLedger(
      ports,
      campaign,
      segments.map(({ id }) => id),
    ),
    files: await loadPictures(ports, campaign, template),
    labels: labelsOf(catalogue),
    attributes: Object.fromEntries(attributes),
    populationHash: population.hash,
    fingerprint,
    publicUrl: publicUrl.replace(/\/+$/, ''),
  }
  const takenTexts = takeTexts(whole, ports.fonts)
  const brandBytes = await ports.files.read(BRAND_FILE)
  const plan: Plan = {
    ...whole,
    ...(takenTexts && { takenTexts }),
    ...(brandBytes && { brand: parseBrand(brandBytes) }),
  }
  const bytes = Buffer.from(canonicalJson(plan), 'utf8')
  const planHash = await ports.blobs.put(bytes)
  if (keep && isNewest) await keepPlan(ports, name, document.revision, planHash)
  // What is given back is what every worker will read, not what it was made from.
  return { plan: planFrom(bytes), planHash }
}

/**
 * A stored plan by its hash.
 *
 * @throws PolyadError NOT_FOUND
 */
export async function loadPlanByHash(blobs: Blobs, hash: string): Promise<Plan> {
  const bytes = await blobs.get(hash)
  if (!bytes) throw new PolyadError('NOT_FOUND', { what: 'plan', name: hash })
  return planFrom(bytes)
}

function planFrom(bytes: Uint8Array): Plan {
  return JSON.parse(new TextDecoder().decode(bytes)) as Plan
}

async function readCampaign(
  { documents }: LoadPlanPorts,
  name: string,
  revision: number | undefined,
): Promise<{ readonly document: DocumentRevision; readonly isNewest: boolean }> {
  const newest = await documents.read('campaign', name)
  if (revision === undefined || revision === newest?.revision) {
    if (newest) return { document: newest, isNewest: true }
    throw new PolyadError('NOT_FOUND', { what: 'campaign', name, mend: `write campaigns/${name}.json` })
  }
  const found = await documents.readRevision('campaign', name, revision)
  if (found) return { document: found, isNewest: false }
  const mend = newest ? `its newest revision is ${newest.revision}` : `write campaigns/${name}.json`
  throw new PolyadError('NOT_FOUND', { what: 'campaign revision', name: `${name}@${revision}`, mend })
}

async function readTemplate({ documents }: LoadPlanPorts, campaign: Campaign): Promise<DocumentRevision> {
  const found = await documents.read('template', campaign.template)
  if (found) return found
  const names = (await documents.list('template')).join(', ')
  throw new PolyadError('NOT_FOUND', {
    what: 'template',
    name: campaign.template,
    mend: `campaigns/${campaign.name}.json: /template names it${names && `; there are ${names}`}`,
  })
}
