import Handlebars from 'handlebars'
import { PolyadError } from '../core/errors.ts'
import { CopyProblem, type CopyValue, HELPERS, isEmpty, text } from './helpers.ts'

/** Longest source and longest rendered text, in UTF-16 units. */
const MAX_SOURCE = 2_000
const MAX_OUTPUT = 2_000
/** Statements one rendering may run: far more than 2,000 characters of copy can need, few enough to be instant. */
const MAX_STEPS = 10_000

/** What copy may read: labels of what is certain of the segment, by attribute. */
export type CopyContext = Readonly<Record<string, CopyValue>>

export interface Copy {
  /** Attributes the copy reads, in text order: two contexts equal in these give the same text. */
  readonly variables: readonly string[]
  /** Plain text, not escaped for any place; or why there is none, in words for the author. */
  render(context: CopyContext, locale: string): { readonly text: string } | { readonly problem: string }
}

/**
 * Compiles copy written in Handlebars: variables, `if`, `unless`, `each` (one deep) and the helpers of helpers.ts.
 *
 * Handlebars parses; what runs is our own walk over the parsed tree. So nothing outside this file can be reached
 * from copy, a variable that is not known is a problem instead of an empty string (but `fallback` and `if` accept
 * it), and work and output are bounded.
 *
 * @param where names the source in messages, e.g. "campaigns/spring.json: headline/save"
 * @throws PolyadError INPUT_INVALID with line and column of what is not allowed
 */
export function compileCopy(source: string, where: string): Copy {
  const compiler = createCompiler(where)
  if (source.length > MAX_SOURCE) {
    throw compiler.refuse(`it has ${source.length} characters; at most ${MAX_SOURCE} are allowed`)
  }
  if (source.includes('{{{')) {
    throw compiler.refuse('"{{{" is not allowed', 'write {{name}}; copy is escaped for the place it goes')
  }
  const emit = compiler.program(parse(source, compiler.refuse))
  return {
    variables: [...compiler.variables].sort(),
    render(context, locale) {
      const run: Run = { context, locale, output: '', steps: 0 }
      try {
        emit(run, undefined)
      } catch (error) {
        if (error instanceof CopyProblem) return { problem: error.message }
        throw error
      }
      return { text: run.output }
    },
  }
}

interface Run {
  readonly context: CopyContext
  readonly locale: string
  output: string
  steps: number
}

/** One turn of `each`. */
interface Turn {
  readonly item: string
  readonly index: number
  readonly last: boolean
}

type Emit = (run: Run, turn: Turn | undefined) => void
type Evaluate = (run: Run, turn: Turn | undefined) => CopyValue
type Refuse = (problem: string, mend?: string, node?: hbs.AST.Node) => PolyadError<'INPUT_INVALID'>

/** Names that reach into JavaScript rather than into the context. */
const FORBIDDEN_NAMES = new Set(['constructor', 'prototype', '__proto__'])

function parse(source: string, refuse: Refuse): hbs.AST.Program {
  try {
    return Handlebars.parse(source)
  } catch (error) {
    const [first = '', ...rest] = (error as Error).message.split('\n')
    const expected = rest.find((line) => line.startsWith('Expecting'))
    if (expected?.endsWith("got 'EOF'")) {
      throw refuse('it ends inside a {{ }} or a block', 'close what is open, e.g. with }} or {{/if}}')
    }
    throw refuse(expected ? `${first} ${expected}` : first)
  }
}

