import { describe, expect, it } from 'vitest'
import { createAttributeCheck } from '../../../engine/decision/attribute-check.ts'

const check = createAttributeCheck(
  [
    { name: 'state', dimension: 'geographic', type: 'category', scope: 'person' },
    { name: 'interests', dimension: 'psychographic', type: 'set', scope: 'person' },
    { name: 'age', dimension: 'demographic', type: 'number', scope: 'person' },
    { name: 'member', dimension: 'behavioural', type: 'boolean', scope: 'person' },
  ],
  'attributes',
  'an attribute of a person',
)

describe('attributes of a request', () => {
  it('pass when each is of the catalogue and of its type', () => {
    const attributes = { state: 'CA', interests: ['hiking'], age: 31, member: false }
    expect(check(attributes)).toEqual(attributes)
  })

  it.each([
    [{ colour: 'red' }, '/attributes/colour'],
    [{ sentiment: 'negative' }, '/attributes/sentiment'],
    [{ state: 5 }, '/attributes/state'],
    [{ interests: 'hiking' }, '/attributes/interests'],
    [{ interests: [1] }, '/attributes/interests'],
    [{ age: '31' }, '/attributes/age'],
    [{ member: null }, '/attributes/member'],
    [{ 'a/b~c': 1 }, '/attributes/a~1b~0c'],
    [JSON.parse('{"__proto__": "x"}') as object, '/attributes/__proto__'],
    [{ constructor: 'x' }, '/attributes/constructor'],
  ])('are refused with their place: %j', (attributes, where) => {
    expect(() => check(attributes as Record<string, unknown>)).toThrow(
      expect.objectContaining({ code: 'INPUT_INVALID', message: expect.stringContaining(`${where}:`) }),
    )
  })

  it.each([
    [{ state: 'Teen' }, {}],
    [{ interests: ['teen', 'hiking'] }, { interests: ['hiking'] }],
    [
      { interests: ['teen'], age: 31 },
      { interests: [], age: 31 },
    ],
  ])('are left out where they are on the sensitive list: %j', (attributes, read) => {
    expect(check(attributes)).toEqual(read)
    expect(check(attributes)).toEqual(read)
  })
})
