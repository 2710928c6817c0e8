import { Command } from 'commander'
import { PolyadError } from '../../core/errors.ts'
import { DEFAULTS } from '../../engine/campaign/campaign.ts'
import { loadPopulation } from '../../engine/ingest/population.ts'
import { type WorkspaceSegments, workspaceSegments } from '../../engine/ingest/workspace-segments.ts'
import { textTable } from '../../engine/reporting/text-table.ts'
import { type Explanation, explainRule } from '../../rules/explain.ts'
import { ruleJson } from '../../rules/rule-json.ts'
import { labelOf } from '../../segments/hierarchy.ts'
import { shownOverlaps } from '../../segments/overlap.ts'
import { personKey } from '../../segments/person-key.ts'
import type { Population } from '../../segments/population.ts'
import { type ShownPeople, shownPeople } from '../../segments/shown-people.ts'
import { unknownValueRemarks, writtenRules } from '../../segments/unknown-values.ts'
import { invoke, withExamples, workspaceCommand } from '../command.ts'
import { openWorkspace, type Workspace } from '../compose.ts'
import { type ConfigSource, wholeNumber } from '../config.ts'
import { count } from '../output.ts'

interface Audience extends WorkspaceSegments {
  readonly workspace: Workspace
  readonly population: Population
}

/** What a command found: for machines, and for people. */
interface Answer {
  readonly data: unknown
  readonly text: string
  /** What is doubtful about it. */
  readonly remarks?: readonly string[]
}

interface CommonOptions {
  readonly workspace: string
  readonly json?: boolean
  readonly top?: string
}

export function segmentsCommand(environment: ConfigSource): Command {
  const group = withExamples(
    new Command('segments').description('who there is: sizes, overlaps, and why somebody is in or not'),
    ['polyad segments size --top 20', 'polyad segments overlap', 'polyad segments list --json'],
  )
  const answer = (options: CommonOptions, work: (audience: Audience) => Answer): Promise<void> =>
    invoke(environment, options, async ({ config, folder, json, output }) => {
      const workspace = await openWorkspace(config, folder)
      try {
        const population = await loadPopulation(workspace.ports)
        const found = await workspaceSegments(workspace.ports, population)
        const { data, text, remarks = [] } = work({ workspace, population, ...found })
        output.print(json ? JSON.stringify(data, null, 2) : text)
        for (const remark of remarks) output.note(remark)
      } finally {
        await workspace.close()
      }
    })

  group.addCommand(
    workspaceCommand('size', 'people, mentions and share of every segment; small ones print as <50', [
      'polyad segments size --top 20',
      'polyad segments size --json > sizes.json',
    ])
      .option('--top <n>', 'only the largest')
      .action((options: CommonOptions) => answer(options, (audience) => sizes(audience, topOf(options)))),
  )
  group.addCommand(
    workspaceCommand('list', 'the segments with their rules', [
      'polyad segments list',
      'polyad segments list --json     with each rule',
    ]).action((options: CommonOptions) =>
      answer(options, ({ segments, trees, population }) => ({
        data: segments.map(({ id, title, kind, rule }) => ({ id, title, kind, rule: ruleJson(rule) })),
        text: textTable(
          [{ heading: 'id', whole: true }, { heading: 'title' }, { heading: 'kind' }],
          segments.map(({ id, title, kind }) => [id, title, kind]),
        ).join('\n'),
        remarks: unknownValueRemarks(writtenRules(segments, trees), population),
      })),
    ),
  )
  group.addCommand(
    workspaceCommand('overlap', 'the pairs of segments that share people', [
      'polyad segments overlap --top 20',
    ])
      .option('--top <n>', 'only the pairs that share most', '50')
      .action((options: CommonOptions) => answer(options, (audience) => overlaps(audience, topOf(options)))),
  )
  group.addCommand(
    workspaceCommand('explain', 'why a person is in a segment or not, clause by clause', [
      'polyad segments explain negative-about-united --person jnardino',
    ])
      .argument('<segment>', 'id of a segment')
      .requiredOption(
        '--person <identifier>',
        'as the listening data name the person; only its keyed hash is used',
      )
      .action((segment: string, options: CommonOptions & { person: string }) =>
        answer(options, (audience) => explanation(audience, segment, options.person)),
      ),
  )
  return group
}

