/**
 * The one catalogue of failures we report on purpose. A code is public API: add codes, never rename or reuse one.
 *
 * `status` is the HTTP answer, `exit` the command's exit status (DESIGN: 2 bad input, 3 refused by the guard or an
 * approval, 1 anything else). Every text says what, where and how to mend it.
 */
const CATALOGUE = {
  INPUT_INVALID: {
    status: 400,
    exit: 2,
    text: (d: { what: string; where: string; problem: string; mend?: string }) =>
      `${d.what}: ${d.where}: ${d.problem}${d.mend ? `; ${d.mend}` : ''}`,
  },
  NOT_FOUND: {
    status: 404,
    exit: 2,
    text: (d: { what: string; name: string; mend?: string }) =>
      `there is no ${d.what} "${d.name}"${d.mend ? `; ${d.mend}` : ''}`,
  },
  CONFLICT: {
    status: 412,
    exit: 2,
    text: (d: { what: string; name: string }) =>
      `${d.what} "${d.name}" changed meanwhile; read it again and repeat your change`,
  },
  WORKSPACE_INVALID: {
    status: 500,
    exit: 2,
    text: (d: { folder: string; problem: string; mend: string }) =>
      `workspace ${d.folder}: ${d.problem}; ${d.mend}`,
  },
  WORKSPACE_HELD: {
    status: 409,
    exit: 2,
    text: (d: { folder: string; holder: string }) =>
      `workspace ${d.folder} is held by ${d.holder}; stop it, or use its API`,
  },
  HOLDER_REFUSED: {
    status: 502,
    exit: 2,
    text: (d: { who: string; problem: string }) =>
      `the workspace is held by ${d.who}, which answers: ${d.problem}`,
  },
  FILE_UNREADABLE: {
    status: 400,
    exit: 2,
    text: (d: { path: string; problem: string; mend?: string }) =>
      `cannot read ${d.path}: ${d.problem}${d.mend ? `; ${d.mend}` : ''}`,
  },
  SHEET_INVALID: {
    status: 422,
    exit: 2,
    text: (d: { sheet: string; rows: number; mistakes: number; lines: readonly string[] }) =>
      `${d.sheet}: ${d.mistakes.toLocaleString('en-US')} ${d.mistakes === 1 ? 'mistake' : 'mistakes'} in ` +
      `${d.rows.toLocaleString('en-US')} ${d.rows === 1 ? 'row' : 'rows'}; nothing was taken:\n` +
      d.lines.map((line) => `  ${line}`).join('\n'),
  },
  FILE_UNWRITABLE: {
    status: 500,
    exit: 2,
    text: (d: { path: string; problem: string; left?: string }) =>
      `cannot write ${d.path}: ${d.problem}; ${d.left ?? 'nothing was left half-written'}`,
  },
  OUTPUT_UNFINISHED: {
    status: 409,
    exit: 2,
    text: (d: { partial: string; run: string }) =>
      `${d.partial} is what another run has written so far (${d.run}); finish that one with its own command, or add ` +
      '--force to throw it away',
  },
  OUTPUT_HELD: {
    status: 409,
    exit: 2,
    text: (d: { path: string; holder: string }) =>
      `${d.path} is being written by ${d.holder}; wait for it, or name another file`,
  },
  POPULATION_UNREADABLE: {
    status: 500,
    exit: 1,
    text: (d: { problem: string }) =>
      `the population cannot be read: ${d.problem}; make it anew by importing any file again`,
  },
  RANK_OUT_OF_RANGE: {
    status: 404,
    exit: 2,
    text: (d: { rank: string; count: string }) =>
      `rank ${d.rank} is outside the number line; ranks go from 0 to ${d.count} (exclusive)`,
  },
  SAMPLE_TOO_LARGE: {
    status: 400,
    exit: 2,
    text: (d: { size: string; count: string; rule?: string }) =>
      `a sample of ${d.size} cannot be drawn from ${d.count} ad units${d.rule ? ` that meet the ${d.rule} rule` : ''} ` +
      `without repeating; ${d.count === '0' ? 'relax the rule' : `ask for ${d.count} at most`}`,
  },
  COVER_TOO_LARGE: {
    status: 422,
    exit: 2,
    text: (d: { combinations: number; limit: number; strength: number }) =>
      `a covering set over ${d.combinations} combinations of ${d.strength} choices is beyond the limit of ${d.limit}; ` +
      `cover fewer dimensions (--over)${d.strength > 2 ? ', or combinations of 2 (--cover 2)' : ''}`,
  },
  AD_UNIT_ID_INVALID: {
    status: 404,
    exit: 2,
    text: (d: { id: string; problem: string }) => `"${d.id}" is not an ad unit id: ${d.problem}`,
  },
  LEDGER_CONFLICT: {
    status: 409,
    exit: 2,
    text: (d: { campaign: string; kind: string; ordinal: number; names: readonly string[] }) =>
      `campaigns/${d.campaign}.ledger.json: ${d.kind} ordinal ${d.ordinal} has two names (${d.names.join(', ')}); ` +
      `take the file of the branch that was served first, then run: polyad check ${d.campaign}`,
  },
  SPACE_EMPTY: {
    status: 422,
    exit: 2,
    text: (d: { campaign: string; problem: string }) =>
      `campaign ${d.campaign} has no ad unit: ${d.problem}; relax a rule or add an asset`,
  },
  SPACE_TOO_LARGE: {
    status: 422,
    exit: 2,
    text: (d: { campaign: string; nodes: number; rules: readonly string[] }) =>
      `campaign ${d.campaign} compiles to more than ${d.nodes} diagram nodes; the rules that grow it most: ` +
      `${d.rules.join(', ')}`,
  },
  CHECK_REFUSED: {
    status: 409,
    exit: 3,
    text: (d: { campaign: string; revision: number; reason: string }) =>
      `campaign ${d.campaign}@${d.revision}: the check refuses it: ${d.reason}; roll it up with ` +
      `"polyad check ${d.campaign} --apply", or override with --override "reason"`,
  },
  CHECK_MISSING: {
    status: 409,
    exit: 3,
    text: (d: { campaign: string; revision: number; reason: string }) =>
      `campaign ${d.campaign}@${d.revision}: ${d.reason}; run: polyad check ${d.campaign}`,
  },
  EVALUATION_REFUSED: {
    status: 422,
    exit: 3,
    text: (d: { what: string; problem: string; mend: string }) =>
      `${d.what}: the value of this policy is not told: ${d.problem}; ${d.mend}`,
  },
  PICTURE_INVALID: {
    status: 422,
    exit: 2,
    text: (d: { file: string; problem: string }) =>
      `${d.file} cannot be used as a picture: ${d.problem}; give a JPEG, PNG or WebP file`,
  },
  REMOTE_REFUSED: {
    status: 422,
    exit: 2,
    text: (d: { url: string; problem: string }) =>
      `${d.url} is not fetched: ${d.problem}; or keep a copy of the picture in assets/ and name that`,
  },
  ASSET_IN_USE: {
    status: 409,
    exit: 2,
    text: (d: { path: string; campaigns: readonly string[] }) =>
      `${d.path} is used by ${d.campaigns.slice(0, 5).join(', ')}; change ${d.campaigns.length === 1 ? 'that campaign' : 'those campaigns'} first`,
  },
  PICTURE_TOO_LARGE: {
    status: 422,
    exit: 2,
    text: (d: { format: string; bytes: number; maxBytes: number }) =>
      `a ${d.format} of ${d.bytes} bytes is over the ${d.maxBytes} bytes its placement allows, at the lowest quality; ` +
      'use a calmer picture, or JPEG instead of PNG',
  },
  FONTS_NEEDED: {
    status: 500,
    exit: 1,
    text: (d: { campaign: string }) =>
      `campaign ${d.campaign} has texts that are lists from long to short, and nothing to measure them with`,
  },
  NO_PICTURE: {
    status: 422,
    exit: 2,
    text: (d: { placement: string }) =>
      `the placement ${d.placement} is copy alone, so it has no picture; take its rows (polyad generate), or leave it ` +
      `out, e.g. --where '{"not": {"placement": "${d.placement}"}}'`,
  },
  FONTS_NOT_USED: {
    status: 500,
    exit: 1,
    text: (d: { expectedPx: number; drawnPx: number }) =>
      `pictures are not drawn with the fonts of the package (a text came out ${d.drawnPx} pixels wide instead of ` +
      `${d.expectedPx}); FONTCONFIG_FILE must name templates/fonts/fonts.conf before sharp is imported`,
  },
  TOKEN_INVALID: {
    status: 404,
    exit: 2,
    text: (_d: Record<never, never>) => 'this link was not made here',
  },
  PREFETCH_REFUSED: {
    status: 403,
    exit: 2,
    text: (_d: Record<never, never>) => 'a click is not fetched ahead; open the link when somebody clicks it',
  },
  UNAUTHENTICATED: {
    status: 401,
    exit: 2,
    text: (_d: Record<never, never>) =>
      'a key is needed; make one with "polyad keys add --role ROLE" and send it as "Authorization: Bearer KEY"',
  },
  FORBIDDEN: {
    status: 403,
    exit: 2,
    text: (d: { action: string; caller: string }) => `${d.caller} may not ${d.action}`,
  },
  NO_CAMPAIGN: {
    status: 404,
    exit: 2,
    text: (d: { placement: string; campaign?: string | undefined }) =>
      `no ${d.campaign === undefined ? 'campaign' : `campaign "${d.campaign}"`} is live for placement "${d.placement}"; ` +
      'GET /v1/campaigns tells which are not active and why; flights and placements are in their documents',
  },
  BODY_TOO_LARGE: {
    status: 413,
    exit: 2,
    text: (d: { maxBytes: number }) =>
      `the request body is larger than ${d.maxBytes} bytes; send it in smaller parts`,
  },
  MEDIA_TYPE_UNSUPPORTED: {
    status: 415,
    exit: 2,
    text: (_d: Record<never, never>) => 'send JSON with "Content-Type: application/json"',
  },
  HEADERS_TOO_LARGE: {
    status: 431,
    exit: 2,
    text: (d: { maxBytes: number }) =>
      `the address and headers of the request are larger than ${d.maxBytes} bytes; send fewer cookies and headers`,
  },
  REQUEST_TIMEOUT: {
    status: 408,
    exit: 2,
    text: (d: { seconds: number }) =>
      `the request did not come whole within ${d.seconds} seconds; send it in smaller parts, or over a faster line`,
  },
  RATE_LIMITED: {
    status: 429,
    exit: 1,
    text: (d: { who: string; retrySeconds: number }) =>
      `${d.who} asks too often; try again in ${d.retrySeconds} s, and see the RateLimit headers of the answer`,
  },
  HOST_REFUSED: {
    status: 421,
    exit: 2,
    text: (d: { host: string; own: string }) =>
      `this server answers to ${d.own} only, not to "${d.host}"; open that address, or make keys to serve others`,
  },
  BIND_REFUSED: {
    status: 500,
    exit: 2,
    text: (d: { address: string }) =>
      `without keys the server is for one user on this machine and will not serve on ${d.address}; ` +
      'make a key with "polyad keys add --role admin", or use 127.0.0.1',
  },
  ADDRESS_UNUSABLE: {
    status: 500,
    exit: 2,
    text: (d: { address: string; problem: string }) =>
      `cannot listen on ${d.address}: ${d.problem}; choose another with --port`,
  },
  OVERLOADED: {
    status: 503,
    exit: 1,
    text: (d: { what: string }) => `too much ${d.what} is waiting; try again in a second`,
  },
  NOT_READY: {
    status: 503,
    exit: 1,
    text: (_d: Record<never, never>) => 'the store cannot be read; the log of the server says why',
  },
  STOPPING: {
    status: 503,
    exit: 1,
    text: (_d: Record<never, never>) =>
      'the server is stopping; ask another one, or this one when it is back',
  },
  INTERNAL: {
    status: 500,
    exit: 1,
    text: (_d: Record<never, never>) => 'something went wrong here; tell us the request id',
  },
  STORAGE_FULL: {
    status: 503,
    exit: 1,
    text: (d: { what: string; problem: string }) =>
      `${d.what} cannot be written (${d.problem}); make room and try again`,
  },
  ARCHIVE_REFUSED: {
    status: 400,
    exit: 2,
    text: (d: { problem: string }) =>
      `this is no backup that can be restored: ${d.problem}; nothing was changed; use another copy of it`,
  },
  BACKUP_UNSTEADY: {
    status: 409,
    exit: 1,
    text: (d: { path: string }) =>
      `${d.path} changed each time it was copied; nothing was left half-written; try again when less is written`,
  },
  WORKSPACE_NEWER: {
    status: 500,
    exit: 2,
    text: (d: { folder: string; found: number; known: number; writer: string }) =>
      `workspace ${d.folder}: its store has format ${d.found}, written by ${d.writer}, and this program knows formats ` +
      `up to ${d.known}; install that version or a newer one, or restore a backup made before`,
  },
  WORKSPACE_EXISTS: {
    status: 409,
    exit: 2,
    text: (d: { folder: string }) =>
      `${d.folder} is not empty; name an empty or new folder, or add --force to replace the workspace in it`,
  },
  STORE_DAMAGED: {
    status: 500,
    exit: 1,
    text: (d: { path: string; problem: string; mend: string }) =>
      `${d.path} is damaged: ${d.problem}; ${d.mend}`,
  },
  CHECKUP_FAILED: {
    status: 500,
    exit: 1,
    text: (d: { errors: number }) =>
      `${d.errors} ${d.errors === 1 ? 'thing is' : 'things are'} wrong with this workspace; see what to do above`,
  },
  ERASURE_INCOMPLETE: {
    status: 500,
    exit: 1,
    text: (d: { places: number }) =>
      `the person was erased from the store, but is still named in ${d.places} ${d.places === 1 ? 'place' : 'places'}, ` +
      'listed above; mend them and run it again',
  },
  WORKER_LOST: {
    status: 500,
    exit: 1,
    text: (d: { task: string; problem: string }) =>
      `a worker thread ended while it was to ${d.task}: ${d.problem}; try again with fewer workers or more memory`,
  },
  CANCELLED: {
    status: 499,
    exit: 1,
    text: (d: { what: string; left?: string }) =>
      `${d.what} was cancelled; ${d.left ?? 'nothing was left half-written'}`,
  },
} as const

