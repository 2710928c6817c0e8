import type { FastifyBaseLogger } from 'fastify'
import { allocateCampaign } from '../engine/allocation/allocate-campaign.ts'
import { allocationRule } from '../engine/campaign/allocation.ts'
import { mergeLosing } from '../engine/guard/moves/move-leaves.ts'
import type { ApiContext } from './context.ts'

/**
 * What the server does again and again for every campaign that it serves: learns the weights of its options, and merges
 * leaves in which narrow is shown to lose, where the campaign allows that. A campaign that fails keeps no other from it.
 */
export async function steerServed(
  context: Pick<ApiContext, 'ports' | 'serving' | 'loadCounters' | 'learn'>,
  log: Pick<FastifyBaseLogger, 'info' | 'error'>,
): Promise<void> {
  const { ports, serving, learn } = context
  const plans = serving.decider().campaigns.map(({ plan }) => plan)
  const learning = plans.filter(({ campaign }) => allocationRule(campaign) === 'thompson')
  const guarded = plans.filter(({ campaign }) => campaign.autoMerge !== false)
  if (learning.length + guarded.length === 0) return
  await context.loadCounters()
  const work = async (campaign: string, what: () => Promise<boolean>): Promise<void> => {
    try {
      if (await what()) await serving.steerAnew(campaign)
    } catch (error) {
      log.error({ err: error, campaign }, 'steering failed')
    }
  }
  for (const plan of learning) {
    const { name } = plan.campaign
    await work(name, async () => {
      const { moved, before, weightsVersion } = await allocateCampaign(ports, plan, { learn, store: true })
      if (moved) log.info({ campaign: name, weightsVersion, before }, 'weights moved')
      return moved
    })
  }
  for (const { campaign } of guarded) {
    await work(campaign.name, async () => {
      return (await mergeLosing(ports, campaign.name, { by: 'schedule' })).merged.length > 0
    })
  }
}
