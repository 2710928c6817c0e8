import type { Ports } from '../ports/ports.ts'
import type { CheckReport } from './check-report.ts'

export interface AppliedRollUp {
  /** Revision of the rolled-up campaign; check it next. */
  readonly revision: number
  readonly rollUp: NonNullable<CheckReport['rollUp']>
}

/** Writes the roll-up that the newest check of a campaign proposes as a new revision of the campaign. */
export async function applyRollUp(ports: Pick<Ports, 'documents'>, name: string): Promise<AppliedRollUp> {
  throw new Error(`not built yet: ${name} ${typeof ports.documents}`)
}
