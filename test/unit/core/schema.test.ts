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

it('tells what a value of a union must be, or the alternative it comes nearest to', () => {
  const union = createDoor(
    'segment',
    Type.Object({
      kind: Type.Optional(Type.Union([Type.Literal('click'), Type.Literal('conversion')])),
      entries: Type.Array(
        Type.Union([
          Type.String({ pattern: '^[a-z]+$', description: 'a name in small letters' }),
          Type.Object({ rule: Type.Unknown() }, { additionalProperties: false }),
          Type.Object({ grid: Type.Array(Type.String(), { minItems: 1 }) }, { additionalProperties: false }),
        ]),
      ),
    }),
  )
  const problem = (value: unknown): string => {
    try {
      union(value, 'x.json')
    } catch (error) {
      return (error as PolyadError).message
    }
    throw new Error('the door let it in')
  }
  expect(problem({ kind: 'buy', entries: [] })).toBe(
    'segment: x.json: /kind must be one of click, conversion',
  )
  expect(problem({ entries: ['ok', 'NO'] })).toBe(
    'segment: x.json: /entries/1 "NO" is not a name in small letters',
  )
  expect(problem({ entries: [5] })).toBe('segment: x.json: /entries/0 must be string or object')
  expect(problem({ entries: [{}] })).toBe('segment: x.json: /entries/0 lacks the field "rule" or "grid"')
  expect(problem({ entries: [{ grid: [] }] })).toBe(
    'segment: x.json: /entries/0/grid must have at least 1 item',
  )
  expect(problem({ entries: [{ rule: 1, colour: 2 }] })).toBe(
    'segment: x.json: /entries/0 has an unknown field "colour"; remove it or mend its spelling',
  )
})
