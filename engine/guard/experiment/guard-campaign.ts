import { type Static, Type } from 'typebox'
import { PolyadError } from '../../../core/errors.ts'
import { createDoor } from '../../../core/schema.ts'
import { CampaignSchema, DEFAULTS } from '../../campaign/campaign.ts'
import { sharesOf } from '../../decision/assignment.ts'
import { readCatalogue } from '../../ingest/catalogue.ts'
import { readNamedSegments } from '../../ingest/workspace-segments.ts'
import type { Ports } from '../../ports/ports.ts'
import { checkDays, simulatedIn } from '../../reporting/report-campaign.ts'
import { unreadableTable } from '../table/unreadable-table.ts'
import { BROAD_CONTROL, campaignExperiment, NARROW } from './campaign-experiment.ts'
import type { Experiment } from './experiment.ts'
import { type GuardReport, GuardReportSchema } from './guard-report.ts'
import { losingSegments } from './losing-segments.ts'
import type { JudgeOptions } from './settings.ts'

/** A guard's report of a campaign's own logs: the report, and what it is of. */
export const CampaignGuardSchema = Type.Object(
  {
    ...GuardReportSchema.properties,
    campaign: Type.String(),
    /** Revisions whose people are in it. */
    revisions: Type.Array(Type.Integer({ minimum: 1 })),
    /** Days of the campaign's time zone, both included; null: no limit. */
    from: Type.Union([Type.String(), Type.Null()]),
    to: Type.Union([Type.String(), Type.Null()]),
    currency: Type.String(),
    simulated: Type.Union([Type.Boolean(), Type.Literal('mixed')]),
    /** Who is left out and why, in sentences. */
    notes: Type.Array(Type.String()),
    /** Leaves where narrow is shown to do worse than broad control, most people first: those to merge. */
    losing: Type.Array(
      Type.Object(
        {
          segment: Type.String(),
          people: Type.Integer({ minimum: 0 }),
          /** Narrow less broad control, of means a person, with its 95 % interval. */
          difference: Type.Object(
            { value: Type.Number(), low: Type.Number(), high: Type.Number() },
            { additionalProperties: false },
          ),
          /** Benjamini-Hochberg over the leaves. */
          qValue: Type.Number(),
        },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
)
export type CampaignGuard = Static<typeof CampaignGuardSchema>

export interface CampaignGuardQuery extends Pick<JudgeOptions, 'worthwhile' | 'economics'> {
  readonly fromDay?: string
  readonly toDay?: string
  /** What people did: goal events (the default), or the value of their conversions. */
  readonly outcome?: 'goal' | 'value'
  readonly seed?: string
}

/** Judges an experiment, here or on a thread of its own. */
export type Judge = (experiment: Experiment, options: JudgeOptions) => GuardReport | Promise<GuardReport>

const parseCampaign = createDoor('campaign', CampaignSchema)
const TREATMENT = 'assigned arm'

/**
 * Whether a campaign's narrow ads pay over its broad ones, segment by segment, from its counters as they stand: bring
 * them up to the log first.
 *
 * @throws PolyadError NOT_FOUND without such a campaign; INPUT_INVALID for a day that is none
 */
export async function guardCampaign(
  ports: Pick<Ports, 'documents' | 'counters'>,
  name: string,
  query: CampaignGuardQuery,
  judge: Judge,
): Promise<CampaignGuard> {
  const document = await ports.documents.read('campaign', name)
  if (!document) {
    throw new PolyadError('NOT_FOUND', { what: 'campaign', name, mend: `write campaigns/${name}.json` })
  }
  const campaign = parseCampaign(document.body, `campaigns/${name}.json`)
  checkDays(query, 'guard')
  const rows = await ports.counters.rows({
    campaign: name,
    timeZone: campaign.timeZone,
    ...(query.fromDay ? { fromDay: query.fromDay } : {}),
    ...(query.toDay ? { toDay: query.toDay } : {}),
  })
  const controlShares = new Map<number, number>()
  for (const revision of new Set(rows.map((row) => row.revision))) {
    const old = await ports.documents.readRevision('campaign', name, revision)
    if (old)
      controlShares.set(revision, sharesOf(parseCampaign(old.body, `${name}@${revision}`)).broadControl)
  }
  const { catalogue } = await readCatalogue(ports)
  const documents = await readNamedSegments(ports, campaign.segments)
  const kFloor = campaign.kFloor ?? DEFAULTS.kFloor
  const { event } = campaign.goal
  const { currency } = campaign.budget.total
  const { outcome = 'goal', seed = '1' } = query
  const found = campaignExperiment({
    rows,
    controlShares,
    goal: event,
    outcome,
    kFloor,
    segments: { catalogue, documents },
  })
  const names = { treatment: TREATMENT, outcome: outcome === 'value' ? 'value' : `${event}s`, seed }
  const report = found
    ? await judge(found.experiment, {
        ...names,
        propensities: 'shares',
        baseline: BROAD_CONTROL,
        candidates: found.candidates,
        ...(query.worthwhile && { worthwhile: query.worthwhile }),
        economics: {
          currency,
          ...(outcome === 'value' && { valuePerOutcomeMicros: 1_000_000 }),
          ...query.economics,
        },
      })
    : unreadableTable(
        [
          {
            code: 'TOO_FEW_EVENTS',
            text:
              `fewer than ${kFloor} people who matched a narrow segment are in one of the arms, narrow and ` +
              'broad-control, so nothing is told of them',
          },
        ],
        { rows: 0, people: 0, kind: outcome === 'value' ? 'money' : 'count', propensities: 'shares' },
        names,
      )
  return {
    ...report,
    campaign: name,
    revisions: [...(found?.revisions ?? [])],
    from: query.fromDay ?? null,
    to: query.toDay ?? null,
    currency,
    simulated: simulatedIn(rows),
    notes: [...(found?.notes ?? [])],
    // Where people did not fall into the arms as assigned, no difference means anything.
    losing:
      found && report.verdict !== 'UNREADABLE' ? losingSegments(found.experiment, NARROW, BROAD_CONTROL) : [],
  }
}

/** What is said under the answer about a campaign: what it is of, who is left out, and which leaves to merge. */
export function campaignRemarks(guard: CampaignGuard): string[] {
  const { campaign, revisions, from, to, simulated, notes, losing } = guard
  const days = from || to ? `, ${from ?? 'start'} to ${to ?? 'today'}` : ''
  return [
    `campaign ${campaign}${revisions.length > 0 ? ` (revision ${revisions.join(', ')})` : ''}${days}: people who ` +
      'matched a narrow segment, by assigned arm',
    ...(simulated === true ? ['SIMULATED TRAFFIC: nobody saw these ads.'] : []),
    ...(simulated === 'mixed' ? ['PARTLY SIMULATED TRAFFIC: real and simulated people together.'] : []),
    ...notes,
    ...(losing.length > 0
      ? [
          `Narrow loses in: ${losing.map(({ segment }) => segment).join('; ')}. Merge these into wider segments, or leave them to broad.`,
        ]
      : []),
  ]
}
