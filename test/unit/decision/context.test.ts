import { describe, expect, it } from 'vitest'
import { createContextReader, NO_CONTEXT, withContext } from '../../../engine/decision/context.ts'
import type { AttributeCatalogue } from '../../../segments/attributes.ts'

const person = { dimension: 'behavioural', scope: 'person' } as const
const CATALOGUE: AttributeCatalogue = {
  attributes: [
    { ...person, name: 'state', type: 'category' },
    { ...person, name: 'interests', type: 'set', context: 'given' },
    { ...person, name: 'temperature', type: 'number', context: 'given' },
    { ...person, name: 'site', type: 'category', context: 'page.domain' },
    { ...person, name: 'languages', type: 'set', context: 'page.language' },
    { ...person, name: 'device', type: 'category', context: 'device.type' },
    { ...person, name: 'os', type: 'category', context: 'device.os' },
  ],
}
const read = createContextReader(CATALOGUE)

describe('the context of a request', () => {
  it('is what it says, and the parts of page and device that the catalogue asks for', () => {
    expect(
      read({
        context: { interests: ['hiking'], temperature: 31 },
        page: { url: 'https://www.trails.example:8443/a/b?user=ann#c', language: 'de-AT' },
        device: { type: 'phone', os: 'iOS' },
      }),
    ).toEqual({
      interests: ['hiking'],
      temperature: 31,
      site: 'trails.example',
      languages: ['de-AT'],
      device: 'phone',
      os: 'iOS',
    })
  })

  it('that is said wins over what is drawn', () => {
    expect(read({ context: { device: 'kiosk' }, device: { type: 'tv' } })).toEqual({ device: 'kiosk' })
  })

  it.each([[{}], [{ context: {} }], [{ page: {}, device: {} }], [{ page: { url: 'https://' } }]])(
    'is nothing at all where nothing is said: %j',
    (said) => {
      expect(read(said)).toBe(NO_CONTEXT)
    },
  )

  it.each([
    [{ state: 'CA' }, 'is not an attribute of what shows the ad; known are interests, temperature'],
    [{ temperature: 'hot' }, 'must be a number'],
  ])('is refused with its place: %j', (context, problem) => {
    const where = `/context/${Object.keys(context)[0]}`
    expect(() => read({ context })).toThrow(
      expect.objectContaining({ code: 'INPUT_INVALID', message: expect.stringContaining(problem) }),
    )
    expect(() => read({ context })).toThrow(where)
  })

  it('leaves out what is on the sensitive list, and is nothing where that was all', () => {
    expect(read({ context: { interests: ['teen', 'chess'] } })).toEqual({ interests: ['chess'] })
    expect(read({ context: { device: 'teen' } })).toBe(NO_CONTEXT)
  })
})

describe('a person in a context', () => {
  it('keeps what is known of the person, joins sets, and is filled in', () => {
    const known = { values: { state: 'CA', interests: ['tea'], device: 'tv' }, clauses: new Set(['c']) }
    const context = { interests: ['tea', 'hiking'], device: 'phone', os: 'iOS' }
    expect(withContext(known, context)).toEqual({
      values: { state: 'CA', interests: ['tea', 'hiking'], device: 'tv', os: 'iOS' },
      clauses: new Set(['c']),
    })
  })
})
