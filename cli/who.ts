import { userInfo } from 'node:os'
import type { Actor } from '../engine/audit/audited-documents.ts'

/** Whoever runs this command, for the audit log. */
export function commandActor(): Actor {
  try {
    return { who: userInfo().username, via: 'command' }
  } catch {
    // A container may run under a number that has no name.
    return { who: `user ${process.getuid?.() ?? 'unknown'}`, via: 'command' }
  }
}
