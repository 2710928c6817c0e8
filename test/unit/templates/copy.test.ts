import fc from 'fast-check'
import Handlebars from 'handlebars'
import { describe, expect, it } from 'vitest'
import { PolyadError } from '../../../core/errors.ts'
import { type CopyContext, compileCopy } from '../../../templates/copy.ts'

function rendered(source: string, context: CopyContext = {}, locale = 'en-US') {
  return compileCopy(source, 'test').render(context, locale)
}

function refusal(source: string): string {
  try {
    compileCopy(source, 'campaigns/spring.json: headline/save')
  } catch (error) {
    if (error instanceof PolyadError && error.code === 'INPUT_INVALID') return error.message
    throw error
  }
  return 'accepted'
}

describe('copy', () => {
  it('prints attributes as plain text, escaped for no place', () => {
    expect(rendered('Hello {{state}} & <friends>', { state: 'A & B' })).toEqual({
      text: 'Hello A & B & <friends>',
    })
  })

  it('says which attribute is missing, and never prints an empty string for it', () => {
    expect(rendered('Hello {{state}}')).toEqual({
      problem: expect.stringContaining('"state" is not known here'),
    })
    expect(rendered('Hello {{upper state}}')).toHaveProperty('problem')
    expect(rendered('{{state}}', { state: undefined })).toHaveProperty('problem')
  })

  it('accepts a missing attribute in fallback and if', () => {
    expect(rendered('In {{fallback state "your state"}}')).toEqual({ text: 'In your state' })
    expect(rendered('In {{fallback state "your state"}}', { state: 'Ohio' })).toEqual({ text: 'In Ohio' })
    expect(rendered('{{#if state}}In {{state}}{{else}}Near you{{/if}}')).toEqual({ text: 'Near you' })
    expect(rendered('{{#unless state}}Near you{{/unless}}', { state: 'Ohio' })).toEqual({ text: '' })
    expect(rendered('{{upper (fallback state "your state")}}')).toEqual({ text: 'YOUR STATE' })
  })

  it('tells which attributes it reads', () => {
    expect(compileCopy('{{state}} {{#if age}}{{upper interest}}{{/if}}{{state}}', 'test').variables).toEqual([
      'age',
      'interest',
      'state',
    ])
  })

  it('goes through a list once, and not inside another', () => {
    const source = '{{#each interests}}{{@index}}:{{this}}{{#unless @last}}, {{/unless}}{{else}}none{{/each}}'
    expect(rendered(source, { interests: ['golf', 'chess'] })).toEqual({ text: '0:golf, 1:chess' })
    expect(rendered(source, { interests: [] })).toEqual({ text: 'none' })
    expect(refusal('{{#each a}}{{#each b}}{{/each}}{{/each}}')).toContain('"each" inside "each"')
  })

  it.each([
    ['{{loud state}}', 'line 1, column 1: there is no helper "loud"; use one of fallback, upper'],
    ['a\nb {{upper (loud state)}}', 'line 2, column 11: there is no helper "loud"'],
    ['{{lookup this "constructor"}}', 'there is no helper "lookup"'],
    ['{{{state}}}', '"{{{" is not allowed'],
    ['{{{{raw}}}}{{state}}{{{{/raw}}}}', '"{{{" is not allowed'],
    ['{{&state}}', '"{{&" is not allowed'],
    ['{{> header}}', 'partials are not allowed'],
    ['{{#> header}}x{{/header}}', 'partials are not allowed'],
    ['{{* activate}}', 'decorators are not allowed'],
    ['{{#with state}}x{{/with}}', 'there is no block "with"'],
    ['{{state.constructor}}', '"state.constructor" is not an attribute'],
    ['{{constructor}}', '"constructor" is not an attribute'],
    ['{{__proto__}}', '"__proto__" is not an attribute'],
    ['{{constructor "alert(1)"}}', 'there is no helper "constructor"'],
    ['{{../state}}', 'reaches out of its block'],
    ['{{@root.state}}', '"@root.state" has no meaning here'],
    ['{{this}}', '"this" has no meaning here'],
    ['{{#each list as |x|}}{{x}}{{/each}}', 'block parameters'],
    ['\\{{state}}', 'an escaped "{{" is not allowed'],
    ['{{state', 'Parse error on line 1'],
    ['{{upper}} {{upper a b}}', '"upper" takes 1 value, not 2'],
    ['{{number a digits=2}}', '"number" has no option "digits"'],
  ])('refuses %s', (source, message) => {
    expect(refusal(source)).toContain(message)
    expect(refusal(source)).toContain('campaigns/spring.json: headline/save')
  })

  it('refuses a source that is too long', () => {
    expect(refusal('x'.repeat(2001))).toContain('it has 2001 characters; at most 2000 are allowed')
  })

  it('bounds the text a short source can make', () => {
    const interests = Array.from({ length: 1000 }, () => 'a long interest')
    expect(rendered('{{#each interests}}{{this}}{{/each}}', { interests })).toEqual({
      problem: 'the text is longer than 2000 characters',
    })
    expect(
      rendered('{{#each interests}}{{#if this}}{{/if}}{{/each}}', { interests: Array(20_000).fill('') }),
    ).toEqual({
      problem: 'the copy takes too many steps',
    })
  })

  it('reads nothing from the prototype of its context', () => {
    expect(rendered('{{toString}}')).toHaveProperty('problem')
    expect(rendered('{{fallback hasOwnProperty "x"}}')).toEqual({ text: 'x' })
  })

  it('means what Handlebars means where both understand a source', () => {
    const piece = fc.constantFrom(
      'Save ',
      '{{a}}',
      ' {{~b~}} ',
      '{{#if a}}yes{{else}}no{{/if}}',
      '{{#unless b}}{{a}}{{/unless}}',
      '{{#if c}}c{{else if a}}a{{else}}-{{/if}}',
      '{{#each list}}[{{this}}{{@index}}{{#if @last}}.{{/if}}]{{/each}}',
      '{{! a comment }}',
      '\n  {{#if a}}\n  line\n  {{/if}}\n',
    )
    const value = fc.constantFrom('', 'x', 'Ohio & <b>', '{{a}}')
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 8 }),
        fc.record({ a: value, b: value, c: value, list: fc.array(value, { maxLength: 3 }) }),
        (pieces, context) => {
          const source = pieces.join('')
          expect(rendered(source, context)).toEqual({
            text: Handlebars.compile(source, { noEscape: true })(context),
          })
        },
      ),
      { numRuns: 200 },
    )
  })
})

