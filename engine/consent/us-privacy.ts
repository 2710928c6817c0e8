/**
 * What a US Privacy string says of the sale of data: its third character is the opt-out. `none`: the law does not
 * apply. undefined: it is no such string.
 *
 * @see IAB Tech Lab, US Privacy String, version 1
 */
export function readUsPrivacy(text: string): 'opted-out' | 'not-opted-out' | 'none' | undefined {
  const optOut = /^1[YN-]([YN-])[YN-]$/i.exec(text)?.[1]
  if (optOut === undefined) return undefined
  return optOut === '-' ? 'none' : optOut.toUpperCase() === 'Y' ? 'opted-out' : 'not-opted-out'
}
