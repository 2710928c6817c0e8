import { stat, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { PolyadError } from '../core/errors.ts'
import { generateCampaign } from '../engine/generate/generate.ts'
import {
  bytesOfRun,
  type GenerateFileRequest,
  generateIntoFile,
  runIdentity,
} from '../engine/generate/generate-file.ts'
import type { Ports } from '../engine/ports/ports.ts'
import { clearJournal, openResumableFile } from '../io/resumable-file.ts'
import { isStream, writeWhole } from '../io/write-file.ts'
import type { Outputs } from '../store/embedded/outputs.ts'
import type { Invocation } from './command.ts'
import { count } from './output.ts'

export interface OutputFileRequest extends GenerateFileRequest {
  /** Write anew what is there already, and throw away what another run left half-written. */
  readonly force: boolean
}

/** What became of a file. */
export interface WrittenFile {
  readonly bytes: number
  readonly adUnits: bigint
  /** It was there already, of the same run. */
  readonly wasThere: boolean
}

/**
 * Makes sure that a file holds the rows of a request: does nothing when it does, goes on where an earlier run of the
 * same request was ended, else writes it. A device or pipe is written to as it is.
 *
 * @throws PolyadError OUTPUT_HELD, OUTPUT_UNFINISHED, FILE_UNWRITABLE, STORAGE_FULL, CANCELLED, and those of the request
 */
export async function writeOutputFile(
  { ports, outputs }: { readonly ports: Pick<Ports, 'jobs'>; readonly outputs: Outputs },
  path: string,
  request: OutputFileRequest,
  { output, signal }: Pick<Invocation, 'output' | 'signal'>,
): Promise<WrittenFile> {
  let adUnits = 0n
  const onProgress = (done: bigint, total: bigint): void => {
    adUnits = done
    request.onProgress?.(done, total)
  }
  const { force, ...asked } = { ...request, signal, onProgress }
  if (await isStream(path)) {
    const bytes = await writeWhole(path, generateCampaign(ports, asked), { signal })
    return { bytes, adUnits, wasThere: false }
  }
  await refuseFolder(path)
  const identity = runIdentity(asked)
  const lock = await outputs.hold(path, 'polyad generate')
  try {
    const kept = await recordOfUnchanged(outputs, path)
    if (!force && kept?.identity === identity) {
      await clearJournal(path)
      return { bytes: kept.bytes, adUnits: BigInt(kept.adUnits), wasThere: true }
    }
    const { campaign, revision } = asked.plan
    const file = await openResumableFile(
      path,
      { identity, title: `${campaign.name}@${revision} as ${asked.format}` },
      {
        anew: force,
        beforeNaming: async (partial) => {
          await keepRecord(outputs, path, partial, identity, adUnits)
        },
      },
    )
    try {
      if (file.found.steps > 0)
        output.note(`going on after ${count(file.found.bytes)} bytes of an earlier run`)
      else await noteLittleRoom(path, bytesOfRun(asked), output)
      const bytes = await generateIntoFile(ports, asked, file)
      await file.complete()
      return { bytes, adUnits, wasThere: false }
    } catch (error) {
      throw keptWhenCancelled(error, path, file.partialPath)
    } finally {
      await file.close()
    }
  } finally {
    await lock.release()
  }
}

/** The record of a file that is as it was when a run finished it. */
export async function recordOfUnchanged(outputs: Outputs, path: string) {
  const kept = await outputs.recordOf(path)
  const there = await stat(path, { bigint: true }).catch(() => undefined)
  const isSame =
    there && kept && there.size === BigInt(kept.bytes) && String(there.mtimeNs) === kept.changedAtNs
  return isSame ? kept : undefined
}

/** Gives its length. Before the file has its name: a kill in between leaves a record that fits no file, and a part that is whole. */
export async function keepRecord(
  outputs: Outputs,
  path: string,
  partial: string,
  identity: string,
  adUnits: bigint,
): Promise<number> {
  const { size, mtimeNs } = await stat(partial, { bigint: true })
  await outputs.keep(path, {
    identity,
    adUnits: String(adUnits),
    bytes: Number(size),
    changedAtNs: String(mtimeNs),
  })
  return Number(size)
}

/** Told at once, not after everything else was written. */
export async function refuseFolder(path: string): Promise<void> {
  const there = await stat(path).catch(() => undefined)
  if (there?.isDirectory()) {
    throw new PolyadError('FILE_UNWRITABLE', { path, problem: 'it is a folder; name a file' })
  }
}

/** Only a remark: a file system may compress, and room may be made meanwhile. */
async function noteLittleRoom(
  path: string,
  bytes: bigint | undefined,
  output: Invocation['output'],
): Promise<void> {
  const disk = await statfs(dirname(path), { bigint: true }).catch(() => undefined)
  if (!disk || bytes === undefined || disk.bavail * disk.bsize >= bytes) return
  output.note(
    `${path} will have ${count(bytes)} bytes; its disk has room for ${count(disk.bavail * disk.bsize)}`,
  )
}

/** A cancelled run says what it leaves. */
export function keptWhenCancelled(error: unknown, path: string, partialPath: string): unknown {
  if (!(error instanceof PolyadError) || error.code !== 'CANCELLED') return error
  const left = `what was written is kept in ${partialPath}, and the same command goes on with it`
  return new PolyadError('CANCELLED', { what: `writing ${path}`, left }, { cause: error })
}
