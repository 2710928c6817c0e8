import { type AdditiveMeans, type Factors, fitAdditiveMeans } from '../../stats/additive-means.ts'
import { Z_95 } from '../../stats/normal.ts'
import {
  clusteredMean,
  doublyRobust,
  inversePropensity,
  leastErrors,
  type PolicyValue,
  type RewardRow,
  selfNormalised,
  weightSpread,
} from '../../stats/off-policy.ts'
import type { ChoiceLog } from './choice-log.ts'
import { type Chooser, type CompiledPolicy, compilePolicy } from './compile-policy.ts'
import { learnRates } from './learn-rates.ts'
import type { OpeEstimate, OpeOutcome, OpeReport } from './ope-report.ts'
import type { Policy } from './policy.ts'
import { refusalOf } from './refusal.ts'
import { createPolicyWalk, type PolicyWalk } from './walk-policy.ts'

/** A log, and what is known of it. */
export interface LoggedChoices {
  readonly log: ChoiceLog
  readonly from: OpeReport['log']
  readonly currency: string | null
  /** Who is left out, in sentences. */
  readonly notes: readonly string[]
}

export interface EvaluateOptions {
  readonly outcome: OpeOutcome
  /** The policy's source in people's words. */
  readonly where: string
}

/** The outcome model, and what `best` takes, are learnt on the people of the other folds. */
const FOLDS = 5
/** The mean weight is off when it is farther from 1 than so many of its errors, and by so much. */
const ERRORS_OFF = 4
const SHARE_OFF = 0.02

/**
 * What a decision would have brought under another policy, from decisions as they were logged, beside what it brought.
 *
 * @throws PolyadError INPUT_INVALID for a policy that does not fit the log; EVALUATION_REFUSED where too few decisions
 * carry the answer
 */
export function evaluatePolicy(
  { log, from, currency, notes }: LoggedChoices,
  policy: Policy,
  { outcome, where }: EvaluateOptions,
): OpeReport {
  const what = from.campaign === undefined ? from.file! : `campaign ${from.campaign}`
  if (log.rows === 0) throw refusalOf(what, 'there is no decision to value it on')
  const compiled = compilePolicy(policy, log, where)
  const folds = Array.from({ length: Math.min(FOLDS, log.people) }, (_, fold) => fold)
  const walks = folds.map((fold) =>
    createPolicyWalk(
      log,
      compiled.floor,
      learnRates(log, compiled, (row) => foldOf(log, row) !== fold),
    ),
  )
  const weighed = weighRows(log, compiled, walks)
  const predicted = predictRows(log, compiled, walks, weighed)
  const rows = weighed.rows.map((row, at): RewardRow => ({ ...row, ...predicted?.[at] }))
  const normalised = selfNormalised(rows)
  const slots = slotDiagnostics(log, weighed)
  if (normalised.refusal) throw refusalOf(what, { rows: rows.length, ...normalised, slots })

  const isRate = outcome !== 'value'
  const least = leastErrors(rows)
  const estimate = ({ value, standardError, difference }: PolicyValue): OpeEstimate => ({
    ...intervalOf({ value, standardError: Math.max(standardError, least.value) }, isRate),
    difference: intervalOf(
      { ...difference, standardError: Math.max(difference.standardError, least.difference) },
      undefined,
    ),
  })
  const meanWeight = clusteredMean(rows, (at) => rows[at]!.weight)
  const off = Math.abs(meanWeight.value - 1)
  return {
    version: 1,
    log: { ...from, decisions: rows.length },
    policy: { ...(policy.name !== undefined && { name: policy.name }), best: bestOptions(log, compiled) },
    outcome,
    currency: outcome === 'value' ? currency : null,
    logged: intervalOf(
      clusteredMean(rows, (at) => rows[at]!.reward),
      isRate,
    ),
    estimates: {
      inversePropensity: estimate(inversePropensity(rows)),
      selfNormalised: estimate(normalised),
      doublyRobust: predicted ? estimate(doublyRobust(rows)) : null,
    },
    diagnostics: {
      effectiveSample: normalised.effectiveSample,
      largestWeightShare: normalised.largestWeightShare,
      meanWeight: intervalOf(meanWeight, undefined),
      propensitiesHold: off <= SHARE_OFF || off <= ERRORS_OFF * meanWeight.standardError,
      overlap: overlapOf(log, compiled, walks, weighed),
      slots,
    },
    notes: [...notes, ...notesOf(weighed, predicted !== undefined)],
  }
}

function foldOf(log: ChoiceLog, row: number): number {
  return log.person[row]! % FOLDS
}

interface WeighedRows {
  /** Numbers of the rows in the log. */
  readonly at: readonly number[]
  readonly rows: readonly RewardRow[]
  /** By row, then by slot. */
  readonly ratios: readonly Float64Array[]
  readonly notInTree: number
}

function weighRows(log: ChoiceLog, policy: CompiledPolicy, walks: readonly PolicyWalk[]): WeighedRows {
  const at: number[] = []
  const rows: RewardRow[] = []
  const ratios: Float64Array[] = []
  for (let row = 0; row < log.rows; row++) {
    const ofSlots = walks[foldOf(log, row)]!.ratiosOf(row, policy.choosersOf(row))
    if (!ofSlots) continue
    at.push(row)
    ratios.push(ofSlots)
    const weight = ofSlots.reduce((product, ratio) => product * ratio, 1)
    rows.push({ weight, reward: log.reward[row]!, cluster: log.person[row]! })
  }
  return { at, rows, ratios, notInTree: log.rows - rows.length }
}

