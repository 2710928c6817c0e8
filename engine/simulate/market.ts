import type { Stream } from '../../core/stream.ts'
import { normal } from '../guard/experiment/halves.ts'
import type { AttributeLaw, MarketAttribute, MarketEffect, MarketScenario } from './market-scenario.ts'

/** A market with its truth drawn: what every kind of person does with every creative. */
export interface Market {
  readonly scenario: MarketScenario
  readonly arms: readonly string[]
  /** What is known of people. */
  readonly columns: readonly { readonly name: string; readonly values: readonly string[] }[]
  /** People alike in all columns, each kind once; only kinds that there are. */
  readonly cells: readonly MarketCell[]
}

export interface MarketCell {
  /** Position in its values, by column. */
  readonly codes: readonly number[]
  /** Of all people, 0..1; they sum to 1. */
  readonly share: number
  /** Response by arm in the pilot, 0..1: the mean over people who differ in what is hidden. */
  readonly pilotRates: readonly number[]
  /** The same when the decision is used. */
  readonly useRates: readonly number[]
}

/** Arm for a person by what is known of them: positions in the values of the columns. */
export type MarketPolicy = (codes: readonly number[]) => number

/** Draws the truth of a scenario: the same for the same scenario and stream. Cost: kinds of people times arms. */
export function createMarket(scenario: MarketScenario, stream: Stream): Market {
  const { attributes, creatives } = scenario
  const arms = creatives.map((_, arm) => `creative ${arm + 1}`)
  const creativeOf = shuffled(creatives.length, stream.fork('creatives'))
  const values = attributes.map(valuesOf)
  const effects = scenario.effects.map((effect, at) =>
    drawEffect(effect, scenario, stream.fork(`effect ${at}`)),
  )
  const base = Math.log(scenario.baseRate / (1 - scenario.baseRate))
  const known = attributes.flatMap(({ hidden }, at) => (hidden ? [] : [at]))
  const cells = new Map<string, { codes: number[]; share: number; pilot: number[]; use: number[] }>()
  for (const { codes, share } of kindsOfPeople(attributes)) {
    const knownCodes = known.map((at) => codes[at]!)
    const key = knownCodes.join()
    let cell = cells.get(key)
    if (!cell) {
      cell = { codes: knownCodes, share: 0, pilot: arms.map(() => 0), use: arms.map(() => 0) }
      cells.set(key, cell)
    }
    cell.share += share
    for (let arm = 0; arm < arms.length; arm++) {
      const creative = creativeOf[arm]!
      let pilot = base + creatives[creative]!
      let use = pilot
      effects.forEach((effectOn, at) => {
        const effect = effectOn(codes, creative)
        pilot += effect
        use += effect * (scenario.effects[at]!.atUse ?? 1)
      })
      cell.pilot[arm]! += share * rateOf(pilot)
      cell.use[arm]! += share * rateOf(use)
    }
  }
  return {
    scenario,
    arms,
    columns: known.map((at) => ({ name: attributes[at]!.name, values: values[at]! })),
    cells: [...cells.values()].map(({ codes, share, pilot, use }) => ({
      codes,
      share,
      pilotRates: pilot.map((sum) => sum / share),
      useRates: use.map((sum) => sum / share),
    })),
  }
}

/** Response a person if a policy is used, exactly. */
export function policyValue({ cells }: Market, policy: MarketPolicy): number {
  return cells.reduce((sum, { share, useRates, codes }) => sum + share * useRates[policy(codes)]!, 0)
}

/** Response a person of the best policy there is on what is known of people. */
export function oracleValue({ cells }: Market): number {
  return cells.reduce((sum, { share, useRates }) => sum + share * Math.max(...useRates), 0)
}

/** Response a person of the one creative that is best for everybody. */
export function bestBroadValue(market: Market): number {
  return Math.max(...market.arms.map((_, arm) => policyValue(market, () => arm)))
}

/** Response a person of creatives at random, evenly. */
export function randomValue({ cells, arms }: Market): number {
  const mean = (rates: readonly number[]) => rates.reduce((sum, rate) => sum + rate, 0) / arms.length
  return cells.reduce((sum, { share, useRates }) => sum + share * mean(useRates), 0)
}

/** Names of an attribute's values. */
export function valuesOf({ name, values }: MarketAttribute): readonly string[] {
  return typeof values === 'number' ? Array.from({ length: values }, (_, at) => `${name} ${at + 1}`) : values
}

