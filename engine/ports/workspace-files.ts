/**
 * Pictures and other files people keep in the workspace, by path relative to it (`assets/beach.jpg`).
 *
 * Contract (test/unit/io/workspace.test.ts; one implementation serves every store): a path that leaves the workspace,
 * also through a link, is refused with INPUT_INVALID; a missing file is undefined.
 */
export interface WorkspaceFiles {
  read(path: string): Promise<Uint8Array | undefined>
}
