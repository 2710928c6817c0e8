// Generates a file from a stored plan with worker threads, going on where an earlier process was killed.
// Arguments: workspace, hash of the plan, format, file. Prints a line when it begins and one with the steps it found.
import { fileURLToPath } from 'node:url'
import { loadPlanByHash } from '../../dist/engine/campaign/load-plan.js'
import { generateIntoFile, runIdentity } from '../../dist/engine/generate/generate-file.js'
import { openResumableFile } from '../../dist/io/resumable-file.js'
import { openJobs } from '../../dist/jobs/local/jobs.js'
import { openBlobs } from '../../dist/store/embedded/blobs.js'

const [workspaceFolder, planHash, format, path] = process.argv.slice(2)
const fontsFolder = fileURLToPath(new URL('../../templates/fonts', import.meta.url))
const plan = await loadPlanByHash(await openBlobs(workspaceFolder), planHash)
const jobs = openJobs({ workers: 2, workspaceFolder, fontsFolder })
const request = { plan, planHash, format, stepUnits: 2_000n, markBytes: 1_000_000 }
const file = await openResumableFile(path, { identity: runIdentity(request), title: 'a proof' })
process.stdout.write(`found ${file.found.steps}\n`)
await generateIntoFile({ jobs }, request, file)
await file.complete()
await jobs.close()
process.stdout.write('finished\n')