/** What a model of the other folds expects; undefined where the policy's choices cannot be told. */
function predictRows(
  log: ChoiceLog,
  policy: CompiledPolicy,
  walks: readonly PolicyWalk[],
  { at }: WeighedRows,
): readonly Required<Pick<RewardRow, 'predictedByPolicy' | 'predictedLogged'>>[] | undefined {
  const factors: Factors = {
    levels: [...log.slots.map(({ chosen }) => chosen), ...log.columns.map(({ of }) => of)],
    sizes: [
      ...log.slots.map(({ options }) => options.length),
      ...log.columns.map(({ values }) => values.length),
    ],
  }
  const models = walks.map((_, fold) =>
    fitAdditiveMeans(factors, log.reward, (row) => foldOf(log, row) !== fold),
  )
  const predicted: Required<Pick<RewardRow, 'predictedByPolicy' | 'predictedLogged'>>[] = []
  for (const row of at) {
    const fold = foldOf(log, row)
    const model = models[fold]!
    const choosers = policy.choosersOf(row)
    const effect = walks[fold]!.expectedEffect(log.roots[row]!, choosers, model.effects, 'model')
    if (effect === undefined) return undefined
    const base = baseOf(log, model, row)
    predicted.push({
      predictedByPolicy: base + effect,
      predictedLogged: base + chosenEffect(log, model, choosers, row),
    })
  }
  return predicted
}

/** The model's mean with the effects of the columns. */
function baseOf(log: ChoiceLog, { mean, effects }: AdditiveMeans, row: number): number {
  return log.columns.reduce((sum, { of }, column) => {
    const level = of[row]!
    return level < 0 ? sum : sum + effects[log.slots.length + column]![level]!
  }, mean)
}

function chosenEffect(
  log: ChoiceLog,
  { effects }: AdditiveMeans,
  choosers: readonly Chooser[],
  row: number,
): number {
  return log.slots.reduce((sum, { chosen }, slot) => {
    const option = chosen[row]!
    return option < 0 || choosers[slot]!.kind === 'logged' ? sum : sum + effects[slot]![option]!
  }, 0)
}

function slotDiagnostics(log: ChoiceLog, { rows, ratios }: WeighedRows): OpeReport['diagnostics']['slots'] {
  return log.slots.map(({ name }, slot) => {
    const ratioOf = (at: number) => ratios[at]![slot]!
    return {
      slot: name,
      effectiveSample: weightSpread(rows, ratioOf).effectiveSample,
      meanWeight: clusteredMean(rows, ratioOf).value,
    }
  })
}

/** Less the expected number of options in a choice that nobody was shown. */
function overlapOf(
  log: ChoiceLog,
  policy: CompiledPolicy,
  walks: readonly PolicyWalk[],
  { at }: WeighedRows,
): number {
  const never = log.slots.map(({ options, chosen }) => {
    const shown = new Set(chosen)
    return options.map((_, option) => (shown.has(option) ? 0 : 1))
  })
  if (never.every((ofSlot) => ofSlot.every((each) => each === 0))) return 1
  let sum = 0
  for (const row of at) {
    const walk = walks[foldOf(log, row)]!
    sum += Math.min(1, walk.expectedEffect(log.roots[row]!, policy.choosersOf(row), never, 'never') ?? 0)
  }
  return 1 - sum / at.length
}

/** What `best` takes when it is learnt on all rows, for people to read. */
function bestOptions(log: ChoiceLog, policy: CompiledPolicy): OpeReport['policy']['best'] {
  const learnt = learnRates(log, policy, () => true)
  const groups = new Map<string, { readonly slot: number; readonly group: string }>()
  for (let row = 0; row < log.rows; row++) {
    for (const [slot, chooser] of policy.choosersOf(row).entries()) {
      if (chooser.kind === 'best') groups.set(`${slot}/${chooser.group}`, { slot, group: chooser.group })
    }
  }
  return [...groups.values()].map(({ slot, group }) => {
    const rates = learnt(slot, group)
    const option = rates.reduce((best, rate, each) => (rate > rates[best]! ? each : best), 0)
    return {
      slot: log.slots[slot]!.name,
      ...(group !== '' && { where: Number(group) }),
      option: log.slots[slot]!.options[option]!,
      rate: rates[option]!,
    }
  })
}

/** @param isRate within [0, 1]; undefined: any number, false: any from 0 */
function intervalOf(
  { value, standardError }: { readonly value: number; readonly standardError: number },
  isRate: boolean | undefined,
): { readonly value: number; readonly low: number; readonly high: number } {
  const half = Z_95 * standardError
  const least = isRate === undefined ? Number.NEGATIVE_INFINITY : 0
  return { value, low: Math.max(least, value - half), high: Math.min(isRate ? 1 : Infinity, value + half) }
}

function notesOf({ notInTree }: WeighedRows, isPredicted: boolean): string[] {
  return [
    ...(notInTree > 0 ? [`${notInTree} decisions show what was not allowed there; they are left out`] : []),
    ...(isPredicted
      ? []
      : ['the doubly robust value is not told: what the policy may choose hangs on a slot chosen as logged']),
  ]
}
