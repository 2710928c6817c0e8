/** What fills one slot of one ad unit: finished plain text, a picture's name, or a colour as #rrggbb. */
export type SlotValue =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'image'; readonly file: string }
  | { readonly kind: 'colour'; readonly colour: string }

/** By slot name. A slot that is absent has no key. */
export type SlotValues = Readonly<Record<string, SlotValue>>
