/** What a decision's record says of its person, as JSON.stringify writes it. */
const written = (person: string) => Buffer.from(`"person":"${person}"`)

/**
 * Makes the person of a decision's payload null, in place and at equal length: white space fills what is left. A text
 * of the record cannot look like it, its quotes are escaped.
 *
 * @returns whether the payload had this person
 */
export function erasePersonIn(payload: Buffer, person: string): boolean {
  const old = written(person)
  const at = payload.indexOf(old)
  if (at < 0) return false
  payload.fill(' ', at, at + old.length)
  payload.write('"person":null', at)
  return true
}
