import type { Clock } from '../../core/time.ts'
import type { Fonts } from '../../templates/fonts.ts'
import type { TokenKey } from '../tracking/token-keys.ts'
import type { AuditLog } from './audit.ts'
import type { Blobs } from './blobs.ts'
import type { Counters } from './counters.ts'
import type { DeliveryHistory } from './delivery-history.ts'
import type { Documents } from './documents.ts'
import type { EventLog } from './event-log.ts'
import type { Jobs } from './jobs.ts'
import type { Mentions } from './mentions.ts'
import type { PictureFolder } from './picture-folder.ts'
import type { Snapshots } from './snapshots.ts'
import type { TableFiles } from './table-files.ts'
import type { WorkspaceFiles } from './workspace-files.ts'

/** Everything the engine needs from outside. A use case takes the few it needs: `Pick<Ports, 'documents' | 'blobs'>`. */
export interface Ports {
  readonly documents: Documents
  readonly blobs: Blobs
  readonly mentions: Mentions
  readonly eventLog: EventLog
  readonly counters: Counters
  readonly deliveryHistory: DeliveryHistory
  readonly jobs: Jobs
  readonly audit: AuditLog
  readonly snapshots: Snapshots
  readonly files: WorkspaceFiles
  readonly pictures: PictureFolder
  readonly tables: TableFiles
  readonly clock: Clock
  /** What texts are measured in. Without them a campaign is refused whose texts are lists from long to short. */
  readonly fonts?: Fonts
}

/** Secret keys: files outside `.polyad/`, or the environment. */
export interface Secrets {
  /** 32 bytes; makes identifiers into keyed hashes. Losing it loses the link to people. */
  readonly identityKey: Uint8Array
  /** Signs tokens of trackers, tags and notices. */
  readonly tokenKey: TokenKey
}
