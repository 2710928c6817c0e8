import { mkdir, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { PolyadError } from '../../core/errors.ts'
import { applyRollUp } from '../../engine/guard/apply-roll-up.ts'
import type { CheckReport } from '../../engine/guard/check-report.ts'
import { loadPopulation } from '../../engine/ingest/population.ts'
import { workspaceSegments } from '../../engine/ingest/workspace-segments.ts'
import type { Report } from '../../engine/reporting/report.ts'
import { GENERATE_DEFAULTS } from '../../examples/generate-mentions.ts'
import { writeMentions } from '../../examples/write-mentions.ts'
import { holderOf } from '../../store/embedded/hold-workspace.ts'
import type { Invocation } from '../command.ts'
import { runCheck } from '../commands/check.ts'
import { generateFile } from '../commands/generate.ts'
import { importFile, readMapping } from '../commands/import.ts'
import { renderFiles } from '../commands/render.ts'
import { openWorkspace, type Workspace } from '../compose.ts'
import { copyExample } from '../example.ts'
import { count } from '../output.ts'
import { type RunningServer, startServer } from '../serving.ts'
import { markDemo, stateOfDemo } from './marker.ts'
import { driveDemoTraffic } from './traffic.ts'

export const DEMO_CAMPAIGN = 'open-road'
export const DEMO_SEED = 'open-road-1'
const PICTURES = 48n
const NOTHING_SERVED = { without: 'nothing has been served yet' }

/** What the steps hand on to each other. */
export interface DemoState {
  readonly folder: string
  readonly invocation: Invocation
  readonly address: { readonly host: string; readonly port: number }
  workspace?: Workspace
  server?: RunningServer
  report?: Report
}

/** A step answers with what it did, and how much of it. */
interface Step {
  readonly name: string
  readonly run: (state: DemoState) => Promise<string>
}

/** The whole job, in order. */
export const STEPS: readonly Step[] = [
  { name: 'workspace', run: makeWorkspace },
  { name: 'listening data', run: makeListeningData },
  { name: 'import', run: importListeningData },
  { name: 'segments', run: sizeSegments },
  { name: 'check, full grid', run: checkFullGrid },
  { name: 'roll up', run: rollUp },
  { name: 'generate', run: generate },
  { name: 'render', run: render },
  { name: 'serve', run: serve },
  { name: 'simulated traffic', run: simulate },
  { name: 'report', run: report },
]

async function makeWorkspace(state: DemoState): Promise<string> {
  const { folder, invocation } = state
  const holder = await holderOf(folder)
  if (holder) {
    const text = `${holder.command} (process ${holder.pid})${holder.url ? ` at ${holder.url}` : ''}`
    throw new PolyadError('WORKSPACE_HELD', { folder, holder: text })
  }
  const found = await stateOfDemo(folder)
  if (found === 'changed' || found === 'foreign') {
    const problem =
      found === 'changed'
        ? 'its files were changed since the demo made it'
        : 'it is not a demo, and not empty'
    throw new PolyadError('FILE_UNWRITABLE', {
      path: folder,
      problem: `${problem}; remove it, or name another folder with --workspace`,
    })
  }
  if (found === 'untouched') await rm(folder, { recursive: true })
  await copyExample(folder)
  await markDemo(folder)
  state.workspace = await openWorkspace(invocation.config, folder, { hold: 'demo', servesOthers: true })
  const again = found === 'untouched' ? ', made anew' : ''
  return `${basename(folder)}/ with the bundled example${again}; an invented brand, synthetic data`
}

function dataFile(state: DemoState): string {
  return join(state.folder, 'mentions.jsonl.gz')
}

async function makeListeningData(state: DemoState): Promise<string> {
  const rows = await writeMentions(dataFile(state), { seed: DEMO_SEED })
  return `${count(rows)} synthetic rows by ${count(GENERATE_DEFAULTS.authors)} authors, written to ${basename(dataFile(state))}`
}

async function importListeningData(state: DemoState): Promise<string> {
  const workspace = opened(state)
  const mapping = await readMapping(workspace, 'listening')
  const { added, duplicates, rejected, population } = await importFile(
    workspace,
    dataFile(state),
    mapping,
    state.invocation,
  )
  const people = count(population?.people ?? 0)
  return `${count(added)} mentions by ${people} people; ${count(duplicates)} duplicates, ${count(rejected)} rejected`
}

async function sizeSegments(state: DemoState): Promise<string> {
  const { ports } = opened(state)
  const population = await loadPopulation(ports)
  const { segments } = await workspaceSegments(ports, population)
  return `${count(segments.length)} segments sized over ${count(population.people)} people`
}

async function checkFullGrid(state: DemoState): Promise<string> {
  const report = await runCheck(opened(state), DEMO_CAMPAIGN, { history: NOTHING_SERVED })
  await markDemo(state.folder)
  if (report.verdict !== 'refused') throw new Error('the full grid of the example should be refused')
  const { before } = report
  return `REFUSED: ${count(before.starvedLeaves)} of ${count(before.leaves)} leaves too small to learn from (${adUnits(report)} ad units)`
}

async function rollUp(state: DemoState): Promise<string> {
  const { ports } = opened(state)
  await applyRollUp(ports, DEMO_CAMPAIGN)
  const report = await runCheck(opened(state), DEMO_CAMPAIGN, { history: NOTHING_SERVED })
  await markDemo(state.folder)
  if (report.verdict !== 'passed') throw new Error('the rolled-up example should pass its check')
  return `PASSED: revision ${report.revision} has ${count(report.before.leaves)} leaves, ${adUnits(report)} ad units`
}

function adUnits(report: CheckReport): string {
  return count(BigInt(report.adUnits.count))
}

async function generate(state: DemoState): Promise<string> {
  const file = join(state.folder, 'out/ad-units.jsonl')
  await mkdir(dirname(file), { recursive: true })
  const done = await generateFile(opened(state), DEMO_CAMPAIGN, file, 'jsonl', {}, state.invocation)
  const megabytes = count(Math.round(done.bytes / 1e6))
  return `${count(BigInt(done.adUnits))} ad units to out/${basename(file)} (${megabytes} MB)`
}

async function render(state: DemoState): Promise<string> {
  const folder = join(state.folder, 'out/pictures')
  const sample = { size: PICTURES, seed: DEMO_SEED }
  const done = await renderFiles(
    opened(state),
    DEMO_CAMPAIGN,
    folder,
    { format: 'jpeg' },
    { sample },
    state.invocation,
  )
  return `${count(done.pictures)} pictures, drawn by chance from all, to out/pictures/`
}

async function serve(state: DemoState): Promise<string> {
  state.server = await startServer(opened(state), state.invocation.config, state.address)
  return `the API and the page at ${state.server.url}`
}

async function simulate(state: DemoState): Promise<string> {
  const { decisions, impressions, clicks } = await driveDemoTraffic(opened(state), state.server!.url, {
    campaign: DEMO_CAMPAIGN,
    seed: DEMO_SEED,
    ...state.invocation,
  })
  return `${count(decisions)} requests over HTTP, ${count(impressions)} impressions, ${count(clicks)} clicks; nobody saw them`
}

async function report(state: DemoState): Promise<string> {
  const response = await fetch(`${state.server!.url}/v1/campaigns/${DEMO_CAMPAIGN}/report`)
  if (!response.ok) throw new Error(`the report answered ${response.status}: ${await response.text()}`)
  state.report = (await response.json()) as Report
  return `simulated: ${state.report.comparison.text}`
}

function opened(state: DemoState): Workspace {
  if (!state.workspace) throw new Error('the workspace step comes first')
  return state.workspace
}
