// Renders the pictures of a stored plan with worker threads into a zip file or a folder, going on where an earlier
// process was killed. Arguments: workspace, hash of the plan, zip file or folder. Prints a line when it begins.
import { fileURLToPath } from 'node:url'
import '../../dist/cli/boot.js'
import { writeRendered } from '../../dist/cli/render-output.js'
import { loadPlanByHash } from '../../dist/engine/campaign/load-plan.js'
import { openJobs } from '../../dist/jobs/local/jobs.js'
import { openBlobs } from '../../dist/store/embedded/blobs.js'
import { openOutputs } from '../../dist/store/embedded/outputs.js'

const [workspaceFolder, planHash, out] = process.argv.slice(2)
const fontsFolder = fileURLToPath(new URL('../../templates/fonts', import.meta.url))
const plan = await loadPlanByHash(await openBlobs(workspaceFolder), planHash)
const jobs = openJobs({ workers: 2, workspaceFolder, fontsFolder })
process.stdout.write('begun\n')
const output = { note: (text) => process.stdout.write(`${text}\n`) }
const request = { plan, planHash, format: 'jpeg', stepUnits: 8n, force: false }
const parts = { ports: { jobs }, outputs: openOutputs(workspaceFolder) }
await writeRendered(parts, out, request, { output, signal: new AbortController().signal })
await jobs.close()
process.stdout.write('finished\n')