function sizes({ population, segments, trees }: Audience, top: number | undefined): Answer {
  const shown = shownPeople(segments, trees, DEFAULTS.kFloor)
  // Hidden sizes come last: between two equal ones a place is a number.
  const rank = (people: ShownPeople) => (typeof people === 'number' ? people : -1)
  const rows = segments
    .map((segment, index) => ({ segment, people: shown[index]! }))
    .sort((a, b) => rank(b.people) - rank(a.people))
    .slice(0, top)
    .map(({ segment: { id, title, rule, people: exact }, people }) => {
      const told = typeof people === 'number'
      return {
        id,
        title,
        rule: ruleJson(rule),
        people,
        mentions: told ? population.mentionsOf(population.evaluate(rule)) : null,
        share: told ? exact / population.people : null,
      }
    })
  const lines = rows.map(({ id, title, people, mentions, share }) => [
    id,
    title,
    typeof people === 'number' ? count(people) : people,
    mentions === null ? '' : count(mentions),
    share === null ? '' : `${(share * 100).toFixed(2)}%`,
  ])
  const columns = [
    { heading: 'id', whole: true },
    { heading: 'title' },
    ...['people', 'mentions', 'share'].map((heading) => ({ heading, numeric: true })),
  ]
  const total = `${count(segments.length)} segments over ${count(population.people)} people`
  return {
    data: rows,
    text: [...textTable(columns, lines), total].join('\n'),
    remarks: unknownValueRemarks(writtenRules(segments, trees), population),
  }
}

function overlaps({ population, segments, trees }: Audience, top: number | undefined): Answer {
  const pairs = shownOverlaps(population, segments, trees, DEFAULTS.kFloor)
    .sort((a, b) => b.people - a.people)
    .slice(0, top)
  const lines = pairs.map(({ a, b, people, jaccard, containment }) => [
    a,
    b,
    count(people),
    jaccard.toFixed(3),
    containment.toFixed(3),
  ])
  const none = `no two segments share ${DEFAULTS.kFloor} people or more in a way that tells of no smaller group`
  const columns = [
    ...['segment', 'and'].map((heading) => ({ heading, whole: true })),
    ...['people', 'jaccard', 'containment'].map((heading) => ({ heading, numeric: true })),
  ]
  return { data: pairs, text: lines.length > 0 ? textTable(columns, lines).join('\n') : none }
}

function explanation({ workspace, population, segments }: Audience, id: string, identifier: string): Answer {
  const segment = segments.find((each) => each.id === id)
  if (!segment) {
    throw new PolyadError('NOT_FOUND', {
      what: 'segment',
      name: id,
      mend: 'polyad segments list tells which there are',
    })
  }
  const key = personKey(workspace.secrets.identityKey, identifier)
  const row = key === undefined ? undefined : population.rowOf(key)
  if (row === undefined) {
    throw new PolyadError('NOT_FOUND', {
      what: 'person',
      name: identifier,
      mend: 'no mention by this author was imported',
    })
  }
  const record = { values: population.valuesAt(row), mentions: population.mentionValuesAt(row) }
  const data = explainRule(segment.rule, record, (attribute, value) =>
    labelOf(population.catalogue, attribute, String(value), 'en'),
  )
  return { data, text: explanationLines(data).join('\n') }
}

function explanationLines({ text, met, value, of }: Explanation, depth = 0): string[] {
  const has = value === undefined ? '' : `  (has ${String(value)})`
  return [
    `${'  '.repeat(depth)}${met ? 'yes' : 'no '}  ${text}${has}`,
    ...(of ?? []).flatMap((part) => explanationLines(part, depth + 1)),
  ]
}

function topOf({ top }: CommonOptions): number | undefined {
  return top === undefined ? undefined : wholeNumber('--top', top, 1, 1_000_000)
}
