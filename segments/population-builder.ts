import type { AttributeCatalogue, AttributeDefinition } from './attributes.ts'
import type { Column } from './column.ts'
import { createColumnBuilder, growing } from './column-builder.ts'
import { asType, drawValue, fieldOf } from './draw-value.ts'
import type { Mention } from './mention.ts'
import { type NumberArray, packArrays } from './packed-arrays.ts'
import type { ColumnHeader, PopulationHeader } from './population.ts'
import { sensitiveSubjectOfValue } from './sensitive.ts'

export interface PopulationBuilder {
  /** Adds mentions in the order of `Mentions.scanByAuthor`; one author's may span batches. */
  add(batch: readonly Mention[]): void
  /** The population as one buffer, for `openPopulation`. The builder is used up. */
  finish(): Uint8Array
}

/**
 * Builds the population: one row a person, one a mention, one column an attribute. Values of the sensitive list are
 * left out and counted. Memory is the finished buffer, about twice, and the mentions of one author.
 *
 * @param asOfMs the moment the population stands for, Unix ms; by default the newest mention's, 0 when none tells a time
 */
export function createPopulationBuilder(catalogue: AttributeCatalogue, asOfMs?: number): PopulationBuilder {
  const columns = catalogue.attributes.map((definition) => ({
    definition,
    builder: createColumnBuilder(definition.type),
    isWithheld: createWithheldTest(definition),
  }))
  const ofPeople = columns.filter(({ definition }) => definition.scope === 'person')
  const ofMentions = columns.filter(({ definition }) => definition.scope === 'mention')
  const keys = growing(Uint8Array)
  const mentionStarts = growing(Uint32Array)
  let mentions = 0
  let people = 0
  let withheld = 0
  let newestMs = 0
  let author: string | undefined
  let authored: Mention[] = []
  mentionStarts.push(0)

  const push = (
    { builder, isWithheld }: (typeof columns)[number],
    value: ReturnType<typeof drawValue>,
  ): void => {
    if (typeof value === 'object') {
      const kept = value.filter((item) => !isWithheld(item))
      withheld += value.length - kept.length
      builder.push(kept)
    } else if (typeof value === 'string' && isWithheld(value)) {
      withheld++
      builder.push(undefined)
    } else builder.push(value)
  }

  const finishAuthor = (): void => {
    if (author === undefined) return
    for (const byte of Buffer.from(author, 'hex')) keys.push(byte)
    for (const column of ofPeople) push(column, drawValue(column.definition, authored))
    for (const mention of authored) {
      for (const column of ofMentions) {
        const value = fieldOf(mention, column.definition.name)
        push(column, value === undefined ? undefined : asType(column.definition, value))
      }
    }
    people++
    mentions += authored.length
    mentionStarts.push(mentions)
    authored = []
  }

  return {
    add(batch) {
      for (const mention of batch) {
        if (mention.author !== author) {
          if (author !== undefined && mention.author < author) {
            throw new Error(`mentions must come by author: ${mention.author} came after ${author}`)
          }
          finishAuthor()
          author = mention.author
        }
        authored.push(mention)
        newestMs = Math.max(newestMs, mention.atMs ?? 0)
      }
    },
    finish() {
      finishAuthor()
      const arrays: NumberArray[] = [keys.finish(), mentionStarts.finish()]
      const headers = columns.map(({ definition, builder }) =>
        describeColumn(definition, builder.finish(), arrays),
      )
      const header: PopulationHeader = {
        asOfMs: asOfMs ?? newestMs,
        catalogue,
        people,
        mentions,
        withheld,
        columns: headers,
      }
      return packArrays(header, arrays)
    },
  }
}

/** Adds the column's arrays to the pack and tells what they are. */
function describeColumn(
  definition: AttributeDefinition,
  column: Column,
  arrays: NumberArray[],
): ColumnHeader {
  if (column.type === 'number') arrays.push(column.numbers)
  else if (column.type === 'set') arrays.push(column.starts, column.codes)
  else arrays.push(column.codes)
  const { name, scope, type } = definition
  return { name, scope, type, dictionary: 'dictionary' in column ? column.dictionary : [] }
}

function createWithheldTest(definition: AttributeDefinition): (value: string) => boolean {
  const known = new Map<string, boolean>()
  return (value) => {
    let withheld = known.get(value)
    if (withheld === undefined) {
      withheld = sensitiveSubjectOfValue(definition, value) !== undefined
      known.set(value, withheld)
    }
    return withheld
  }
}
