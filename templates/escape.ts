/**
 * Escaping, once, for the place a text goes. Every text that reaches a document passes exactly one of these.
 */

/** What XML 1.0 and HTML cannot hold: control characters, lone surrogates, non-characters. */
const UNREPRESENTABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufffe\uffff]|[\ud800-\udfff]/gu

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** For element content of HTML and SVG. Characters neither can hold become U+FFFD. */
export function escapeText(text: string): string {
  return text.replace(UNREPRESENTABLE, '\ufffd').replace(/[&<>]/g, (character) => ENTITIES[character]!)
}

/** For a quoted attribute of HTML and SVG; line breaks and tabs are kept as references. */
export function escapeAttribute(text: string): string {
  return text
    .replace(UNREPRESENTABLE, '\ufffd')
    .replace(/[&<>"']/g, (character) => ENTITIES[character]!)
    .replace(/[\t\n\r]/g, (character) => `&#${character.charCodeAt(0)};`)
}

/**
 * An absolute http or https address in its normal form, not yet escaped for an attribute; undefined for anything
 * else (javascript:, data:, relative), so a hostile address becomes no link at all.
 */
export function safeUrl(address: string): string | undefined {
  let url: URL
  try {
    url = new URL(address)
  } catch {
    return undefined
  }
  return url.protocol === 'https:' || url.protocol === 'http:' ? url.href : undefined
}
