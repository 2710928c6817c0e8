import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nearestName } from '../../../rules/nearest-name.ts'

describe('the nearest name', () => {
  it.each([
    ['mial', ['mail', 'visit'], 'mail'],
    ['amil', ['mail'], 'mail'],
    ['MIAL', ['mail'], 'mail'],
    ['mai', ['mail'], 'mail'],
    ['maill', ['mail'], 'mail'],
    ['mael', ['mail'], 'mail'],
    ['ab', ['ba'], 'ba'],
    // Nearer comes first, else the first.
    ['intrest', ['interests', 'interest'], 'interest'],
    ['sate', ['state', 'rate'], 'state'],
    // Two mistakes in four letters are too many, and letters moved by two places are two.
    ['miel', ['mail', 'visit'], undefined],
    ['mlia', ['mail'], undefined],
    ['visit', ['mail', 'city'], undefined],
    ['', ['mail'], undefined],
    ['mail', [], undefined],
  ])('to %j of %j is %j', (wrong, names, near) => {
    expect(nearestName(wrong, names)).toBe(near)
  })

  it('is found again whatever two neighbours of it change places', () => {
    const name = fc.stringMatching(/^[a-z]{3,12}$/)
    fc.assert(
      fc.property(name, fc.nat(), (right, pick) => {
        const at = pick % (right.length - 1)
        const wrong = `${right.slice(0, at)}${right[at + 1]}${right[at]}${right.slice(at + 2)}`
        expect(nearestName(wrong, ['0000000000000', right])).toBe(right)
      }),
    )
  })
})
