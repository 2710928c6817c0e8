import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { withRemotePictures } from '../../../io/remote-pictures.ts'
import { createWorkspaceFiles } from '../../../io/workspace.ts'
import { openBlobs } from '../../../store/embedded/blobs.ts'
import { PNG } from '../campaign/memory-workspace.ts'

it('an address is fetched once, kept by hash, and only while its host is allowed; what is no picture is not kept', async () => {
  let asked = 0
  const server = createServer((request, response) => {
    asked++
    response.writeHead(200, { 'content-type': 'image/png' }).end(request.url === '/a.png' ? PNG : 'text')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const folder = await mkdtemp(join(tmpdir(), 'polyad-remote-'))
  try {
    const host = `cdn.example:${(server.address() as AddressInfo).port}`
    const blobs = await openBlobs(folder)
    const filesWith = (hosts: string[]) =>
      withRemotePictures(createWorkspaceFiles(folder), folder, blobs, {
        hosts,
        resolve: async () => ['127.0.0.1'],
        isAllowed: () => true,
      })
    const url = `http://${host}/a.png`
    const both = await Promise.all([filesWith([host]).read(url), filesWith([host]).read(url)])
    expect(both.map((bytes) => Buffer.from(bytes!).equals(PNG))).toEqual([true, true])
    const before = asked
    expect(Buffer.from((await filesWith([host]).read(url))!).equals(PNG)).toBe(true)
    expect(asked).toBe(before)
    await expect(filesWith([]).read(url)).rejects.toMatchObject({ code: 'REMOTE_REFUSED' })
    await expect(filesWith([host]).read(`http://${host}/b.png`)).rejects.toMatchObject({
      code: 'PICTURE_INVALID',
    })
    expect(await filesWith([host]).read('assets/none.png')).toBeUndefined()
  } finally {
    server.close()
    await rm(folder, { recursive: true })
  }
})
