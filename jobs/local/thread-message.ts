import { ERROR_CODES, type ErrorCode, PolyadError } from '../../core/errors.ts'

/** What a thread is given when it starts. */
export interface ThreadSettings {
  readonly workspaceFolder: string
  /** Fonts that pictures are made with. */
  readonly fontsFolder: string
}

/** Worker to main thread, for each RangeJob it was sent: the range's bytes, or why there are none. */
export type ThreadAnswer =
  | { readonly bytes: Uint8Array; readonly units: number }
  | { readonly failure: SentError }

/** An error as it crosses the border between threads, where classes are lost. */
interface SentError {
  readonly message: string
  readonly stack: string | undefined
  /** Of a PolyadError. */
  readonly code?: string
  readonly details?: unknown
}

export function sentError(error: unknown): SentError {
  const { message, stack } = error instanceof Error ? error : new Error(String(error))
  if (!(error instanceof PolyadError)) return { message, stack }
  return { message, stack, code: error.code, details: error.details }
}

/** The error a thread sent: a PolyadError again where it was one. */
export function errorFrom(sent: SentError): Error {
  const known = ERROR_CODES.includes(sent.code as ErrorCode)
  const error = known
    ? new PolyadError(sent.code as ErrorCode, sent.details as never)
    : new Error(sent.message)
  if (sent.stack !== undefined) error.stack = sent.stack
  return error
}
