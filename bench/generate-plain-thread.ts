import { openSync, writeSync } from 'node:fs'
import { devNull } from 'node:os'
import { parentPort, workerData } from 'node:worker_threads'
import type { Plan } from '../engine/campaign/plan.ts'
import { createPlainRows } from './generate-plain.ts'

export interface PlainSettings {
  readonly plan: Plan
  readonly fromRank: bigint
  readonly toRank: bigint
  /** Stops after this time, also in the middle. */
  readonly budgetMs: number
}

export type PlainAnswer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'finished'; readonly rows: number; readonly bytes: number }

/** Characters gathered before they are encoded and written. */
const CHUNK_LENGTH = 1_000_000
const WARM_ROWS = 10_000n

const { plan, fromRank, toRank, budgetMs } = workerData as PlainSettings
const rows = createPlainRows(plan)
const encoder = new TextEncoder()
const sink = openSync(devNull, 'w')
const warmTo = fromRank + WARM_ROWS < toRank ? fromRank + WARM_ROWS : toRank
for (const row of rows(fromRank, warmTo)) encoder.encode(row)

parentPort!.once('message', () => {
  const endMs = performance.now() + budgetMs
  let made = 0
  let written = 0
  let text = ''
  const write = (): void => {
    written += writeSync(sink, encoder.encode(text))
    text = ''
  }
  for (const row of rows(fromRank, toRank)) {
    text += row
    made++
    if (text.length < CHUNK_LENGTH) continue
    write()
    if (performance.now() > endMs) break
  }
  if (text !== '') write()
  answer({ kind: 'finished', rows: made, bytes: written })
})
answer({ kind: 'ready' })

function answer(message: PlainAnswer): void {
  parentPort!.postMessage(message)
}
