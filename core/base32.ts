/** Crockford's alphabet, lower case: no i, l, o or u, so an id can be read out loud. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'

/** Digits (each 0..31) as Crockford base32 text. */
export function base32FromDigits(digits: readonly number[]): string {
  let text = ''
  for (const digit of digits) text += ALPHABET[digit]
  return text
}

/** The digits of Crockford base32 text in lower case, or undefined when a character is not one of its 32. */
export function digitsFromBase32(text: string): number[] | undefined {
  const digits: number[] = []
  for (const character of text) {
    const digit = ALPHABET.indexOf(character)
    if (digit < 0) return undefined
    digits.push(digit)
  }
  return digits
}

/**
 * Check digit over GF(32) (polynomial x^5 + x^2 + 1): the sum of digit times alpha^position, alpha = 2.
 * It finds every single wrong character and every swap of two different neighbours.
 */
export function checkDigit(digits: readonly number[]): number {
  let check = 0
  // Horner's rule: multiply by alpha, add the digit; one more multiplication keeps the last digit's weight off 1.
  for (const digit of digits) check = timesAlpha(check) ^ digit
  return timesAlpha(check)
}

function timesAlpha(value: number): number {
  const doubled = value << 1
  return doubled & 32 ? (doubled ^ 0b100101) & 31 : doubled
}
