import type { Ports } from '../ports/ports.ts'
import { type CampaignLogQuery, readCampaignLog } from './campaign-log.ts'
import { evaluatePolicy } from './evaluate.ts'
import type { OpeReport } from './ope-report.ts'
import type { Policy } from './policy.ts'

export interface CampaignOpeQuery extends CampaignLogQuery {
  readonly policy: Policy
}

/**
 * What another policy would have brought in a campaign, from its own decisions.
 *
 * @param where the policy's source in people's words
 * @throws PolyadError as readCampaignLog and evaluatePolicy
 */
export async function valuePolicyOfCampaign(
  ports: Pick<Ports, 'documents' | 'blobs' | 'eventLog'>,
  name: string,
  { policy, ...query }: CampaignOpeQuery,
  where: string,
): Promise<OpeReport> {
  const logged = await readCampaignLog(ports, name, query)
  return evaluatePolicy(logged, policy, { outcome: logged.outcome, where })
}
