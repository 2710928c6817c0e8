/** Lone surrogates, non-characters and control characters but the line feed: no document and no font has them. */
const UNPRINTABLE = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\ufffe\uffff]|[\ud800-\udfff]/gu
/** Marks that reorder the text around them: with them "evil.example" can be made to look like something else. */
const REORDERING = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g

/**
 * A text as pictures show it: Unicode form C, without characters that draw nothing or reorder their neighbours,
 * runs of spaces as one, line feeds kept without spaces around them.
 */
export function plainText(text: string): string {
  return text
    .replace(/\r\n?|[\u2028\u2029]/g, '\n')
    .replace(UNPRINTABLE, ' ')
    .replace(REORDERING, '')
    .normalize('NFC')
    .replace(/[^\S\n\u00a0\u202f]+/g, ' ')
    .replace(/ *\n[ \n]*/g, '\n')
    .trim()
}
