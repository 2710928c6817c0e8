#!/usr/bin/env node
import './boot.ts'
import { run } from './run.ts'

// A reader that closes its end (polyad generate ... | head) is not a failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

process.exitCode = await run(process.argv.slice(2), process.env)
