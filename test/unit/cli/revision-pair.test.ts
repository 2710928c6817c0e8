import { describe, expect, it } from 'vitest'
import { revisionPair } from '../../../cli/revision-pair.ts'

describe('two revisions on the command line', () => {
  it.each([
    [['summer@1', 'summer@2'], { campaign: 'summer', before: 1, after: 2 }],
    [['summer@1', '@2'], { campaign: 'summer', before: 1, after: 2 }],
    [['summer@12', 'summer'], { campaign: 'summer', before: 12 }],
    [['summer@1'], { campaign: 'summer', before: 1 }],
    [['summer'], { campaign: 'summer' }],
  ])('%j', ([first, second], pair) => {
    expect(revisionPair(first!, second)).toEqual(pair)
  })

  it.each([
    [['summer@1', 'winter@1'], 'these are two campaigns'],
    [['summer', 'winter'], 'these are two campaigns'],
    [['summer', '@2'], 'name its revision: summer@N'],
    [['@1', '@2'], '@1: it names no revision'],
    [['summer@0'], 'it names no revision'],
    [['summer@1', 'summer@latest'], 'write CAMPAIGN@NUMBER, e.g. summer@3'],
    [['../summer@1'], 'it names no revision'],
    [['summer@'], 'it names no revision'],
  ])('%j is refused', ([first, second], why) => {
    expect(() => revisionPair(first!, second)).toThrow(why)
  })
})
