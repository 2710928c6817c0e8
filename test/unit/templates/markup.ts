import { decodeXML } from 'entities'

/** A document of ours taken apart by a strict reader: anything it does not understand is an error. */
export interface Markup {
  /** Each tag once, as `name attribute attribute`, in text order. */
  readonly tags: readonly string[]
  /** Text of the elements of this name, decoded, in document order. */
  textOf(name: string): readonly string[]
  /** Decoded values of an attribute, in document order. */
  attribute(name: string): readonly string[]
}

const TAG = /<(\/?)([a-zA-Z][\w]*)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>/y
const ATTRIBUTE = /([\w:-]+)="([^"<]*)"/g
const VOID = new Set(['meta', 'img'])

export function readMarkup(document: string): Markup {
  const source = document.replace('<!doctype html>\n', '')
  const tags = new Set<string>()
  const open: string[] = []
  const texts: { name: string; text: string }[] = []
  const attributes: { name: string; value: string }[] = []
  for (let at = 0; at < source.length; ) {
    if (source[at] !== '<') {
      const end = source.indexOf('<', at)
      const text = source.slice(at, end < 0 ? undefined : end)
      if (/&(?!(amp|lt|gt|quot|#39|#\d+);)/.test(text)) throw new Error(`bare & in ${text}`)
      const name = open.at(-1)
      if (name) texts.push({ name, text: decodeXML(text) })
      at += text.length
      continue
    }
    TAG.lastIndex = at
    const match = TAG.exec(source)
    if (!match) throw new Error(`not a tag: ${source.slice(at, at + 80)}`)
    const [whole, closing, name = '', rest = '', selfClosed] = match
    at += whole.length
    if (closing) {
      if (open.pop() !== name) throw new Error(`</${name}> closes something else`)
      continue
    }
    const found = [...rest.matchAll(ATTRIBUTE)].map(([, key = '', value = '']) => ({
      name: key,
      value: decodeXML(value),
    }))
    attributes.push(...found)
    tags.add([name, ...found.map((each) => each.name)].join(' '))
    if (!selfClosed && !VOID.has(name)) open.push(name)
  }
  if (open.length > 0) throw new Error(`never closed: ${open.join(' ')}`)
  return {
    tags: [...tags].sort(),
    textOf: (name) => texts.filter((each) => each.name === name).map(({ text }) => text),
    attribute: (name) => attributes.filter((each) => each.name === name).map(({ value }) => value),
  }
}
