// Replaces all mentions of a workspace by a next generation, again and again until it is killed; prints each committed
// generation. Arguments: workspace, first generation.
import { openMentions } from '../../dist/store/embedded/mentions.js'

const MENTIONS = 2000
const [workspace, first] = process.argv.slice(2)
const mentions = await openMentions(workspace)
for (let generation = Number(first); ; generation++) {
  const replacement = await mentions.startReplacement()
  const all = Array.from({ length: MENTIONS }, (_, i) => {
    const key = String(i).padStart(32, '0')
    return { key, author: key, source: `load@${generation}`, fields: {}, confidence: {} }
  })
  await replacement.append(all.slice(0, MENTIONS / 2))
  await replacement.append(all.slice(MENTIONS / 2))
  await replacement.commit()
  process.stdout.write(`${generation}\n`)
}
