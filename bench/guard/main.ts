import { stdout } from 'node:process'
import { parseArgs } from 'node:util'
import { benchHillstrom } from './hillstrom.ts'
import { benchMarket, type GuardBenchOptions } from './market.ts'

/** What the guard is held against; each takes minutes. */
const BENCHES: Readonly<Record<string, (options: GuardBenchOptions) => Promise<string>>> = {
  hillstrom: ({ seeds }) => benchHillstrom(seeds),
  market: benchMarket,
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seeds: { type: 'string', default: 'first' }, runs: { type: 'string', default: '200' } },
})
const unknown = positionals.find((name) => !Object.hasOwn(BENCHES, name))
const { seeds } = values
const runs = Number(values.runs)
if (unknown !== undefined) {
  refuse(`There is no bench "${unknown}"; there are ${Object.keys(BENCHES).join(', ')}.`)
} else if (seeds !== 'first' && seeds !== 'second') {
  refuse(`--seeds is ${seeds}; it is first or second.`)
} else if (!Number.isInteger(runs) || runs < 2) {
  refuse(`--runs is ${values.runs}; it is a whole number of at least 2.`)
} else {
  for (const name of positionals.length > 0 ? positionals : Object.keys(BENCHES)) {
    stdout.write(`${await BENCHES[name]!({ seeds, runs })}\n`)
  }
}

function refuse(text: string): void {
  console.error(text)
  process.exitCode = 2
}
