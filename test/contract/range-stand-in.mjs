// A worker that speaks jobs/local/thread-message.ts and makes a range's bytes from the job alone, so that the contract
// of jobs can be tried without a campaign. `options`: waitMs, fail ('code', 'error' or 'exit').
import { appendFileSync, closeSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'

const note = (what) => appendFileSync(join(workerData.workspaceFolder, 'ranges.txt'), `${what}\n`)

parentPort.on('message', async (job) => {
  note('begun')
  await setTimeout(job.options.waitMs ?? 0)
  note('ended')
  if (job.options.fail === 'exit') process.exit(7)
  if (job.options.fail === 'error') {
    parentPort.postMessage({ failure: { message: 'a bug', stack: 'Error: a bug\n    at somewhere' } })
  } else if (job.options.fail === 'code') {
    const details = { rank: job.fromRank, count: '10' }
    const failure = { message: 'out of range', stack: 'there', code: 'RANK_OUT_OF_RANGE', details }
    parentPort.postMessage({ failure })
  } else {
    let bytes = new TextEncoder().encode(`${job.fromRank}-${job.toRank};`)
    if (job.into) {
      const file = openSync(job.into.path, 'r+')
      writeSync(file, bytes, 0, bytes.length, job.into.atByte)
      closeSync(file)
      bytes = new Uint8Array()
    }
    parentPort.postMessage({ bytes, units: Number(job.toRank) - Number(job.fromRank) }, [bytes.buffer])
  }
})
