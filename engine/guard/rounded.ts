/** Four digits that count: an estimate has no more, and reports of thousands of leaves stay small. */
export function rounded(value: number): number {
  return Number(value.toPrecision(4))
}
