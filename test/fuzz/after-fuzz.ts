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
  const doctor = await world.ask({ method: 'POST', url: '/v1/doctor', key, payload: {} })
  const { healthy, findings } = doctor.json() as { healthy?: boolean; findings: unknown }
  if (healthy !== true) problems.push(`the doctor finds: ${JSON.stringify(findings ?? doctor.json())}`)
  const polluted = Object.keys(Object.prototype)
  if (polluted.length > 0) problems.push(`every object has ${polluted.join(', ')}`)
  return problems
}
