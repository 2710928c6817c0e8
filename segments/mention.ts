/** One classified listening record, as the mapping gives it. Identifiers are already keyed hashes. */
export interface Mention {
  /** Names the record: equal keys are the same record (hash of the mapping's `identity` fields). 32 hex digits. */
  readonly key: string
  /** Keyed hash of the author (core/hash identityHash). 32 hex digits. */
  readonly author: string
  /** Unix ms; undefined when the source did not tell. */
  readonly atMs: number | undefined
  /** Plain text, entities decoded. Hostile: never markup. */
  readonly text: string | undefined
  /** ISO 639-1. */
  readonly language: string | undefined
  /** e.g. twitter, forum, review. */
  readonly channel: string | undefined
  /** The mapping's name and version that read it. */
  readonly source: string
  /** Classified fields by name; a missing key is a missing value. */
  readonly fields: Readonly<Record<string, string | number | boolean | readonly string[]>>
  /** Classifier confidence by field, 0..1, where the source told. */
  readonly confidence: Readonly<Record<string, number>>
}
