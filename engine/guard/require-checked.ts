import { canonicalJson } from '../../core/canonical-json.ts'
import { PolyadError } from '../../core/errors.ts'
import { contentHash } from '../../core/hash.ts'
import { createDoor } from '../../core/schema.ts'
import type { Plan } from '../campaign/plan.ts'
import type { Ports } from '../ports/ports.ts'
import { type CheckReport, CheckReportSchema } from './check-report.ts'

const readReport = createDoor('check report', CheckReportSchema)

/** Name of the document that holds the check of one revision. */
export function checkName(campaign: string, revision: number): string {
  return `${campaign}@${revision}`
}

/** What a check is about: if any of it changes, the check is stale. */
export function checkBasis(plan: Plan): string {
  const { campaign, template, segments, populationHash } = plan
  return contentHash(canonicalJson({ campaign, template, segments, populationHash }))
}

/** The newest check of a revision, undefined when there was none. */
export async function readCheck(
  ports: Pick<Ports, 'documents'>,
  campaign: string,
  revision: number,
): Promise<CheckReport | undefined> {
  const name = checkName(campaign, revision)
  const document = await ports.documents.read('check', name)
  return document && readReport(document.body, `check ${name}`)
}

/**
 * The check that lets a plan be generated, rendered, exported or served.
 *
 * @throws PolyadError CHECK_MISSING when the revision was never checked, or what it was checked on has changed;
 * CHECK_REFUSED when the check refuses it and nobody has overridden that
 */
export async function requireChecked(ports: Pick<Ports, 'documents'>, plan: Plan): Promise<CheckReport> {
  const campaign = plan.campaign.name
  const { revision } = plan
  const report = await readCheck(ports, campaign, revision)
  if (!report) {
    throw new PolyadError('CHECK_MISSING', { campaign, revision, reason: 'it has not been checked yet' })
  }
  if (report.basis !== checkBasis(plan)) {
    const reason =
      report.populationHash === plan.populationHash
        ? 'its segments or template changed since it was checked'
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
