/** What fills one slot of one ad unit: finished plain text, a picture's name, or a colour as #rrggbb. */
export type SlotValue =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'image'; readonly file: string; readonly focus?: Focus | undefined }
  | { readonly kind: 'colour'; readonly colour: string }

/** A point of a picture in shares of its sides, from its top left corner. */
export interface Focus {
  readonly x: number
  readonly y: number
}

/** By slot name. A slot that is absent has no key. */
export type SlotValues = Readonly<Record<string, SlotValue>>
