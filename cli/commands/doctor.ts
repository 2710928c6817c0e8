import type { Command } from 'commander'
import { PolyadError } from '../../core/errors.ts'
import { type DoctorReport, doctorText, examineWorkspace } from '../../engine/upkeep/doctor.ts'
import { eraseSteps } from '../../engine/upkeep/erase-person.ts'
import { invoke, workspaceCommand } from '../command.ts'
import type { ConfigSource } from '../config.ts'
import { byUpkeep } from '../upkeep.ts'

interface DoctorOptions {
  readonly mend?: boolean
  readonly workspace: string
  readonly json?: boolean
}

export function doctorCommand(environment: ConfigSource): Command {
  return workspaceCommand(
    'doctor',
    'examine the workspace: the log, counters against a recount of it, blobs, revisions, ledgers, kept plans, locks ' +
      'and what crashes left behind; exit status 1 when something is wrong',
    ['polyad doctor', 'polyad doctor --mend', 'polyad doctor --json'],
  )
    .option(
      '--mend',
      'also mend what loses nothing: a torn end of the log, files half-written an hour ago, counters that differ, an ' +
        'erasing that was cut short',
    )
    .action((options: DoctorOptions) =>
      invoke(environment, options, async (invocation) => {
        const { mend = false } = options
        const report = await byUpkeep<DoctorReport>(
          invocation,
          'doctor',
          { path: '/v1/doctor', body: { mend } },
          ({ workspace: { ports }, openUpkeep, loadCounters }) =>
            examineWorkspace(ports, openUpkeep, mend ? eraseSteps(ports, loadCounters) : undefined),
        )
        invocation.output.print(invocation.json ? JSON.stringify(report, null, 2) : doctorText(report))
        const errors = report.findings.filter(({ severity }) => severity === 'error').length
        if (errors > 0) throw new PolyadError('CHECKUP_FAILED', { errors })
      }),
    )
}
