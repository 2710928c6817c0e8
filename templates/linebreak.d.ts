declare module 'linebreak' {
  /** UAX #14 line break opportunities of a text, in order. */
  class LineBreaker {
    constructor(text: string)
    /** The next opportunity: `position` is the UTF-16 index after it; null at the end. */
    nextBreak(): { readonly position: number; readonly required: boolean } | null
  }
  export = LineBreaker
}
