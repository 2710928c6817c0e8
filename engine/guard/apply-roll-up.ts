import { PolyadError } from '../../core/errors.ts'
import { createDoor } from '../../core/schema.ts'
import { CampaignSchema } from '../campaign/campaign.ts'
import type { Ports } from '../ports/ports.ts'
import type { CheckReport } from './check-report.ts'
import { noCheckText, readCheck } from './require-checked.ts'

export interface AppliedRollUp {
  /** Revision of the rolled-up campaign; check it next. */
  readonly revision: number
  readonly rollUp: NonNullable<CheckReport['rollUp']>
}

const parseCampaign = createDoor('campaign', CampaignSchema)

/**
 * Writes the roll-up that the check of the newest revision proposes as a new revision of the campaign.
 *
 * @throws PolyadError CHECK_MISSING when the newest revision was not checked; INPUT_INVALID when its check proposes
 * nothing; CONFLICT when the campaign changes at the same moment
 */
export async function applyRollUp(ports: Pick<Ports, 'documents'>, name: string): Promise<AppliedRollUp> {
  const document = await ports.documents.read('campaign', name)
  if (!document) throw new PolyadError('NOT_FOUND', { what: 'campaign', name })
  const { revision, hash } = document
  const report = await readCheck(ports, name, revision)
  if (!report) {
    throw new PolyadError('CHECK_MISSING', {
      campaign: name,
      revision,
      reason: await noCheckText(ports, name, revision),
    })
  }
  const { rollUp } = report
  if (!rollUp) {
    const problem = 'its check proposes no roll-up'
    throw new PolyadError('INPUT_INVALID', { what: 'campaign', where: `${name}@${revision}`, problem })
  }
  const campaign = parseCampaign(document.body, `campaigns/${name}.json`)
  const written = await ports.documents.write(
    'campaign',
    name,
    { ...campaign, segments: rollUp.entries },
    { ifHash: hash },
  )
  return { revision: written.revision, rollUp }
}
