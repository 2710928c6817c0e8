import { PolyadError } from './errors.ts'

/**
 * The value of a JSON file; a byte order mark is allowed.
 *
 * @param what the document in people's words; `path` as the message shows it
 * @throws PolyadError INPUT_INVALID with file, line and column (in characters, from 1)
 */
export function parseJsonFile(bytes: Uint8Array, what: string, path: string): unknown {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    const problem = 'this is not UTF-8 text'
    throw new PolyadError('INPUT_INVALID', { what, where: path, problem, mend: 'save it as UTF-8' })
  }
  try {
    return JSON.parse(text)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    const { offset, problem } = firstJsonError(text)
    const before = text.slice(0, offset).split('\n')
    const column = [...before.at(-1)!].length + 1
    throw new PolyadError('INPUT_INVALID', {
      what,
      where: `${path}, line ${before.length}, column ${column}`,
      problem: `this is not JSON: ${problem}`,
    })
  }
}

const SPACE = /[ \t\n\r]*/y
const SCALAR = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.+-])/y
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y
const STRING_START = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*/y

/**
 * Where a text that `JSON.parse` refused goes wrong, and how: the engine tells the place in some messages only.
 *
 * One token at a time with the open brackets on a stack, so depth costs no recursion.
 */
function firstJsonError(text: string): { readonly offset: number; readonly problem: string } {
  const open: ('{' | '[')[] = []
  let expected: 'value' | 'value or ]' | 'name' | 'name or }' | 'colon' | 'comma or end' = 'value'
  let offset = 0
  const take = (token: RegExp): boolean => {
    token.lastIndex = offset
    if (!token.test(text)) return false
    offset = token.lastIndex
    return true
  }
  for (;;) {
    take(SPACE)
    const char = text[offset]
    if (expected === 'colon') {
      if (char !== ':') return { offset, problem: `expected ":" ${found(text, offset)}` }
      offset++
      expected = 'value'
    } else if (expected === 'comma or end') {
      const bracket = open.at(-1)
      const closing = bracket === '{' ? '}' : ']'
      if (bracket === undefined) return { offset, problem: `expected the end ${found(text, offset)}` }
      if (char === closing) open.pop()
      else if (char === ',') expected = bracket === '{' ? 'name' : 'value'
      else return { offset, problem: `expected "," or "${closing}" ${found(text, offset)}` }
      offset++
    } else if (expected === 'name' || expected === 'name or }') {
      if (char === '}' && expected === 'name or }') {
        open.pop()
        offset++
        expected = 'comma or end'
      } else if (char === '"' && take(STRING)) expected = 'colon'
      else
        return char === '"'
          ? badString()
          : { offset, problem: `expected a field name in double quotes ${found(text, offset)}` }
    } else if (char === ']' && expected === 'value or ]') {
      open.pop()
      offset++
      expected = 'comma or end'
    } else if (char === '{' || char === '[') {
      open.push(char)
      offset++
      expected = char === '{' ? 'name or }' : 'value or ]'
    } else if (char === '"' ? take(STRING) : take(SCALAR)) expected = 'comma or end'
    else return char === '"' ? badString() : { offset, problem: `expected a value ${found(text, offset)}` }
  }

  function badString() {
    take(STRING_START)
    return {
      offset,
      problem: `a string is not closed or holds a character that must be escaped ${found(text, offset)}`,
    }
  }
}

function found(text: string, offset: number): string {
  const point = text.codePointAt(offset)
  return point === undefined
    ? 'but the file ends'
    : `but found ${JSON.stringify(String.fromCodePoint(point))}`
}