describe('helpers', () => {
  it.each<[string, CopyContext, string, string]>([
    ['{{upper a}}', { a: 'straße' }, 'de-DE', 'STRASSE'],
    ['{{upper a}}', { a: 'istanbul' }, 'tr-TR', 'İSTANBUL'],
    ['{{lower a}}', { a: 'OHIO' }, 'en-US', 'ohio'],
    ['{{capitalise a}}', { a: 'new York' }, 'en-US', 'New York'],
    ['{{truncate a 6}}', { a: 'golfing 👨‍👩‍👧' }, 'en-US', 'golfi…'],
    ['{{truncate a 9}}', { a: 'golfing 👨‍👩‍👧' }, 'en-US', 'golfing 👨‍👩‍👧'],
    ['{{number 1234567.891}}', {}, 'de-DE', '1.234.567,891'],
    ['{{number a decimals=1}}', { a: '3' }, 'en-US', '3.0'],
    ['{{money 49.5 "USD"}}', {}, 'en-US', '$49.50'],
    ['{{money 1250 "JPY"}}', {}, 'en-US', '¥1,250'],
    ['{{date "2026-11-23" style="long"}}', {}, 'en-US', 'November 23, 2026'],
    ['{{date "2026-11-23" style="long"}}', {}, 'de-DE', '23. November 2026'],
    ['{{number n}} {{plural n one="person" other="people"}}', { n: 1 }, 'en-US', '1 person'],
    ['{{plural n one="osoba" few="osoby" many="osób" other="osoby"}}', { n: 5 }, 'pl-PL', 'osób'],
    ['{{list a}}', { a: ['golf', 'chess', 'tea'] }, 'en-US', 'golf, chess, and tea'],
    ['{{list a}}', { a: ['golf', 'chess'] }, 'de-DE', 'golf und chess'],
    ['{{ordinal 2}} {{ordinal 11}} {{ordinal 23}}', {}, 'en-US', '2nd 11th 23rd'],
    ['{{ordinal 1}} {{ordinal 2}}', {}, 'fr-FR', '1er 2e'],
  ])('%s', (source, context, locale, text) => {
    expect(rendered(source, context, locale)).toEqual({ text })
  })

  it.each([
    ['{{number "many"}}', 'number needs a number, not "many"'],
    ['{{money 5 "dollars"}}', 'ISO currency'],
    ['{{date "tomorrow"}}', 'date needs a day such as'],
    ['{{date "2026-02-31"}}', 'date needs a day such as'],
    ['{{date "2026-11-23" style="wild"}}', 'full, long, medium or short'],
    ['{{plural 5 one="x"}}', 'plural needs other'],
    ['{{truncate "abc" 0}}', 'at least 1'],
  ])('%s is a problem, not a crash', (source, problem) => {
    expect(rendered(source)).toEqual({ problem: expect.stringContaining(problem) })
  })
})
