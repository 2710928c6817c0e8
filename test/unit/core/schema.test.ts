import { Type } from 'typebox'
import { expect, it } from 'vitest'
import { PolyadError } from '../../../core/errors.ts'
import { createDoor } from '../../../core/schema.ts'

const door = createDoor(
  'segment',
  Type.Object(
    {
      name: Type.String(),
      size: Type.Optional(Type.Integer({ minimum: 1 })),
      kind: Type.Union([Type.Literal('a'), Type.Literal('b')]),
    },
    { additionalProperties: false },
  ),
)

function problemOf(value: unknown): string {
  try {
    door(value, 'segments/x.json')
  } catch (error) {
    expect(error).toBeInstanceOf(PolyadError)
    return (error as PolyadError).message
  }
  throw new Error('the door let it in')
}

it('lets the right thing in unchanged', () => {
  const value = { name: 'x', kind: 'a' as const }
  expect(door(value, 'here')).toBe(value)
})

it('refuses an unknown field and names it', () => {
  expect(problemOf({ name: 'x', kind: 'a', nmae: 1 })).toBe(
    'segment: segments/x.json: / has an unknown field "nmae"; remove it or mend its spelling',
  )
})

it('says which field is missing and where a value is wrong', () => {
  expect(problemOf({ kind: 'a' })).toContain('/ lacks the field "name"')
  expect(problemOf({ name: 'x', kind: 'a', size: 0 })).toContain('/size must be >= 1')
})
