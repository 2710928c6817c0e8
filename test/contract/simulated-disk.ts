import type { Stream } from '../../core/stream.ts'
import type { LogDisk, LogFile } from '../../store/embedded/log-disk.ts'

/** Thrown by every operation from the cut on: nothing that runs after it reaches the disk. */
export class PowerCut extends Error {}

interface SimulatedFile {
  /** What a reader sees. */
  content: Uint8Array
  /** What is on the platter. */
  durable: Uint8Array
}

/**
 * What becomes of writes that were not synced: dropped or torn by a power cut, or kept in the system's cache, still not
 * synced, when only the process was killed.
 */
export type Unsynced = 'dropped' | 'torn' | 'kept'

/** A rename or removal happens whole or not at all, and is on the platter once the folder is synced. */
export interface SimulatedDisk extends LogDisk {
  /** Operations done so far that change or sync something. */
  readonly steps: number
  /** The disk that is found after the crash. */
  afterCrash(unsynced: Unsynced, stream: Stream, faults?: DiskFaults): SimulatedDisk
}

export interface DiskFaults {
  /** The power goes at this step, which does not happen. */
  readonly cutAtStep?: number
  /** Steps that fail, as on a full disk: a write after half of its bytes, a sync or truncation without effect. */
  readonly failAtSteps?: ReadonlySet<number>
  /** A disk that answers a sync without doing it. */
  readonly lies?: boolean
}

/** A folder in memory that keeps what was synced apart from what was only written, for content and entries alike. */
export function simulateDisk(
  faults: DiskFaults = {},
  files: ReadonlyMap<string, SimulatedFile> = new Map(),
  durableFiles: ReadonlyMap<string, SimulatedFile> = files,
): SimulatedDisk {
  const entries = new Map(files)
  let durableEntries = new Map(durableFiles)
  /** Whether a file was renamed or removed since the folder was synced. */
  let entriesMoved = false
  let steps = 0

  /** Counts an operation; whether it fails. */
  function step(): boolean {
    const now = steps++
    if (faults.cutAtStep !== undefined && now >= faults.cutAtStep) throw new PowerCut()
    return faults.failAtSteps?.has(now) ?? false
  }

  function stepOrFail(): void {
    if (step()) throw new Error('ENOSPC: no space left on device')
  }

  function openFile(file: SimulatedFile): LogFile {
    return {
      size: () => file.content.length,
      read: (offset, maxBytes) => file.content.slice(offset, offset + maxBytes),
      write(offset, bytes) {
        const fails = step()
        const part = fails ? bytes.subarray(0, bytes.length >> 1) : bytes
        const content = new Uint8Array(Math.max(file.content.length, offset + part.length))
        content.set(file.content)
        content.set(part, offset)
        file.content = content
        if (fails) throw new Error('ENOSPC: no space left on device')
      },
      datasync() {
        stepOrFail()
        if (!faults.lies) file.durable = file.content
      },
      truncate(bytes) {
        stepOrFail()
        file.content = file.content.slice(0, bytes)
      },
      close() {},
    }
  }

  return {
    get steps() {
      return steps
    },
    list: () => [...entries.keys()],
    open(name) {
      let file = entries.get(name)
      if (!file) {
        stepOrFail()
        file = { content: new Uint8Array(), durable: new Uint8Array() }
        entries.set(name, file)
      }
      return openFile(file)
    },
    rename(from, to) {
      stepOrFail()
      entries.set(to, entries.get(from)!)
      entries.delete(from)
      entriesMoved = true
    },
    remove(name) {
      if (!entries.has(name)) return
      stepOrFail()
      entries.delete(name)
      entriesMoved = true
    },
    syncFolder() {
      stepOrFail()
      if (faults.lies) return
      durableEntries = new Map(entries)
      entriesMoved = false
    },
    afterCrash(unsynced, stream, nextFaults = {}) {
      if (unsynced === 'kept') return simulateDisk(nextFaults, entries, durableEntries)
      const kept = new Map<string, SimulatedFile>()
      // Entries that were made may come back or not, each by itself; a file that moved is never at both places or none.
      const isBack = entriesMoved && (unsynced === 'dropped' || stream.next() < 0.5)
      for (const [name, file] of isBack ? durableEntries : entries) {
        if (!entriesMoved && !durableEntries.has(name) && (unsynced === 'dropped' || stream.next() < 0.5))
          continue
        const durable = unsynced === 'dropped' ? file.durable : torn(file, stream)
        kept.set(name, { content: durable, durable })
      }
      return simulateDisk(nextFaults, kept)
    },
  }
}

/** The synced content, any length between the synced and the written one, and of what is new any bytes still zero. */
function torn({ content, durable }: SimulatedFile, stream: Stream): Uint8Array {
  const shorter = Math.min(content.length, durable.length)
  const longer = Math.max(content.length, durable.length)
  const bytes = new Uint8Array(shorter + stream.integer(longer - shorter + 1))
  bytes.set(durable.subarray(0, bytes.length))
  for (let i = shorter; i < bytes.length; i++) {
    if (content[i] !== undefined && stream.next() < 0.98) bytes[i] = content[i]!
  }
  return bytes
}
