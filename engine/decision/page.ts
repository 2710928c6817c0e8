import { PolyadError } from '../../core/errors.ts'
import type { AdUnit } from '../space/ad-unit.ts'
import type { Decider, Decision, NoAd } from './decider.ts'
import type { AnswerFormat } from './formats.ts'
import type { DecisionBody, DecisionRequest } from './request.ts'

/** One placement that was asked for. */
export interface AskedPlacement {
  readonly id: string | undefined
  readonly format: AnswerFormat
  readonly request: DecisionRequest
}

/**
 * What was asked for in one request, and what it came to: a decision, the reasons of campaigns to show nothing, or that no
 * campaign has the placement.
 */
export type PlacementOutcome = AskedPlacement & {
  readonly outcome: Decision | NoAd | PolyadError<'NO_CAMPAIGN'>
}

/**
 * The placements that a request asks for, each as a request of its own.
 *
 * @throws PolyadError INPUT_INVALID unless it has either `placement` or `placements`, and their ids differ
 */
export function askedPlacements(body: DecisionBody): readonly AskedPlacement[] {
  const { placements, ...shared } = body
  const { format = 'json' } = body
  if ((body.placement === undefined) === (placements === undefined)) {
    throw invalid('/placement', 'give either "placement" or "placements"')
  }
  if (!placements) return [{ id: undefined, format, request: body as DecisionRequest }]
  const seen = new Set<string>()
  return placements.map(({ id, format: own, context, ...each }, at) => {
    if (id !== undefined && seen.has(id)) {
      throw invalid(`/placements/${at}/id`, `${JSON.stringify(id)} is there twice`)
    }
    if (id !== undefined) seen.add(id)
    const both = context && { context: { ...shared.context, ...context } }
    return { id, format: own ?? format, request: { ...shared, ...each, ...both } }
  })
}

/**
 * Decides for the placements of one page, in their order. No ad unit is there twice where its campaign has another for
 * the viewer. A placement that no campaign has keeps none of the others from its ad.
 *
 * @throws PolyadError NO_CAMPAIGN when no campaign has any of them; INPUT_INVALID (attributes, context)
 */
export function decidePage(
  decider: Pick<Decider, 'answer'>,
  asked: readonly AskedPlacement[],
): readonly PlacementOutcome[] {
  const onPage: AdUnit[] = []
  const outcomes = asked.map((each): PlacementOutcome => {
    try {
      const outcome = decider.answer(onPage.length === 0 ? each.request : { ...each.request, onPage })
      if (outcome.record && outcome.unit) onPage.push(outcome.unit)
      return { ...each, outcome }
    } catch (error) {
      if (!hasNoCampaign(error)) throw error
      return { ...each, outcome: error }
    }
  })
  const [first] = outcomes
  const decided = outcomes.some(({ outcome }) => !hasNoCampaign(outcome))
  if (first && !decided) throw first.outcome
  return outcomes
}

function hasNoCampaign(error: unknown): error is PolyadError<'NO_CAMPAIGN'> {
  return error instanceof PolyadError && error.code === 'NO_CAMPAIGN'
}

function invalid(where: string, problem: string): PolyadError {
  return new PolyadError('INPUT_INVALID', { what: 'decision request', where, problem })
}
