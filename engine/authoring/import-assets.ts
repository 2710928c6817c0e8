import { PolyadError } from '../../core/errors.ts'
import { vocabularyOf } from '../../segments/vocabulary.ts'
import { parseTemplate } from '../../templates/check-template.ts'
import type { Campaign } from '../campaign/campaign.ts'
import { checkLedger } from '../campaign/extend-ledger.ts'
import { parseCampaign, validateCampaign } from '../campaign/validate-campaign.ts'
import { readCatalogue } from '../ingest/catalogue.ts'
import type { RowOrReject } from '../ingest/row.ts'
import type { Ports } from '../ports/ports.ts'
import { CELL_ATTRIBUTES } from '../space/cell-attributes.ts'
import { type MergedSheet, mergeSheet } from './merge-sheet.ts'
import { createSheetProblems, problemLine, type SheetProblem, type SheetProblems } from './sheet-problems.ts'
import { readSheetRow, type SheetAsset, type SheetTerms } from './sheet-row.ts'

export interface AssetImport {
  readonly campaign: string
  readonly rows: number
  readonly changes: MergedSheet['changes']
  readonly unchanged: number
  readonly missing: number
  readonly groups: readonly string[]
  /** False of a dry run, and when there was nothing to change. */
  readonly written: boolean
}

export interface AssetImportOptions {
  /** Names the sheet in messages. */
  readonly sheet: string
  readonly dryRun: boolean
  readonly retireMissing: boolean
}

/** More rows than every slot could hold (20 slots of 5,000 assets). */
const MAX_ROWS = 100_000
/** Kinds of mistakes that a message shows. */
const SHOWN_PROBLEMS = 20

/**
 * Takes the options of a sheet into a campaign: all of them, or none when one row is wrong.
 *
 * @throws PolyadError NOT_FOUND for the campaign; SHEET_INVALID with what is wrong, by column and row; INPUT_INVALID
 * when the campaign would not be valid with it; CONFLICT when it was changed meanwhile
 */
export async function importAssets(
  ports: Pick<Ports, 'documents' | 'files'>,
  name: string,
  rows: AsyncIterable<RowOrReject>,
  { sheet, dryRun, retireMissing }: AssetImportOptions,
): Promise<AssetImport> {
  const { documents } = ports
  const document = await documents.read('campaign', name)
  if (!document) {
    throw new PolyadError('NOT_FOUND', { what: 'campaign', name, mend: `write campaigns/${name}.json` })
  }
  const campaign = parseCampaign(document.body, name)
  const found = await documents.read('template', campaign.template)
  if (!found) throw new PolyadError('NOT_FOUND', { what: 'template', name: campaign.template })
  const template = parseTemplate(found.body, `templates/${campaign.template}/template.json`)
  const person = vocabularyOf((await readCatalogue(ports)).catalogue).person
  const terms: SheetTerms = {
    template,
    locales: campaign.locales,
    attributes: person,
    vocabulary: {
      person: new Map([...person, ...CELL_ATTRIBUTES.map(({ name, type }) => [name, type] as const)]),
      mention: new Map(),
    },
  }
  const read = await readSheet(ports, rows, terms)
  if (read.problems.length > 0 || read.unlisted > 0) throw refused(sheet, read)
  const ledger = await documents.read('ledger', name)
  const merged = mergeSheet(campaign, read.assets, ledger && checkLedger(ledger.body, name), {
    retireMissing,
  })
  // The schema too: a slot may have got too many assets.
  validateCampaign(parseCampaign(merged.campaign, name), template)
  const isChanged = merged.changes.length > 0 || merged.groups.length > 0
  if (isChanged && !dryRun) {
    await documents.write('campaign', name, merged.campaign satisfies Campaign, { ifHash: document.hash })
  }
  const { changes, unchanged, missing, groups } = merged
  return {
    campaign: name,
    rows: read.assets.length,
    changes,
    unchanged,
    missing,
    groups,
    written: isChanged && !dryRun,
  }
}

interface ReadSheet {
  readonly assets: readonly SheetAsset[]
  readonly rows: number
  readonly problems: readonly SheetProblem[]
  readonly unlisted: number
}

async function readSheet(
  ports: Pick<Ports, 'files'>,
  rows: AsyncIterable<RowOrReject>,
  terms: SheetTerms,
): Promise<ReadSheet> {
  const problems = createSheetProblems()
  const assets: SheetAsset[] = []
  const firstRow = new Map<string, number>()
  const files = new Map<string, string | undefined>()
  let count = 0
  for await (const item of rows) {
    const { line } = item
    if (++count > MAX_ROWS) {
      problems.add(line, '', `more than ${MAX_ROWS} rows`, '')
      break
    }
    if ('reject' in item) {
      problems.add(line, '', item.reject, item.text)
      continue
    }
    const asset = readSheetRow(line, item.row, terms, (column, problem, value) =>
      problems.add(line, column, problem, value),
    )
    if (!asset) continue
    if (asset.id !== undefined) {
      const key = `${asset.slot} ${asset.id}`
      if (firstRow.has(key)) problems.add(line, 'id', 'is there twice in its slot', asset.id)
      firstRow.set(key, line)
    }
    await checkFile(ports, asset, files, problems)
    assets.push(asset)
  }
  if (count === 0) problems.add(1, '', 'the sheet has no rows', '')
  return { assets, rows: count, problems: problems.list(), unlisted: problems.unlisted }
}

async function checkFile(
  { files }: Pick<Ports, 'files'>,
  { row, content: { file } }: SheetAsset,
  known: Map<string, string | undefined>,
  problems: SheetProblems,
): Promise<void> {
  if (file === undefined) return
  if (!known.has(file)) {
    const problem = await files.read(file).then(
      (bytes) => (bytes ? undefined : 'there is no such file in the workspace'),
      (error: unknown) => {
        if (!(error instanceof PolyadError)) throw error
        return (error.details as { problem?: string }).problem ?? error.message
      },
    )
    known.set(file, problem)
  }
  const problem = known.get(file)
  if (problem !== undefined) problems.add(row, 'file', problem, file)
}

function refused(sheet: string, { rows, problems, unlisted }: ReadSheet): PolyadError {
  const mistakes = problems.reduce((sum, each) => sum + each.rows, unlisted)
  const shown = problems.slice(0, SHOWN_PROBLEMS)
  const rest = mistakes - shown.reduce((sum, each) => sum + each.rows, 0)
  return new PolyadError('SHEET_INVALID', {
    sheet,
    rows,
    mistakes,
    lines: [
      ...shown.map(problemLine),
      ...(rest > 0 ? [`and ${rest.toLocaleString('en-US')} of other kinds`] : []),
    ],
  })
}