type Catalogue = typeof CATALOGUE
export type ErrorCode = keyof Catalogue
export type ErrorDetails<C extends ErrorCode> = Parameters<Catalogue[C]['text']>[0]

/** Every code, for the OpenAPI document. */
export const ERROR_CODES = Object.keys(CATALOGUE) as ErrorCode[]

/**
 * The failure that another process told by its code, with the words given; its details stayed there.
 *
 * @returns undefined when the catalogue has no such code
 */
export function toldError(code: string | undefined, text: string): PolyadError | undefined {
  return code !== undefined && Object.hasOwn(CATALOGUE, code)
    ? new PolyadError(code as ErrorCode, {} as never, { text })
    : undefined
}

/** An expected failure; anything else that is thrown is a bug and becomes a 500 or exit status 1. */
export class PolyadError<C extends ErrorCode = ErrorCode> extends Error {
  readonly code: C
  readonly details: ErrorDetails<C>

  /** @param options `text`: instead of the catalogue's, which the details would make */
  constructor(code: C, details: ErrorDetails<C>, options: { cause?: unknown; text?: string } = {}) {
    super(options.text ?? (CATALOGUE[code].text as (d: ErrorDetails<C>) => string)(details), {
      ...('cause' in options && { cause: options.cause }),
    })
    this.name = 'PolyadError'
    this.code = code
    this.details = details
  }

  /** HTTP status of this failure. */
  get status(): number {
    return CATALOGUE[this.code].status
  }

  /** Exit status of a command that ends with this failure. */
  get exit(): number {
    return CATALOGUE[this.code].exit
  }
}
