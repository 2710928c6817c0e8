import '../cli/boot.ts'
import { join } from 'node:path'
import { importFile, readMapping } from '../cli/commands/import.ts'
import type { Workspace } from '../cli/compose.ts'
import { DEMO_CAMPAIGN } from '../cli/demo/steps.ts'
import { copyExample } from '../cli/example.ts'
import { createOutput } from '../cli/output.ts'
import { applyRollUp } from '../engine/guard/apply-roll-up.ts'
import { checkCampaign } from '../engine/guard/check-campaign.ts'
import { writeMentions } from '../examples/write-mentions.ts'
import { openDemo, SEED } from './demo-workspace.ts'

// A child process of demo-workspace.ts: the example with synthetic mentions imported, its campaign checked, rolled up
// and checked again, in the folder it is told.

/** A quarter of the demo's: enough for a campaign of over a million ad units. */
const MENTIONS = 60_000
const AUTHORS = 20_000

const folder = process.argv[2]!
await copyExample(folder)
const mentions = join(folder, 'mentions.jsonl')
await writeMentions(mentions, { seed: SEED, mentions: MENTIONS, authors: AUTHORS })
const workspace = await openDemo(folder, { hold: true })
try {
  const mapping = await readMapping(workspace, 'listening')
  const { signal } = new AbortController()
  await importFile(workspace, mentions, mapping, { output: createOutput(), signal })
  await check(workspace)
  await applyRollUp(workspace.ports, DEMO_CAMPAIGN)
  await check(workspace)
} finally {
  await workspace.close()
}

/** Fewer people than the budget was meant for make some reasons to refuse: overridden, since nothing is bought. */
async function check({ ports, fonts, fingerprint }: Workspace): Promise<void> {
  const override = { reason: 'a bench', who: 'bench' }
  await checkCampaign(ports, DEMO_CAMPAIGN, { fonts, fingerprint, override })
}
