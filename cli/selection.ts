import type { Command } from 'commander'
import { PolyadError } from '../core/errors.ts'
import type { Selection } from '../engine/generate/selection.ts'

export interface SelectionOptions {
  readonly from?: string
  readonly to?: string
  readonly sample?: string
  readonly seed?: string
}

/** Adds the options that choose ad units. */
export function withSelection(command: Command): Command {
  return command
    .option('--from <rank>', 'first rank')
    .option('--to <rank>', 'rank to stop before')
    .option('--sample <n>', 'instead of a window: this many ad units, drawn without replacement')
    .option('--seed <seed>', 'seed of the sample: the same seed draws the same ad units', '1')
}

/** @throws PolyadError INPUT_INVALID */
export function selectionFrom(options: SelectionOptions): Selection {
  if (options.sample !== undefined) {
    if (options.from !== undefined || options.to !== undefined) {
      throw invalid('--sample', 'it draws from the whole number line; leave --from and --to out')
    }
    return { sample: { size: rank('--sample', options.sample), seed: options.seed ?? '1' } }
  }
  const from = options.from === undefined ? undefined : rank('--from', options.from)
  const to = options.to === undefined ? undefined : rank('--to', options.to)
  if (from !== undefined && to !== undefined && to < from) {
    throw invalid('--to', `${to} lies before --from ${from}; name the rank to stop before`)
  }
  return {
    ...(from !== undefined && { fromRank: from }),
    ...(to !== undefined && { toRank: to }),
  }
}

function rank(where: string, text: string): bigint {
  if (/^\d{1,30}$/.test(text)) return BigInt(text)
  throw invalid(where, `"${text}" is not a whole number`)
}

function invalid(where: string, problem: string): PolyadError {
  return new PolyadError('INPUT_INVALID', { what: 'option', where, problem })
}
