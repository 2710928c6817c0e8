import { zipRecordOf } from '../core/zip-format.ts'
import { countSteps, type RenderRequest, renderIdentity, renderSteps } from '../engine/generate/render.ts'
import { type RenderRecord, renderIntoZip } from '../engine/generate/render-into-zip.ts'
import type { Ports } from '../engine/ports/ports.ts'
import { clearJournal, openResumableFile } from '../io/resumable-file.ts'
import { openResumableFolder } from '../io/resumable-folder.ts'
import type { Outputs } from '../store/embedded/outputs.ts'
import type { Invocation } from './command.ts'
import { count } from './output.ts'
import { keepRecord, keptWhenCancelled, recordOfUnchanged, refuseFolder } from './output-file.ts'

/** What a rendering left, and how much of it this run made. */
export interface RenderOutput {
  readonly pictures: number
  readonly bytes: number
  /** Of each file; undefined of a zip file that was there already. */
  readonly records: readonly RenderRecord[] | undefined
  /** All of it was there already. */
  readonly wasThere: boolean
}

interface RenderParts {
  readonly ports: Pick<Ports, 'jobs'>
  readonly outputs: Outputs
}

export interface RenderOutputRequest extends RenderRequest {
  /** Make anew what is there already, and throw away what another run left half-written. */
  readonly force: boolean
}

/**
 * Makes sure that a zip file or folder holds the pictures of a request: what an earlier run of the same request made is
 * not made again.
 *
 * @throws PolyadError OUTPUT_HELD, OUTPUT_UNFINISHED, FILE_UNWRITABLE, STORAGE_FULL, CANCELLED, and those of renderSteps
 */
export async function writeRendered(
  parts: RenderParts,
  out: string,
  request: RenderOutputRequest,
  { output, signal }: Pick<Invocation, 'output' | 'signal'>,
): Promise<RenderOutput> {
  const lock = await parts.outputs.hold(out, 'polyad render')
  const asked = { ...request, signal }
  try {
    return out.endsWith('.zip')
      ? await writeZip(parts, out, asked, output)
      : await writeFolder(parts, out, asked, output)
  } finally {
    await lock.release()
  }
}

type Asked = RenderOutputRequest & { readonly signal: AbortSignal }

async function writeZip(
  { ports, outputs }: RenderParts,
  out: string,
  { force, ...request }: Asked,
  output: Invocation['output'],
): Promise<RenderOutput> {
  await refuseFolder(out)
  const identity = renderIdentity(request)
  const kept = await recordOfUnchanged(outputs, out)
  if (!force && kept?.identity === identity) {
    await clearJournal(out)
    return { pictures: Number(kept.adUnits), bytes: kept.bytes, records: undefined, wasThere: true }
  }
  let records: readonly RenderRecord[] = []
  let bytes = 0
  const file = await openResumableFile(
    out,
    { identity, title: titleOf(request) },
    {
      anew: force,
      async beforeNaming(partial) {
        bytes = await keepRecord(outputs, out, partial, identity, BigInt(records.length))
      },
    },
  )
  try {
    if (file.found.steps > 0) output.note(`going on after ${count(file.found.bytes)} bytes of an earlier run`)
    records = await renderIntoZip(ports, request, file)
    await file.complete()
    return { pictures: records.length, bytes, records, wasThere: false }
  } catch (error) {
    throw keptWhenCancelled(error, out, file.partialPath)
  } finally {
    await file.close()
  }
}

async function writeFolder(
  { ports, outputs }: RenderParts,
  out: string,
  { force, ...request }: Asked,
  output: Invocation['output'],
): Promise<RenderOutput> {
  const run = { identity: renderIdentity(request), title: titleOf(request) }
  const folder = await openResumableFolder<RenderRecord>(out, outputs.journalOf(out), run, { anew: force })
  try {
    const records = [...folder.found.values()].flat()
    const wasThere = folder.found.size === countSteps(request)
    if (records.length > 0 && !wasThere)
      output.note(`going on after ${count(records.length)} pictures of an earlier run`)
    for await (const { step, files } of renderSteps(ports, request, (each) => folder.found.has(each))) {
      const made = files.map((each) => ({
        file: { ...zipRecordOf(each), quality: each.quality },
        bytes: each.bytes,
      }))
      await folder.add(step, made, request.signal)
      records.push(...made.map(({ file }) => file))
    }
    return {
      pictures: records.length,
      bytes: records.reduce((sum, { size }) => sum + size, 0),
      records,
      wasThere: wasThere && records.length > 0,
    }
  } catch (error) {
    throw keptWhenCancelled(error, out, out)
  } finally {
    await folder.close()
  }
}

function titleOf({ plan, format }: RenderRequest): string {
  return `pictures of ${plan.campaign.name}@${plan.revision} as ${format}`
}
