import { PolyadError } from '../../core/errors.ts'
import { checkLedger } from '../campaign/extend-ledger.ts'
import type { PopulationDocument } from '../ingest/population.ts'
import type { DocumentKind } from '../ports/documents.ts'
import type { Ports } from '../ports/ports.ts'
import type { EraseSteps, Examination, Finding, Upkeep } from '../ports/upkeep.ts'

export interface DoctorReport extends Examination {
  /** What was mended before this was found. */
  readonly mended: readonly string[]
  /** No finding is an error. */
  readonly healthy: boolean
}

type DoctorPorts = Pick<Ports, 'documents' | 'blobs'>

/** Documents that are read by others than the people who write them. */
const KINDS: readonly DocumentKind[] = [
  'attributes',
  'segment',
  'template',
  'campaign',
  'mapping',
  'ledger',
  'check',
  'plan',
  'key',
  'population',
]

/**
 * Examines a workspace: the files of the store, the counters against a recount of the log, ledgers, kept plans, the
 * population. It reads only, unless it is to mend.
 *
 * @param openUpkeep a store that cannot be opened is a finding
 * @param mend also mends what loses nothing, first; `steps` as an erasing needs them
 */
export async function examineWorkspace(
  ports: DoctorPorts,
  openUpkeep: () => Promise<Upkeep>,
  mend?: EraseSteps,
): Promise<DoctorReport> {
  const mended: string[] = []
  const parts = [await told('documents', () => examineDocuments(ports))]
  try {
    const upkeep = await openUpkeep()
    if (mend) {
      if (await upkeep.finishErase(mend)) mended.push('ended the erasing of a person')
      mended.push(...(await upkeep.mend()))
    }
    parts.push(await told('files', () => upkeep.examineFiles()))
    parts.push(await told('counters', () => upkeep.recount()))
  } catch (error) {
    parts.push(failed('store', error))
  }
  const checks = parts.flatMap((part) => part.checks)
  const findings = parts.flatMap((part) => part.findings)
  return { checks, findings, mended, healthy: findings.every(({ severity }) => severity !== 'error') }
}

async function told(check: string, work: () => Promise<Examination>): Promise<Examination> {
  try {
    return await work()
  } catch (error) {
    return failed(check, error)
  }
}

function failed(check: string, error: unknown): Examination {
  const problem = error instanceof Error ? error.message : String(error)
  const mend = error instanceof PolyadError ? 'as it says' : 'restore .polyad from a backup'
  return { checks: [], findings: [{ check, severity: 'error', problem, mend, mendable: false }] }
}

async function examineDocuments(ports: DoctorPorts): Promise<Examination> {
  const findings: Finding[] = []
  const find = (check: string, severity: Finding['severity'], problem: string, mend: string) =>
    findings.push({ check, severity, problem, mend, mendable: false })
  const counts = { documents: 0, ledgers: 0, plans: 0 }
  for (const kind of KINDS) {
    for (const name of await ports.documents.list(kind)) {
      try {
        const document = await ports.documents.read(kind, name)
        if (!document) continue
        counts.documents++
        if (kind === 'ledger') {
          checkLedger(document.body, name)
          counts.ledgers++
        }
        if (kind === 'plan') {
          counts.plans++
          const { planHash } = document.body as { planHash: string }
          if (!(await ports.blobs.has(planHash))) {
            find(
              'plans',
              'error',
              `the plan of ${name} is gone`,
              `what ${name} showed can no longer be shown; restore a backup`,
            )
          }
        }
        if (kind === 'population') {
          const { hash } = document.body as PopulationDocument
          if (!(await ports.blobs.has(hash))) {
            find(
              'population',
              'note',
              'its bytes are gone',
              'nothing: it is made anew of the mentions when it is needed',
            )
          }
        }
      } catch (error) {
        if (!(error instanceof PolyadError)) throw error
        find(kind === 'ledger' ? 'ledgers' : 'documents', 'error', error.message, 'as it says')
      }
    }
  }
  const { documents, ledgers, plans } = counts
  return {
    checks: [
      { check: 'documents', looked: `${documents} documents` },
      { check: 'ledgers', looked: `${ledgers} ledgers` },
      { check: 'plans', looked: `${plans} kept plans` },
    ],
    findings,
  }
}

/** The report for people. */
export function doctorText({ checks, findings, mended, healthy }: DoctorReport): string {
  const lines = mended.map((what) => `mended: ${what}`)
  for (const { check, looked } of checks) {
    const own = findings.filter((finding) => finding.check === check)
    const worst = own.some(({ severity }) => severity === 'error')
      ? 'WRONG'
      : own.length > 0
        ? 'noted'
        : 'fine'
    lines.push(`${check.padEnd(12)} ${worst.padEnd(6)} ${looked}`)
  }
  for (const { severity, check, problem, mend } of findings) {
    lines.push(`${severity === 'error' ? 'WRONG' : 'note'}: ${check}: ${problem}`, `  to do: ${mend}`)
  }
  lines.push(healthy ? 'nothing is wrong' : 'something is wrong')
  return lines.join('\n')
}
