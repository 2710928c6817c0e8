/**
 * Copies of what the store changes in place, for a backup.
 *
 * Contract (test/unit/store/snapshots.test.ts):
 * 1. `make` gives a file of the workspace, by its path relative to it, that holds what was committed at one moment; the
 *    store goes on meanwhile. undefined: there is nothing yet.
 * 2. There is one at a time: making another removes what is left of the one before.
 */
export interface Snapshots {
  make(): Promise<string | undefined>
  /** Removes it, where there is one. */
  remove(): Promise<void>
}
