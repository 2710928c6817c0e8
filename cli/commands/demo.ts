import { resolve } from 'node:path'
import type { Command } from 'commander'
import { PolyadError } from '../../core/errors.ts'
import { invoke, workspaceCommand } from '../command.ts'
import { type ConfigSource, wholeNumber } from '../config.ts'
import { DEMO_CAMPAIGN, type DemoState, STEPS } from '../demo/steps.ts'
import { DEMO_TRUTH, truthText } from '../demo/truth.ts'
import { createOutput } from '../output.ts'
import { untilAborted } from '../serving.ts'

interface DemoOptions {
  readonly once?: boolean
  readonly port?: string
  readonly workspace: string
  readonly json?: boolean
}

export function demoCommand(environment: ConfigSource): Command {
  return workspaceCommand(
    'demo',
    'the whole job on the bundled, synthetic example, then serve it',
    [
      'polyad demo            then open http://127.0.0.1:4000',
      'polyad demo --once     the same work, without serving',
    ],
    'polyad-demo',
  )
    .option('--once', 'end when the work is done')
    .option('--port <port>', 'default 4000, or POLYAD_PORT')
    .action((options: DemoOptions) =>
      invoke(environment, options, async (invocation) => {
        const { config, signal } = invocation
        const output = createOutput(options.json ? 'stderr' : 'stdout')
        const port = options.port === undefined ? config.port : wholeNumber('--port', options.port, 0, 65_535)
        const state: DemoState = {
          folder: resolve(options.workspace),
          invocation: { ...invocation, output },
          // Without serving afterwards nobody needs to know the port, so any free one does.
          address: { host: config.host, port: options.once ? 0 : port },
        }
        try {
          const startMs = performance.now()
          const done: { step: string; did: string; tookMs: number }[] = []
          for (const step of STEPS) {
            if (signal.aborted) throw new PolyadError('CANCELLED', { what: 'the demo' })
            const stepMs = performance.now()
            const did = await step.run(state)
            done.push({ step: step.name, did, tookMs: Math.round(performance.now() - stepMs) })
            output.step(step.name, did, performance.now() - stepMs)
          }
          output.step('in all', truthText(DEMO_TRUTH), performance.now() - startMs)
          if (options.json) {
            const { folder, report } = state
            output.print(
              JSON.stringify({ workspace: folder, steps: done, truth: DEMO_TRUTH, report }, null, 2),
            )
          }
          if (options.once) return
          output.note(
            `\n${state.server!.url} shows it; Ctrl-C stops. Try, in another terminal ("npm link" makes the command):`,
          )
          output.note(`  polyad report ${DEMO_CAMPAIGN} --workspace ${options.workspace}`)
          await untilAborted(signal)
        } finally {
          await state.server?.close()
          await state.workspace?.close()
        }
      }),
    )
}
