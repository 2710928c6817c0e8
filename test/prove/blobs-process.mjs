// Puts blobs of 8 MB into a workspace until it is killed; prints each hash it was answered.
// Arguments: workspace, first number.
import { openBlobs } from '../../dist/store/embedded/blobs.js'

const [workspace, first] = process.argv.slice(2)
const blobs = await openBlobs(workspace)
for (let number = Number(first); ; number++) {
  process.stdout.write(`${await blobs.put(Buffer.alloc(8_000_000, `blob ${number} `))}\n`)
}
