import '../cli/boot.ts'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import sharp from 'sharp'
import { identityHash } from '../core/hash.ts'
import { loadPlan } from '../engine/campaign/load-plan.ts'
import { checkBasis, checkName } from '../engine/guard/require-checked.ts'
import { rebuildPopulation } from '../engine/ingest/population.ts'
import type { Mention } from '../segments/mention.ts'
import { personKey } from '../segments/person-key.ts'
import {
  DECIDE_CAMPAIGN,
  DECIDE_TEMPLATE,
  decideCampaign,
  decideWorld,
  readerName,
} from './decide-campaign.ts'
import { openDemo, SEED } from './demo-workspace.ts'
import { SEGMENTS_CATALOGUE } from './segments-campaign.ts'

// A child process of decide.ts: the workspace of decide-campaign.ts in the folder it is told, its campaign checked.

const BATCH = 5_000
const folder = process.argv[2]!
const write = async (path: string, content: object): Promise<void> => {
  await mkdir(dirname(join(folder, path)), { recursive: true })
  await writeFile(join(folder, path), JSON.stringify(content))
}

const { rules, people } = decideWorld(SEED)
const names = rules.map((_, at) => `segment-${at}`)
await write('polyad.json', { polyad: 1 })
await write('segments/attributes.json', SEGMENTS_CATALOGUE)
await Promise.all(rules.map((rule, at) => write(`segments/${names[at]}.json`, { name: names[at], rule })))
await write('templates/plain/template.json', DECIDE_TEMPLATE)
await write(`campaigns/${DECIDE_CAMPAIGN}.json`, decideCampaign(names))
await mkdir(join(folder, 'assets'))
for (const [name, background] of [
  ['photo-0', '#88bbee'],
  ['photo-1', '#eebb88'],
] as const) {
  const picture = { create: { width: 320, height: 260, channels: 3, background } } as const
  await sharp(picture)
    .png()
    .toFile(join(folder, `assets/${name}.png`))
}
const { ports, secrets, fingerprint, close } = await openDemo(folder, { hold: true })
try {
  for (let from = 0; from < people.length; from += BATCH) {
    await ports.mentions.append(
      people.slice(from, from + BATCH).map((values, at) => ({
        key: identityHash(secrets.identityKey, `mention ${from + at}`),
        author: personKey(secrets.identityKey, readerName(from + at))!,
        atMs: 0,
        text: undefined,
        language: undefined,
        channel: undefined,
        source: 'bench',
        fields: values as Mention['fields'],
        confidence: {},
      })),
    )
  }
  await rebuildPopulation(ports)
  // Nobody buys here: the verdict is written, and not what the guard finds, which would take minutes of so many leaves.
  const { plan } = await loadPlan(ports, DECIDE_CAMPAIGN, { publicUrl: '', fingerprint })
  await ports.documents.write('check', checkName(DECIDE_CAMPAIGN, plan.revision), {
    version: 1,
    campaign: DECIDE_CAMPAIGN,
    revision: plan.revision,
    populationHash: plan.populationHash,
    basis: checkBasis(plan),
    verdict: 'passed',
    reasons: [],
  })
} finally {
  await close()
}