function createCompiler(where: string) {
  const variables = new Set<string>()
  let eachDepth = 0

  const refuse: Refuse = (problem, mend, node) =>
    new PolyadError('INPUT_INVALID', {
      what: 'copy',
      where: node ? `${where}: line ${node.loc.start.line}, column ${node.loc.start.column + 1}` : where,
      problem,
      ...(mend ? { mend } : {}),
    })

  function program(node: hbs.AST.Program): Emit {
    if (node.blockParams?.length)
      throw refuse('block parameters ("as |name|") are not allowed', undefined, node)
    const emits = node.body.map(statement)
    return (run, turn) => {
      for (const emit of emits) {
        run.steps++
        if (run.steps > MAX_STEPS) throw new CopyProblem('the copy takes too many steps')
        emit(run, turn)
        if (run.output.length > MAX_OUTPUT) {
          throw new CopyProblem(`the text is longer than ${MAX_OUTPUT} characters`)
        }
      }
    }
  }

  function statement(node: hbs.AST.Statement): Emit {
    switch (node.type) {
      case 'ContentStatement': {
        const { value } = node as hbs.AST.ContentStatement
        if (value.includes('{{')) throw refuse('an escaped "{{" is not allowed', undefined, node)
        return (run) => {
          run.output += value
        }
      }
      case 'MustacheStatement': {
        const mustache = node as hbs.AST.MustacheStatement
        if (!mustache.escaped) throw refuse('"{{&" is not allowed', 'write {{name}}', node)
        const value =
          mustache.params.length > 0 || mustache.hash
            ? helperCall(mustache as unknown as hbs.AST.SubExpression)
            : expression(mustache.path, false)
        return (run, turn) => {
          run.output += text(value(run, turn))
        }
      }
      case 'BlockStatement':
        return block(node as hbs.AST.BlockStatement)
      case 'CommentStatement':
        return () => {}
      default:
        throw refuse(`${REFUSED[node.type] ?? node.type} are not allowed in copy`, undefined, node)
    }
  }

  function block(node: hbs.AST.BlockStatement): Emit {
    const name = node.path.original
    const [subject] = node.params
    if (name !== 'if' && name !== 'unless' && name !== 'each') {
      throw refuse(`there is no block "${name}"`, 'use if, unless or each', node)
    }
    if (!subject || node.params.length > 1 || node.hash) {
      throw refuse(`"${name}" takes exactly one value`, `write {{#${name} attribute}}`, node)
    }
    const otherwise = node.inverse ? program(node.inverse) : undefined
    if (name === 'each') return each(node, expression(subject, false), otherwise)
    const test = expression(subject, true)
    // Handlebars leaves `program` out of {{^if}}: only the other branch is there.
    const inside = node.program ? program(node.program) : undefined
    return (run, turn) => {
      const value = test(run, turn)
      const holds = value !== false && value !== 0 && !isEmpty(value)
      const branch = holds === (name === 'if') ? inside : otherwise
      branch?.(run, turn)
    }
  }

  function each(node: hbs.AST.BlockStatement, list: Evaluate, otherwise: Emit | undefined): Emit {
    if (eachDepth > 0) throw refuse('"each" inside "each" is not allowed', undefined, node)
    eachDepth++
    const inside = node.program ? program(node.program) : undefined
    eachDepth--
    return (run, turn) => {
      const value = list(run, turn)
      if (!Array.isArray(value)) throw new CopyProblem('"each" needs a list')
      if (value.length === 0) otherwise?.(run, turn)
      for (const [index, item] of (value as readonly string[]).entries()) {
        inside?.(run, { item, index, last: index === value.length - 1 })
      }
    }
  }

  function helperCall(node: hbs.AST.SubExpression): Evaluate {
    const name = node.path.original
    if (!Object.hasOwn(HELPERS, name)) {
      throw refuse(`there is no helper "${name}"`, `use one of ${Object.keys(HELPERS).join(', ')}`, node)
    }
    const helper = HELPERS[name]!
    const [fewest, most] = helper.arity
    if (node.params.length < fewest || node.params.length > most) {
      throw refuse(
        `"${name}" takes ${fewest} value${fewest > 1 ? 's' : ''}, not ${node.params.length}`,
        undefined,
        node,
      )
    }
    const args = node.params.map((param, at) => expression(param, at === 0 && helper.allowsMissing === true))
    const named = (node.hash?.pairs ?? []).map(({ key, value }) => {
      if (!helper.named?.includes(key)) throw refuse(`"${name}" has no option "${key}"`, undefined, node)
      return [key, expression(value, false)] as const
    })
    return (run, turn) =>
      helper.call({
        args: args.map((evaluate) => evaluate(run, turn)),
        named: Object.fromEntries(named.map(([key, evaluate]) => [key, evaluate(run, turn)])),
        locale: run.locale,
      })
  }

  function expression(node: hbs.AST.Expression, mayBeMissing: boolean): Evaluate {
    switch (node.type) {
      case 'StringLiteral':
      case 'NumberLiteral':
      case 'BooleanLiteral': {
        const { value } = node as hbs.AST.StringLiteral
        return () => value
      }
      case 'SubExpression':
        return helperCall(node as hbs.AST.SubExpression)
      case 'PathExpression':
        return path(node as hbs.AST.PathExpression, mayBeMissing)
      default:
        throw refuse('only attributes, texts, numbers and helpers are allowed here', undefined, node)
    }
  }

  function path(node: hbs.AST.PathExpression, mayBeMissing: boolean): Evaluate {
    const [name] = node.parts
    if (node.depth > 0)
      throw refuse(`"${node.original}" reaches out of its block`, 'name the attribute itself', node)
    if (node.data || name === undefined) return turnValue(node)
    if (node.parts.length > 1 || FORBIDDEN_NAMES.has(name)) {
      throw refuse(`"${node.original}" is not an attribute`, 'name one attribute, e.g. {{state}}', node)
    }
    variables.add(name)
    return (run) => {
      const value = Object.hasOwn(run.context, name) ? run.context[name] : undefined
      if (value === undefined && !mayBeMissing) {
        throw new CopyProblem(
          `"${name}" is not known here; write {{fallback ${name} "..."}}, or add a "when"`,
        )
      }
      return value
    }
  }

  /** `this`, `@index`, `@first` and `@last` of the surrounding `each`. */
  function turnValue(node: hbs.AST.PathExpression): Evaluate {
    const known = TURN_VALUES[node.original]
    if (!known || eachDepth === 0) {
      throw refuse(
        `"${node.original}" has no meaning here`,
        'this, @index, @first and @last go inside each',
        node,
      )
    }
    return (_run, turn) => known(turn!)
  }

  return { program, variables, refuse }
}

const TURN_VALUES: Readonly<Record<string, (turn: Turn) => CopyValue>> = {
  this: (turn) => turn.item,
  '.': (turn) => turn.item,
  '@index': (turn) => turn.index,
  '@first': (turn) => turn.index === 0,
  '@last': (turn) => turn.last,
}

const REFUSED: Readonly<Record<string, string>> = {
  PartialStatement: 'partials',
  PartialBlockStatement: 'partials',
  Decorator: 'decorators',
  DecoratorBlock: 'decorators',
}
