import { decodeXML } from 'entities'

/** What an XML text is made of, in its order. Names are without their prefix. */
export type XmlPart =
  | { readonly kind: 'open'; readonly name: string; readonly attributes: Readonly<Record<string, string>> }
  | { readonly kind: 'close'; readonly name: string }
  | { readonly kind: 'text'; readonly text: string }

/** XML that is not read here: not well formed, or with a document type, which could define entities. */
export class XmlProblem extends Error {}

const ATTRIBUTE = /([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g

/**
 * The tags and texts of an XML document, in one pass and in linear time. An element that is empty opens and closes.
 * Only what files made by programs need: no document type, so no entities but the five and numbers.
 *
 * @throws XmlProblem
 */
export function* xmlParts(xml: string): Generator<XmlPart> {
  for (let at = 0; at < xml.length; ) {
    const open = xml.indexOf('<', at)
    const end = open < 0 ? xml.length : open
    if (end > at) yield { kind: 'text', text: decodeXML(xml.slice(at, end)) }
    if (open < 0) return
    if (xml.startsWith('<!--', open)) at = after(xml, '-->', open)
    else if (xml.startsWith('<![CDATA[', open)) {
      at = after(xml, ']]>', open)
      yield { kind: 'text', text: xml.slice(open + 9, at - 3) }
    } else if (xml.startsWith('<?', open)) at = after(xml, '?>', open)
    else if (xml.startsWith('<!', open)) throw new XmlProblem('it has a document type')
    else {
      const close = endOfTag(xml, open)
      const tag = xml.slice(open + 1, close)
      at = close + 1
      if (tag.startsWith('/')) yield { kind: 'close', name: localName(tag.slice(1).trim()) }
      else {
        const isEmpty = tag.endsWith('/')
        const [qualified = ''] = /^[^\s/]+/.exec(tag) ?? []
        const name = localName(qualified)
        yield { kind: 'open', name, attributes: attributesOf(tag) }
        if (isEmpty) yield { kind: 'close', name }
      }
    }
  }
}

function after(xml: string, ending: string, from: number): number {
  const at = xml.indexOf(ending, from)
  if (at < 0) throw new XmlProblem(`"${ending}" is missing`)
  return at + ending.length
}

/** The ">" that ends a tag: not one within quotes. */
function endOfTag(xml: string, from: number): number {
  let quote = ''
  for (let at = from; at < xml.length; at++) {
    const character = xml[at]!
    if (quote) {
      if (character === quote) quote = ''
    } else if (character === '"' || character === "'") quote = character
    else if (character === '>') return at
  }
  throw new XmlProblem('a tag is not closed')
}

function attributesOf(tag: string): Record<string, string> {
  const attributes: Record<string, string> = Object.create(null)
  for (const [, name, double, single] of tag.matchAll(ATTRIBUTE)) {
    attributes[localName(name!)] = decodeXML(double ?? single ?? '')
  }
  return attributes
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1)
}
