import type { Fonts } from '../../templates/fonts.ts'
import type { Ports } from '../ports/ports.ts'
import type { CheckReport } from './check-report.ts'

export interface CheckOptions {
  /** Of code, sharp, ICU and fonts, as for loadPlan. */
  readonly fingerprint: string
  /** Texts are measured in them. */
  readonly fonts: Fonts
  /** Default the newest. */
  readonly revision?: number
  /** Go ahead although the guard refuses; kept with who and when. It never lifts the k floor. */
  readonly override?: { readonly reason: string; readonly who: string }
}

type CheckPorts = Pick<Ports, 'documents' | 'blobs' | 'files' | 'clock'>

/** Checks one revision of a campaign on the current population and keeps the report. */
export async function checkCampaign(
  ports: CheckPorts,
  name: string,
  options: CheckOptions,
): Promise<CheckReport> {
  throw new Error(`not built yet: ${name} ${options.fingerprint} ${typeof ports.blobs}`)
}
