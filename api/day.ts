import { Type } from 'typebox'

/** A day of a query. The engine checks it, so that a refusal has the same words as a command's. */
export const Day = Type.String({ description: "YYYY-MM-DD in the campaign's time zone" })
