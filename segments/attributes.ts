import { type Static, Type } from 'typebox'

/**
 * The attribute catalogue of a workspace (`segments/attributes.json`): what is known of people and of mentions, what
 * kind of thing each is, and how a person's value is drawn from mentions.
 */
export const AttributeCatalogueSchema = Type.Object(
  {
    attributes: Type.Array(
      Type.Object(
        {
          name: Type.String({
            pattern: '^[a-z][A-Za-z0-9]*$',
            maxLength: 40,
            description: 'a name of letters and digits that begins small',
          }),
          label: Type.Optional(Type.String({ maxLength: 80 })),
          dimension: Type.Union([
            Type.Literal('geographic'),
            Type.Literal('demographic'),
            Type.Literal('psychographic'),
            Type.Literal('behavioural'),
          ]),
          type: Type.Union([
            Type.Literal('category'),
            Type.Literal('set'),
            Type.Literal('number'),
            Type.Literal('boolean'),
          ]),
          /** `mention`: known of each mention, used inside `mention` clauses. `person`: known of a person. */
          scope: Type.Union([Type.Literal('person'), Type.Literal('mention')]),
          /** Person attributes only: how the value is drawn from that field of the person's mentions. */
          from: Type.Optional(
            Type.Object(
              {
                field: Type.String(),
                /** latest: newest known; top: most frequent (ties: first in text order); set: all; any: true once; mean, count: numbers. */
                aggregate: Type.Union([
                  Type.Literal('latest'),
                  Type.Literal('top'),
                  Type.Literal('set'),
                  Type.Literal('any'),
                  Type.Literal('mean'),
                  Type.Literal('count'),
                ]),
              },
              { additionalProperties: false },
            ),
          ),
          /**
           * Person attributes only: a request may say it of what shows the ad, and then it is no news of a person and
           * read without consent. given: in `context`; else also read from that part of `page` or `device`.
           */
          context: Type.Optional(
            Type.Union([
              Type.Literal('given'),
              Type.Literal('page.domain'),
              Type.Literal('page.language'),
              Type.Literal('device.type'),
              Type.Literal('device.os'),
            ]),
          ),
          /** Named table of data/ that gives labels and the next wider value: us-states, iab-audience-1.1, age-bands. */
          hierarchy: Type.Optional(Type.String()),
          /** Labels and parents of values; they win over the hierarchy's. A label may differ by language. */
          values: Type.Optional(
            Type.Record(
              Type.String(),
              Type.Object(
                {
                  label: Type.Optional(
                    Type.Union([Type.String(), Type.Record(Type.String(), Type.String())]),
                  ),
                  parent: Type.Optional(Type.String()),
                },
                { additionalProperties: false },
              ),
            ),
          ),
        },
        { additionalProperties: false },
      ),
      { minItems: 1, maxItems: 500 },
    ),
  },
  { additionalProperties: false },
)

export type AttributeCatalogue = Static<typeof AttributeCatalogueSchema>
export type AttributeDefinition = AttributeCatalogue['attributes'][number]
