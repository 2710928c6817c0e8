#!/usr/bin/env node
import './boot.ts'
import { exitOf } from './exit.ts'
import { createProgram } from './program.ts'

// A reader that closes its end (polyad generate ... | head) is not a failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

try {
  const program = await createProgram(process.env, process.argv[2])
  await program.parseAsync(process.argv)
} catch (error) {
  const { status, text } = exitOf(error)
  if (text) process.stderr.write(`${text}\n`)
  process.exitCode = status
}
