import type { Learn } from '../engine/allocation/learn.ts'
import type { ConsentPolicy } from '../engine/decision/personal-use.ts'
import type { Judge } from '../engine/guard/experiment/guard-campaign.ts'
import type { Ports, Secrets } from '../engine/ports/ports.ts'
import type { CounterLoader } from '../engine/tracking/load-counters.ts'
import type { Fonts } from '../templates/fonts.ts'
import type { AdUnitPages } from './ad-unit-pages.ts'
import type { Rates } from './caller-rates.ts'
import type { DeliveryKeeper } from './delivery.ts'
import type { Limits } from './limits.ts'
import type { Metrics } from './metrics.ts'
import type { Serving } from './serving.ts'

export type ServerPorts = Pick<
  Ports,
  | 'documents'
  | 'blobs'
  | 'mentions'
  | 'files'
  | 'pictures'
  | 'tables'
  | 'eventLog'
  | 'counters'
  | 'deliveryHistory'
  | 'audit'
  | 'snapshots'
  | 'clock'
  | 'fonts'
>

export interface ServerConfig {
  /** What trackers and pictures are built on, no trailing slash. */
  readonly publicUrl: string
  /** There are no keys: one user on this machine. */
  readonly singleUser: boolean
  /** How consent is read; default: CONSENT_DEFAULTS. */
  readonly consent?: ConsentPolicy
  /** Folders of the page at /; a file is taken from the first that has it. */
  readonly webFolders?: readonly string[]
  /** Of code, sharp, ICU and fonts, as for loadPlan. */
  readonly fingerprint: string
  /** The text of the script of ad tags (web/tag.ts). */
  readonly tagScript: string
  /** How often weights are learnt and losing leaves merged; 0 or undefined: only when it is asked for. */
  readonly steerEveryMs?: number
  /** Default: DEFAULT_LIMITS. */
  readonly limits?: Limits
  /** How often callers may ask; without it as often as they like. */
  readonly rates?: Rates
  /** Addresses and networks whose X-Forwarded-For is believed; default none. */
  readonly trustedProxies?: readonly string[]
}

/** What the routes are given. */
export interface ApiContext {
  readonly ports: ServerPorts
  readonly secrets: Secrets
  readonly config: ServerConfig
  readonly fonts: Fonts
  readonly serving: Serving
  readonly keeper: DeliveryKeeper
  readonly adUnits: AdUnitPages
  readonly metrics: Metrics
  readonly loadCounters: CounterLoader
  readonly judge: Judge
  readonly learn: Learn
}
