import { createStream } from '../../core/stream.ts'
import type { DecisionRequest } from '../decision/request.ts'
import type { AdUnit } from '../space/ad-unit.ts'
import { clickRate, type Truth } from './truth.ts'

export interface SimulatorParts {
  readonly seed: string
  readonly truth: Truth
  /** Who comes: the population's people by row. */
  readonly people: { readonly people: number; personAt(row: number): string }
  readonly campaign: string
  readonly placements: readonly string[]
  readonly locales: readonly string[]
}

/** One simulated visit, labelled as such. */
interface SimulatedRequest extends DecisionRequest {
  readonly personKey: string
  readonly simulated: true
}

interface SimulatedOutcome {
  readonly impression: boolean
  readonly click: boolean
  readonly conversion: boolean
  readonly valueMicros: number
}

export interface Simulator {
  /** The request of visit `number`: the same for the same seed, whatever else was asked. */
  request(number: number): SimulatedRequest
  /** What the person of a visit does with what was served: fixed by seed, person, number and ad unit. */
  outcome(request: SimulatedRequest, number: number, served: AdUnit | undefined): SimulatedOutcome
}

/** Traffic of a stated truth. Nothing is drawn from a shared stream, so visits may run in any order or in parallel. */
export function createSimulator(parts: SimulatorParts): Simulator {
  const { truth, people, placements, locales } = parts
  const root = createStream(parts.seed)
  const pick = <T>(list: readonly T[], below: (n: number) => number): T => list[below(list.length)]!
  return {
    request(number) {
      const stream = root.fork(`request ${number}`)
      return {
        campaign: parts.campaign,
        placement: pick(placements, stream.integer),
        languages: [pick(locales, stream.integer)],
        personKey: people.personAt(stream.integer(people.people)),
        consent: { personalise: true },
        simulated: true,
      }
    },
    outcome({ personKey }, number, served) {
      const stream = root.fork(`outcome ${personKey} ${number}`)
      const spread = Math.log(truth.personSpread)
      const personFactor = Math.exp((root.fork(`person ${personKey}`).next() * 2 - 1) * spread)
      const [viewed, clicked, converted] = [stream.next(), stream.next(), stream.next()] as const
      const impression = viewed < truth.viewRate
      const click = impression && clicked < clickRate(truth, served, personFactor)
      const conversion = click && converted < truth.conversionRate
      return { impression, click, conversion, valueMicros: conversion ? truth.conversionValueMicros : 0 }
    },
  }
}
