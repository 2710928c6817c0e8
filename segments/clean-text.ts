import { decodeHTML } from 'entities'

/** Control characters other than tab and line feed: they hide text from readers and break files. */
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g
const LONE_SURROGATE = /\p{Surrogate}/gu

/**
 * Text from outside as plain text: line ends are line feeds, control characters are dropped, broken surrogates
 * replaced, normalised to NFC, no white space at the ends. Still hostile: never markup.
 *
 * @param decode `html` turns entities (&amp;) into the characters they stand for, once
 */
export function cleanText(raw: string, decode?: 'html'): string {
  const text = decode === 'html' ? decodeHTML(raw) : raw
  return text
    .replace(/\r\n?/g, '\n')
    .replace(CONTROL, '')
    .replace(LONE_SURROGATE, '\ufffd')
    .normalize('NFC')
    .trim()
}
