import { canonicalJson } from '../../core/canonical-json.ts'
import { PolyadError } from '../../core/errors.ts'
import { contentHash } from '../../core/hash.ts'
import { createDoor } from '../../core/schema.ts'
import type { Plan } from '../campaign/plan.ts'
import type { Ports } from '../ports/ports.ts'
import { CHECK_VERSION, type CheckReport, CheckReportSchema, CheckVerdictSchema } from './check-report.ts'

const readReport = createDoor('check report', CheckReportSchema)
const readVerdict = createDoor('check report', CheckVerdictSchema)

/** What lets a plan run: of a report of any version. */
type CheckVerdict = Pick<
  CheckReport,
  'verdict' | 'reasons' | 'override' | 'basis' | 'populationHash' | 'campaign' | 'revision'
>

/** Name of the document that holds the check of one revision. */
export function checkName(campaign: string, revision: number): string {
  return `${campaign}@${revision}`
}

/** What a check is about: if any of it changes, the check is stale. */
export function checkBasis(plan: Plan): string {
  const { campaign, template, segments, populationHash, brand } = plan
  return contentHash(canonicalJson({ campaign, template, segments, populationHash, ...(brand && { brand }) }))
}

/**
 * The newest check of a revision, undefined when there was none or an earlier version of Polyad wrote it in another
 * form: then it has to be made anew, and `noCheckText` says so.
 */
export async function readCheck(
  ports: Pick<Ports, 'documents'>,
  campaign: string,
  revision: number,
): Promise<CheckReport | undefined> {
  const body = await readBody(ports, campaign, revision)
  return body === undefined || versionOf(body) < CHECK_VERSION
    ? undefined
    : readReport(body, `check ${checkName(campaign, revision)}`)
}

/** Why `readCheck` has found none. */
export async function noCheckText(
  ports: Pick<Ports, 'documents'>,
  campaign: string,
  revision: number,
): Promise<string> {
  return (await readBody(ports, campaign, revision)) === undefined
    ? 'it has not been checked yet'
    : 'an earlier version of Polyad checked it, and wrote less than this one needs'
}

async function readBody(
  { documents }: Pick<Ports, 'documents'>,
  campaign: string,
  revision: number,
): Promise<unknown> {
  return (await documents.read('check', checkName(campaign, revision)))?.body
}

function versionOf(body: unknown): number {
  const { version } = body as { readonly version?: unknown }
  return typeof version === 'number' ? version : CHECK_VERSION
}

/**
 * The check that lets a plan be generated, rendered, exported or served. A check by an earlier version counts: a new
 * version of Polyad takes no campaign off the air.
 *
 * @throws PolyadError CHECK_MISSING when the revision was never checked, or what it was checked on has changed;
 * CHECK_REFUSED when the check refuses it and nobody has overridden that
 */
export async function requireChecked(ports: Pick<Ports, 'documents'>, plan: Plan): Promise<CheckVerdict> {
  const campaign = plan.campaign.name
  const { revision } = plan
  const body = await readBody(ports, campaign, revision)
  if (body === undefined) {
    const reason = await noCheckText(ports, campaign, revision)
    throw new PolyadError('CHECK_MISSING', { campaign, revision, reason })
  }
  const report = readVerdict(body, `check ${checkName(campaign, revision)}`)
  if (report.basis !== checkBasis(plan)) {
    const reason =
      report.populationHash === plan.populationHash
        ? 'its segments, template or brand changed since it was checked'
        : 'the population changed since it was checked'
    throw new PolyadError('CHECK_MISSING', { campaign, revision, reason })
  }
  if (report.verdict === 'refused' && !report.override) {
    const [first, ...others] = report.reasons
    const more = others.length > 0 ? ` (and ${others.length} more)` : ''
    throw new PolyadError('CHECK_REFUSED', { campaign, revision, reason: `${first!.text}${more}` })
  }
  return report
}