interface Kind {
  readonly codes: readonly number[]
  readonly share: number
}

/** All combinations of values that there are, hidden attributes too. */
function kindsOfPeople(attributes: readonly MarketAttribute[]): Kind[] {
  let kinds: Kind[] = [{ codes: [], share: 1 }]
  attributes.forEach(({ name, drawn }, at) => {
    const count = valuesOf(attributes[at]!).length
    const from = 'attribute' in drawn ? attributes.findIndex((each) => each.name === drawn.attribute) : at
    if (from < 0 || ('attribute' in drawn && from >= at))
      throw new RangeError(`the attribute ${name} is drawn from one that is not before it`)
    const sharesFor = sharesOf(drawn, count, marginal(kinds, from, at))
    kinds = kinds.flatMap(({ codes, share }) =>
      sharesFor(codes[from] ?? 0).flatMap((part, code) =>
        part > 0 ? [{ codes: [...codes, code], share: share * part }] : [],
      ),
    )
  })
  return kinds
}

/** Share of the people with each value of an attribute that is drawn already; none for one that is not. */
function marginal(kinds: readonly Kind[], from: number, drawn: number): number[] {
  const shares: number[] = []
  if (from < drawn) {
    for (const { codes, share } of kinds) shares[codes[from]!] = (shares[codes[from]!] ?? 0) + share
  }
  return shares
}

/** Shares of an attribute's values, by the value of the attribute that it is drawn from. */
function sharesOf(
  law: AttributeLaw,
  count: number,
  everybody: readonly number[],
): (code: number) => readonly number[] {
  const codes = Array.from({ length: count }, (_, code) => code)
  switch (law.by) {
    case 'shares': {
      const shares = law.shares ?? codes.map(() => 1 / count)
      return () => shares
    }
    case 'rank': {
      const shares = normalised(codes.map((code) => (code + 1) ** -law.skew))
      return () => shares
    }
    case 'wider': {
      const inEach = count / everybody.length
      const table = everybody.map((_, wider) =>
        codes.map((code) => (Math.floor(code / inEach) === wider ? 1 / inEach : 0)),
      )
      return (wider) => table[wider]!
    }
    case 'given':
      return (code) => law.shares[code]!
    case 'record': {
      const table = everybody.map((_, truth) =>
        codes.map((code) => law.wrong * everybody[code]! + (code === truth ? 1 - law.wrong : 0)),
      )
      return (truth) => table[truth]!
    }
  }
}

/** An effect, log-odds, on people of these values (hidden ones too) of a creative. */
type DrawnEffect = (codes: readonly number[], creative: number) => number

function drawEffect(
  effect: MarketEffect,
  { attributes, creatives }: MarketScenario,
  stream: Stream,
): DrawnEffect {
  const positionOf = (name: string) => {
    const at = attributes.findIndex((each) => each.name === name)
    if (at < 0) throw new RangeError(`an effect names the attribute ${name}, which is not there`)
    return at
  }
  if (effect.kind === 'suits') {
    const wanted = Object.entries(effect.where).map(([name, names]) => {
      const at = positionOf(name)
      const values = valuesOf(attributes[at]!)
      const unknown = names.find((value) => !values.includes(value))
      if (unknown !== undefined) throw new RangeError(`the attribute ${name} has no value ${unknown}`)
      return { at, codes: new Set(names.map((value) => values.indexOf(value))) }
    })
    return (codes, creative) =>
      creative === effect.creative && wanted.every((each) => each.codes.has(codes[each.at]!))
        ? effect.logOdds
        : 0
  }
  const at = positionOf(effect.attribute)
  const draw = () => effect.spread * normal(stream)
  const ofValue = valuesOf(attributes[at]!).map(() => {
    if (effect.kind === 'taste') return creatives.map(draw)
    const same = draw()
    return creatives.map(() => same)
  })
  return (codes, creative) => ofValue[codes[at]!]![creative]!
}

function rateOf(logOdds: number): number {
  return 1 / (1 + Math.exp(-logOdds))
}

function normalised(weights: readonly number[]): number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  return weights.map((weight) => weight / total)
}

/** 0 to count - 1 in a drawn order. */
function shuffled(count: number, stream: Stream): number[] {
  const order = Array.from({ length: count }, (_, at) => at)
  for (let at = count - 1; at > 0; at--) {
    const other = stream.integer(at + 1)
    const taken = order[at]!
    order[at] = order[other]!
    order[other] = taken
  }
  return order
}
