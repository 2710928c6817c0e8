/** How far a file has come: everything before is on disk. */
export interface FileMark {
  /** Steps done; steps are numbered from 0 in the order of the file. */
  readonly steps: number
  /** Bytes of those steps, from the beginning of the file. */
  readonly bytes: number
  /** What is needed of each step besides its bytes; empty where a step needs nothing. */
  readonly notes: readonly string[]
}

/**
 * A file that is filled in known steps by several writers, and that a later run can go on with when this one was killed.
 *
 * Contract (test/unit/io/resumable-file.test.ts):
 * 1. Under its own name the file is absent, or an older one, until `complete` gives it the new bytes all at once.
 * 2. A mark is found again after a kill or a power cut once `mark` resolved; a mark that is found again has its bytes
 *    on disk, whether or not `mark` resolved.
 * 3. Bytes after the last mark are never trusted: they are cut off when the file is opened again.
 */
export interface ResumableFile {
  /** Where it is written until it is complete. */
  readonly partialPath: string
  /** What an earlier run left, nothing for a file begun anew. */
  readonly found: FileMark
  /**
   * Puts bytes at their place.
   *
   * @throws PolyadError STORAGE_FULL, FILE_UNWRITABLE
   */
  write(atByte: number, bytes: Uint8Array): Promise<void>
  /**
   * Remembers that steps are done whose bytes have been written, here or by others. One call at a time, steps growing.
   *
   * @param mark with the notes of the steps since the mark before
   * @throws PolyadError STORAGE_FULL, FILE_UNWRITABLE
   */
  mark(mark: FileMark): Promise<void>
  /** Syncs the file and gives it its name, in the place of an older one. */
  complete(): Promise<void>
  /** Leaves what there is for a later run. */
  close(): Promise<void>
}
