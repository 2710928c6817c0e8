import { microsFromDecimal } from '../../core/money.ts'
import type { Ports } from '../ports/ports.ts'
import { eventId } from './event-id.ts'
import type { EventRecord, FilterReason } from './record.ts'
import { signValues, verifiedValues } from './signature.ts'
import type { TokenKey } from './token-keys.ts'

/** What the address of an exchange's notice carries: enough that nobody can make up spend. */
export interface NoticePayload {
  readonly decision: string
  readonly campaign: string
  /** Ad unit id. */
  readonly adUnit: string
  /** Micros per thousand impressions: no clearing price is above it. */
  readonly bidMicros: number
  readonly currency: string
  /** Unix ms. */
  readonly expiresMs: number
}

/** A notice as it came: what the exchange put in the place of its macros. */
export interface IncomingNotice {
  readonly token: string
  readonly type: 'win' | 'billing' | 'loss'
  /** ${AUCTION_PRICE}: a decimal number per thousand impressions. */
  readonly price?: string | undefined
  /** ${AUCTION_CURRENCY} */
  readonly currency?: string | undefined
  /** ${AUCTION_LOSS} */
  readonly lossCode?: string | undefined
}

/** What became of a notice; `filtered`: taken, and no spend. */
export type NoticeOutcome = {
  readonly status: 'accepted' | 'late' | 'invalid'
  readonly filtered: FilterReason | null
}

/** @param tokenKey from Secrets */
export function signNotice(tokenKey: TokenKey, payload: NoticePayload): string {
  const { decision, campaign, adUnit, bidMicros, currency, expiresMs } = payload
  return signValues(tokenKey, 'notice', [decision, campaign, adUnit, bidMicros, currency, expiresMs])
}

/**
 * Takes a notice into the log; resolves when it is durable. A repeat, also at another price, is the same event, and the
 * first one counts. A price that is no number (`AUDIT` in a test of the markup, an encrypted one, a macro that nobody
 * replaced), is in another currency, or is above the bid, is kept as filtered and is no spend.
 *
 * @throws PolyadError STORAGE_FULL when the log cannot be written: nothing was taken
 */
export async function takeNotice(
  { eventLog, clock }: Pick<Ports, 'eventLog' | 'clock'>,
  tokenKey: TokenKey,
  notice: IncomingNotice,
): Promise<NoticeOutcome> {
  const payload = verifyNotice(tokenKey, notice.token)
  if (!payload) return { status: 'invalid', filtered: null }
  const atMs = clock.nowMs()
  const { type } = notice
  const priceMicros = type === 'loss' ? null : priceOf(notice, payload)
  const filtered = type !== 'loss' && priceMicros === null ? 'price' : null
  const late = atMs >= payload.expiresMs
  const record: EventRecord = {
    v: 2,
    type,
    id: eventId(payload.decision, type, filtered),
    decision: payload.decision,
    adUnit: payload.adUnit,
    campaign: payload.campaign,
    atMs,
    valueMicros: null,
    late,
    via: 'exchange',
    filtered,
    priceMicros,
    ...(type === 'loss' && { lossCode: codeOf(notice.lossCode) }),
  }
  await eventLog.append([record])
  return { status: late ? 'late' : 'accepted', filtered }
}

function verifyNotice(tokenKey: TokenKey, token: string): NoticePayload | undefined {
  const values = verifiedValues(tokenKey, 'notice', token)
  if (!values) return undefined
  const [decision, campaign, adUnit, bidMicros, currency, expiresMs] = values as [
    string,
    string,
    string,
    number,
    string,
    number,
  ]
  return { decision, campaign, adUnit, bidMicros, currency, expiresMs }
}

function priceOf({ price, currency }: IncomingNotice, payload: NoticePayload): number | null {
  // A currency is sent for confirmation only; an exchange that does not replace it leaves it empty.
  if (currency && currency !== payload.currency) return null
  const micros = price === undefined ? undefined : microsFromDecimal(price, 'nearest')
  return micros !== undefined && micros <= payload.bidMicros ? micros : null
}

function codeOf(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,6}$/.test(text) ? Number(text) : null
}
