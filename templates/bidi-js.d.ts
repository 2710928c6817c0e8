declare module 'bidi-js' {
  interface Bidi {
    /** Level of each UTF-16 unit: odd ones run from right to left. */
    getEmbeddingLevels(
      text: string,
      base: 'ltr' | 'rtl',
    ): { readonly levels: Uint8Array; readonly paragraphs: readonly unknown[] }
  }
  /** UAX #9. */
  function bidiFactory(): Bidi
  export = bidiFactory
}
