import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Ended, makeWorkspace, polyad, polyadServe, removeFolder, type Served } from './polyad.ts'

/** Each is refused, or done, by whoever has the counters; the words and the status must not tell who that was. */
const COMMANDS: readonly (readonly [status: number, args: readonly string[]])[] = [
  [0, ['report', 'vans', '--by', 'placement']],
  [2, ['report', 'none']],
  [2, ['report', '']],
  [2, ['report', '../vans']],
  [2, ['report', 'vans', '--by', 'nonsense']],
  [2, ['report', 'vans', '--by', '']],
  [2, ['report', 'vans', '--from', 'june']],
  [2, ['report', 'vans', '--to', '']],
  [2, ['report', 'vans', '--from', '2026-06-02', '--to', '2026-06-01']],
  [2, ['report', 'vans', '--compare', 'none']],
  [2, ['report', 'vans', '--compare', '']],
  [2, ['report', 'vans', '--compare', 'vans']],
  [2, ['report', 'vans', '--compare', 'open-road', '--compare-from', 'june']],
  [3, ['plan', 'open-road', '--budget', '5000']],
  [3, ['plan', 'vans', '--budget', '5000']],
  [2, ['plan', 'vans', '--budget', 'lots']],
  [2, ['plan', 'vans', '--budget', '']],
  [2, ['plan', 'vans', '--budget', `5${'0'.repeat(60)}`]],
  [2, ['plan', 'vans', '--budget', '5000', '--value', '']],
  [2, ['plan', 'vans', '--budget', '5000', '--revision', '7']],
  [2, ['plan', 'none', '--budget', '5000']],
  [0, ['guard', '--campaign', 'vans', '--seed', 's'.repeat(200)]],
  [2, ['guard', '--campaign', 'none']],
  [2, ['guard', '--campaign', 'vans', '--to', 'june']],
  [2, ['guard', '--campaign', 'vans', '--outcome', 'clicks']],
  [0, ['events', 'export', '--out', 'all.csv']],
  [2, ['events', 'export', '--out', 'x.csv', '--campaign', 'none']],
  [2, ['events', 'export', '--out', 'x.csv', '--campaign', '']],
  [2, ['events', 'export', '--out', 'x.csv', '--from', 'june']],
  [2, ['events', 'export', '--out', 'nowhere/x.csv']],
  [3, ['check', 'vans']],
  [2, ['check', 'none']],
]

describe('beside a running server', () => {
  let home: string
  let server: Served | undefined
  let workspace: string
  const alone = new Map<readonly string[], Ended>()

  beforeAll(async () => {
    ;({ home, workspace } = await makeWorkspace())
    // The check is refused, and is there for those who ask: open-road has none.
    await polyad(workspace, ['check', 'vans'])
    for (const [, args] of COMMANDS) alone.set(args, await polyad(workspace, args))
    server = await polyadServe(workspace)
  })
  afterAll(async () => {
    await server?.stop()
    await removeFolder(home)
  })

  it.each(COMMANDS)(
    'a command ends with status %i and the words it ends with alone: %j',
    async (status, args) => {
      expect(alone.get(args)).toMatchObject({ status })
      expect(await polyad(workspace, args)).toEqual(alone.get(args))
    },
  )
})
