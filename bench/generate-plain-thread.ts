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
  | { readonly kind: 'chunk'; readonly bytes: Uint8Array }
  | { readonly kind: 'finished'; readonly rows: number }

/** Characters gathered before they are encoded and handed over. */
const CHUNK_LENGTH = 1_000_000
const WARM_ROWS = 10_000n

const { plan, fromRank, toRank, budgetMs } = workerData as PlainSettings
const rows = createPlainRows(plan)
const encoder = new TextEncoder()
const warmTo = fromRank + WARM_ROWS < toRank ? fromRank + WARM_ROWS : toRank
for (const row of rows(fromRank, warmTo)) encoder.encode(row)

parentPort!.once('message', () => {
  const endMs = performance.now() + budgetMs
  let made = 0
  let text = ''
  const handOver = (): void => {
    const bytes = encoder.encode(text)
    answer({ kind: 'chunk', bytes }, [bytes.buffer])
    text = ''
  }
  for (const row of rows(fromRank, toRank)) {
    text += row
    made++
    if (text.length < CHUNK_LENGTH) continue
    handOver()
    if (performance.now() > endMs) break
  }
  if (text !== '') handOver()
  answer({ kind: 'finished', rows: made })
})
answer({ kind: 'ready' })

function answer(message: PlainAnswer, moved: ArrayBuffer[] = []): void {
  parentPort!.postMessage(message, moved)
}
