import { closeSync, openSync, writeSync } from 'node:fs'
import { PolyadError } from '../../core/errors.ts'
import type { TakeBytes } from '../../engine/generate/row-encoder.ts'
import type { BytePlace } from '../../engine/ports/jobs.ts'

/**
 * Writes what `make` hands over to its place in a file, piece after piece, and never a byte past the place: a range of
 * another length than was reckoned is an error.
 *
 * @throws PolyadError STORAGE_FULL, FILE_UNWRITABLE
 */
export function writePlace({ path, atByte, bytes }: BytePlace, make: (take: TakeBytes) => void): void {
  const file = onDisk(path, () => openSync(path, 'r+'))
  let written = 0
  try {
    make((piece) => {
      if (written + piece.length > bytes) throw wrongLength(path, atByte, bytes)
      for (let at = 0; at < piece.length; ) {
        // A disk that fills up takes a part first, and says so at the next attempt.
        const took = onDisk(path, () => writeSync(file, piece, at, piece.length - at, atByte + written))
        at += took
        written += took
      }
    })
  } finally {
    closeSync(file)
  }
  if (written !== bytes) throw wrongLength(path, atByte, bytes)
}

/** A defect: the next range has its place by the same reckoning. */
function wrongLength(path: string, atByte: number, bytes: number): Error {
  return new Error(
    `the rows at byte ${atByte} of ${path} are not the ${bytes} bytes they were reckoned to be`,
  )
}

function onDisk<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw code === 'ENOSPC' || code === 'EDQUOT'
      ? new PolyadError('STORAGE_FULL', { what: path, problem: message }, { cause: error })
      : new PolyadError(
          'FILE_UNWRITABLE',
          { path, problem: message, left: 'what was written before is kept' },
          { cause: error },
        )
  }
}
