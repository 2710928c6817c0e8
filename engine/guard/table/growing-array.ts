type Numbers = Float64Array | Uint32Array | Uint16Array

/** Numbers one after the other, as many as come. */
export interface GrowingArray<A extends Numbers> {
  push(value: number): void
  readonly length: number
  finish(): A
}

/** @param make an array of that many zeros, e.g. `(length) => new Float64Array(length)` */
export function createGrowingArray<A extends Numbers>(make: (length: number) => A): GrowingArray<A> {
  let array = make(1024)
  let length = 0
  return {
    push(value) {
      if (length === array.length) {
        const larger = make(length * 2)
        larger.set(array)
        array = larger
      }
      array[length++] = value
    },
    get length() {
      return length
    },
    finish: () => array.slice(0, length) as A,
  }
}
