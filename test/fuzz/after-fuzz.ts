import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createCounterLoader } from '../../engine/tracking/load-counters.ts'
import { openCounters } from '../../store/embedded/counters.ts'
import type { World } from '../api/world.ts'

/** What is no longer right with a server and its workspace; empty: nothing. */
export async function problemsAfter(world: World): Promise<readonly string[]> {
  const problems: string[] = []
  const key = world.key('admin')
  const ready = await world.ask({ url: '/health/ready' })
  if (ready.statusCode !== 200) problems.push(`not ready: ${ready.body}`)
  const decision = await world.ask({
    method: 'POST',
    url: '/v1/decisions',
    key,
    payload: { placement: 'iab-300x250' },
  })
  if (decision.statusCode !== 200) problems.push(`no decision: ${decision.body}`)
  for (const kind of ['segments', 'templates', 'campaigns']) {
    const { items } = (await world.ask({ url: `/v1/${kind}`, key })).json() as {
      items: { problem?: string }[]
    }
    for (const { problem } of items) if (problem !== undefined) problems.push(`${kind}: ${problem}`)
  }
  if (!(await recountAgrees(world))) problems.push('the counters differ from a recount of the log')
  const polluted = Object.keys(Object.prototype)
  if (polluted.length > 0) problems.push(`every object has ${polluted.join(', ')}`)
  return problems
}

async function recountAgrees({ ports }: World): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), 'polyad-recount-'))
  const counters = await openCounters(folder)
  try {
    await createCounterLoader(ports)()
    await createCounterLoader({ ...ports, counters })()
    const query = { campaign: 'spring', timeZone: 'UTC' }
    const told = async (of: Pick<typeof counters, 'rows'>) =>
      (await of.rows(query))
        .map((row) => JSON.stringify(row))
        .sort()
        .join('\n')
    const ours = await told(ports.counters)
    return ours !== '' && ours === (await told(counters))
  } finally {
    await counters.close()
    await rm(folder, { recursive: true, force: true })
  }
}
