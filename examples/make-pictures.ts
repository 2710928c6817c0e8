import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'
import { createStream } from '../core/stream.ts'
import { LOGO } from './pictures/logo.ts'
import { SIDE } from './pictures/scenery.ts'
import { SCENES } from './pictures/scenes.ts'

/**
 * Draws the demo workspace's pictures anew: `node dist/examples/make-pictures.js [FOLDER]`. They are kept in git, so
 * this runs only when a scene changes. No photograph and nothing of anybody else is in them.
 */
const folder =
  process.argv[2] ??
  join(
    dirname(fileURLToPath(import.meta.url)),
    import.meta.url.includes('/dist/') ? '../..' : '..',
    'examples/demo/assets',
  )

await mkdir(folder, { recursive: true })
for (const [name, scene] of Object.entries(SCENES)) {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${SIDE} ${SIDE}" width="${SIDE}" height="${SIDE}">${scene(createStream(`driftpine/${name}`))}</svg>`
  const picture = await sharp(Buffer.from(svg)).flatten().jpeg({ quality: 84, mozjpeg: true }).toBuffer()
  await writeFile(join(folder, `${name}.jpg`), picture)
}
await writeFile(join(folder, 'logo.svg'), `${LOGO}\n`)
await sharp(Buffer.from(LOGO)).png({ compressionLevel: 9, palette: true }).toFile(join(folder, 'logo.png'))
