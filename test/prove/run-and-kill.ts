import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

/**
 * Runs a script and kills it some time after it said something, unless it has ended; the whole lines it printed.
 *
 * @param before shell commands to run first, e.g. a limit
 */
export async function runAndKill(
  script: URL,
  args: readonly string[],
  afterMs: number,
  before = ':',
): Promise<string[]> {
  const command = [process.execPath, fileURLToPath(script), ...args]
  const child = spawn('sh', ['-c', `${before}; exec "$@"`, 'sh', ...command], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.on('data', (data) => {
    output += data
  })
  const closed = once(child, 'close')
  const firstOutput = once(child.stdout, 'data')
  // A script that ends without a word ends the wait too.
  await Promise.race([firstOutput, closed])
  await Promise.race([sleep(afterMs, undefined, { ref: false }), closed])
  child.kill('SIGKILL')
  await closed
  return output
    .slice(0, output.lastIndexOf('\n') + 1)
    .split('\n')
    .filter(Boolean)
}
