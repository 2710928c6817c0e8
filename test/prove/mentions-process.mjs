// Appends batches of numbered mentions to a workspace until it is killed; prints each acknowledged batch's range.
// Arguments: workspace, first number.
import { openMentions } from '../../dist/store/embedded/mentions.js'

const [workspace, first] = process.argv.slice(2)
const mentions = await openMentions(workspace)
for (let next = Number(first); ; next += 200) {
  const batch = Array.from({ length: 200 }, (_, i) => {
    const key = String(next + i).padStart(32, '0')
    return { key, author: key, source: 'load@1', fields: {}, confidence: {} }
  })
  await mentions.append(batch)
  process.stdout.write(`${next}\n`)
}
