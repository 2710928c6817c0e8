import { readFile } from 'node:fs/promises'
import { PolyadError } from '../core/errors.ts'
import { parseJsonFile } from '../core/json-text.ts'

/** The JSON value of a file given on the command line. @throws PolyadError FILE_UNREADABLE, INPUT_INVALID */
export async function readJsonFile(path: string): Promise<unknown> {
  let bytes: Uint8Array
  try {
    bytes = await readFile(path)
  } catch (cause) {
    const problem =
      (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : String(cause)
    throw new PolyadError('FILE_UNREADABLE', { path, problem }, { cause })
  }
  return parseJsonFile(bytes, 'file', path)
}
