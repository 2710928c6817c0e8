import { PolyadError } from '../core/errors.ts'

/** Two revisions of one campaign, as named on the command line; undefined as `DiffRequest` has it. */
export interface RevisionPair {
  readonly campaign: string
  readonly before?: number
  readonly after?: number
}

interface NamedRevision {
  readonly campaign: string
  readonly revision: number | undefined
}

/**
 * What `NAME@1 NAME@2`, `NAME@1 @2`, `NAME@1` (against the newest) and `NAME` (the newest against the one before)
 * name.
 *
 * @throws PolyadError INPUT_INVALID, also for two campaigns: no id of one is an id of the other
 */
export function revisionPair(first: string, second: string | undefined): RevisionPair {
  const one = parseRevision(first, undefined)
  if (second === undefined) {
    return { campaign: one.campaign, ...(one.revision !== undefined && { before: one.revision }) }
  }
  const other = parseRevision(second, one.campaign)
  if (other.campaign !== one.campaign) {
    throw invalid(
      `${first} ${second}`,
      'these are two campaigns: every id begins with its campaign, so all ad units of one would be removed and all of the ' +
        'other added',
      'name two revisions of one campaign; polyad report NAME --compare OTHER holds the results of two side by side',
    )
  }
  if (one.revision === undefined) {
    const mend = `name its revision: ${one.campaign}@N`
    throw invalid(first, 'the newest revision cannot be the one before', mend)
  }
  return {
    campaign: one.campaign,
    before: one.revision,
    ...(other.revision !== undefined && { after: other.revision }),
  }
}

function parseRevision(text: string, campaignOfOther: string | undefined): NamedRevision {
  const match = /^([a-z0-9][a-z0-9-]*)?(?:@([1-9]\d{0,8}))?$/.exec(text)
  const campaign = match?.[1] ?? (match?.[2] === undefined ? undefined : campaignOfOther)
  if (!match || campaign === undefined) {
    throw invalid(
      text,
      'it names no revision',
      'write CAMPAIGN@NUMBER, e.g. summer@3, or CAMPAIGN for the newest',
    )
  }
  return { campaign, revision: match[2] === undefined ? undefined : Number(match[2]) }
}

function invalid(where: string, problem: string, mend: string): PolyadError {
  return new PolyadError('INPUT_INVALID', { what: 'revisions', where, problem, mend })
}
