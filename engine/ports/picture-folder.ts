/** A file of `assets/`. */
export interface KeptPicture {
  /** Relative to the workspace, as a campaign names it: `assets/NAME`. */
  readonly path: string
  readonly bytes: number
  /** It was put there by `put`, not by a person; only such a one can be removed. */
  readonly isUpload: boolean
}

/**
 * The pictures of a workspace that were uploaded to it: in `assets/`, named by their content.
 *
 * Contract (test/unit/io/picture-folder.test.ts):
 * 1. When `put` resolves, the file is whole and durable; equal bytes are one file, and `put` of them again changes
 *    nothing.
 * 2. Nothing is ever read, written or removed outside the workspace, whatever links lie in it.
 * 3. `remove` of what `put` did not make, or is not there, gives false and changes nothing.
 */
export interface PictureFolder {
  /** @param ending of its name, without the dot */
  put(bytes: Uint8Array, ending: string): Promise<{ readonly path: string; readonly isNew: boolean }>
  /** Files right in the folder, in text order. */
  list(): Promise<readonly KeptPicture[]>
  /** @param name without the folder */
  remove(name: string): Promise<boolean>
}
