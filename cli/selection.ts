import { type Command, Option } from 'commander'
import { PolyadError } from '../core/errors.ts'
import type { Selection } from '../engine/generate/selection.ts'
import type { CoverRequest } from '../engine/space/cover/cover.ts'
import { readWhereOptions, whereOption } from './where.ts'

export interface SelectionOptions {
  readonly from?: string
  readonly to?: string
  readonly where?: readonly string[]
  readonly sample?: string
  readonly seed?: string
  readonly stratify?: 'segment'
  readonly cover?: string
  readonly over?: string
}

/** A selection as it is asked for: a covering set becomes a list of positions (cover.ts) once the plan is there. */
export interface AskedSelection extends Selection {
  readonly cover?: CoverRequest
}

/** Adds the options that choose ad units. */
export function withSelection(command: Command): Command {
  return command
    .option('--from <rank>', 'first rank')
    .option('--to <rank>', 'rank to stop before')
    .addOption(whereOption())
    .option('--sample <n>', 'instead of a window: this many ad units, drawn without replacement')
    .option('--seed <seed>', 'seed of the sample or covering set: the same seed, the same ad units', '1')
    .addOption(
      new Option(
        '--stratify <what>',
        'with --sample: as many from each segment, as far as its ad units go; what is left over goes to the others',
      ).choices(['segment']),
    )
    .option(
      '--cover <t>',
      'instead of a window: a few ad units with every allowed combination of 2 or 3 choices',
    )
    .option(
      '--over <slot,...>',
      'dimensions of --cover: slots, locale, placement, segment (default: all but segment)',
    )
}

/** @throws PolyadError INPUT_INVALID, FILE_UNREADABLE for a rule in a file */
export async function selectionFrom(options: SelectionOptions): Promise<AskedSelection> {
  const { stratify } = options
  const where = await readWhereOptions(options.where)
  const ruled = where === undefined ? {} : { where }
  if (options.cover !== undefined)
    return { ...ruled, cover: { ...coverFrom(options, options.cover), ...ruled } }
  if (options.over !== undefined) {
    throw invalid('--over', 'it says what a covering set is over; add --cover 2 or --cover 3')
  }
  if (options.sample !== undefined) {
    if (options.from !== undefined || options.to !== undefined) {
      throw invalid('--sample', 'it draws from the whole number line; leave --from and --to out')
    }
    const size = rank('--sample', options.sample)
    return { ...ruled, sample: { size, seed: options.seed ?? '1', ...(stratify && { stratify }) } }
  }
  if (stratify) throw invalid('--stratify', 'it says how a sample is drawn; add --sample N')
  const from = options.from === undefined ? undefined : rank('--from', options.from)
  const to = options.to === undefined ? undefined : rank('--to', options.to)
  if (from !== undefined && to !== undefined && to < from) {
    throw invalid('--to', `${to} lies before --from ${from}; name the rank to stop before`)
  }
  return {
    ...ruled,
    ...(from !== undefined && { fromRank: from }),
    ...(to !== undefined && { toRank: to }),
  }
}

function coverFrom(options: SelectionOptions, cover: string): CoverRequest {
  const other = (['sample', 'stratify', 'from', 'to'] as const).find((name) => options[name] !== undefined)
  if (other) throw invalid('--cover', `it chooses from the whole number line; leave --${other} out`)
  if (cover !== '2' && cover !== '3') {
    throw invalid('--cover', `"${cover}" is not how many choices a combination has; say 2 or 3`)
  }
  return {
    strength: cover === '2' ? 2 : 3,
    seed: options.seed ?? '1',
    ...(options.over !== undefined && { over: options.over.split(',').map((name) => name.trim()) }),
  }
}

function rank(where: string, text: string): bigint {
  if (/^\d{1,30}$/.test(text)) return BigInt(text)
  throw invalid(where, `"${text}" is not a whole number`)
}

function invalid(where: string, problem: string): PolyadError {
  return new PolyadError('INPUT_INVALID', { what: 'option', where, problem })
}
