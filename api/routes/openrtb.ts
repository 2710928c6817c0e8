import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import { type BidRequest, BidRequestSchema } from '../../engine/openrtb/bid-request.ts'
import { BidResponseSchema } from '../../engine/openrtb/bid-response.ts'
import type { Bidding } from '../../engine/openrtb/bidder.ts'
import type { NoBidReason } from '../../engine/openrtb/no-bid.ts'
import { adServerOf } from '../../engine/tags/tag-markup.ts'
import type { ApiContext } from '../context.ts'
import { answers } from '../documented.ts'

const Query = Type.Object(
  {
    /** An ad server of data/ad-servers.ts whose click macro the exchange replaces in the markup. */
    adServer: Type.Optional(Type.String({ maxLength: 40 })),
  },
  { additionalProperties: false },
)

/** Of `tmax`, kept for the way back: it counts from when the exchange sent until it has the answer. */
const WAY_BACK_MS = 20

/** POST /openrtb2: a bidder for OpenRTB 2.6. */
export function registerOpenRtb(server: FastifyInstance, context: ApiContext): void {
  server.post<{ Body: BidRequest; Querystring: Static<typeof Query> }>(
    '/openrtb2',
    {
      config: { allow: ['exchange'] },
      schema: {
        tags: ['auctions'],
        summary:
          'Bid on an OpenRTB 2.6 request: banners and native 1.2. Fields that are not known pass, as the standard ' +
          'asks; a bid is in the log before it is answered',
        body: BidRequestSchema,
        querystring: Query,
        response: {
          ...answers({ 204: 'No bid; /metrics and the log of the server say why' }, 503),
          200: {
            description: 'A bid for at least one imp',
            content: { 'application/json': { schema: BidResponseSchema } },
          },
        },
      },
    },
    (request, reply) => answer(context, request, reply),
  )
}

async function answer(
  { ports, serving, metrics }: ApiContext,
  request: FastifyRequest<{ Body: BidRequest; Querystring: Static<typeof Query> }>,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const started = performance.now()
  const { body, query } = request
  const adServer = query.adServer === undefined ? undefined : adServerOf(query.adServer)
  const noBid = (noBids: Bidding['noBids']): FastifyReply => {
    for (const { reason } of noBids) metrics.count('polyad_no_bids_total', { reason })
    request.log.info({ reasons: noBids.map(({ reason }) => reason) }, 'no bid')
    return reply.code(204).send()
  }
  const withoutTime = (): FastifyReply =>
    noBid(body.imp.map(({ id }) => ({ impId: id, reason: 'time' as NoBidReason })))

  const leftMs = (): number =>
    typeof body.tmax === 'number' && body.tmax > 0
      ? body.tmax - WAY_BACK_MS - (performance.now() - started)
      : Infinity
  if (leftMs() <= 0) return withoutTime()

  const { response, records, noBids, noPersonalUse } = serving.bidder().bid(body, adServer)
  if (noPersonalUse !== null) metrics.count('polyad_no_personal_use_total', { reason: noPersonalUse })
  if (leftMs() <= 0) return withoutTime()
  if (records.length > 0) {
    const onLateFailure = (error: unknown) => request.log.error({ err: error }, 'bid not logged, nor made')
    if (!(await within(leftMs(), ports.eventLog.append(records), onLateFailure))) return withoutTime()
  }
  for (const { arm } of records) metrics.count('polyad_decisions_total', { arm })
  if (records.length > 0) metrics.observeDecision((performance.now() - started) / 1000)
  if (!response) return noBid(noBids)
  for (const { reason } of noBids) metrics.count('polyad_no_bids_total', { reason })
  const test = String(body.test === 1)
  for (const { bid } of response.seatbid) {
    for (const { mtype } of bid)
      metrics.count('polyad_bids_total', { kind: mtype === 1 ? 'banner' : 'native', test })
  }
  return reply.send(response)
}

/**
 * Whether the work was done in time. What comes later than that is done, and nobody waits for it.
 *
 * @param onLateFailure told when work that nobody waits for fails
 */
async function within(
  ms: number,
  work: Promise<void>,
  onLateFailure: (error: unknown) => void,
): Promise<boolean> {
  if (ms === Infinity) {
    await work
    return true
  }
  let timer: NodeJS.Timeout | undefined
  const over = new Promise<false>((resolve) => {
    timer = setTimeout(() => {
      work.catch(onLateFailure)
      resolve(false)
    }, ms)
  })
  try {
    return await Promise.race([work.then(() => true), over])
  } finally {
    clearTimeout(timer)
  }
}
