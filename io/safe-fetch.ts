import { lookup } from 'node:dns/promises'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { isIP } from 'node:net'
import { PolyadError } from '../core/errors.ts'
import { isPublicAddress } from './public-address.ts'

export interface SafeFetchOptions {
  /** `host` or `host:port` as an address has them; nothing else is asked. */
  readonly hosts: readonly string[]
  readonly types: readonly string[]
  readonly maxBytes?: number
  /** For all of it, redirects included. */
  readonly timeoutMs?: number
  /** Addresses of a name; default: the system's resolver. */
  readonly resolve?: (host: string) => Promise<readonly string[]>
  /** Default: isPublicAddress. */
  readonly isAllowed?: (address: string) => boolean
}

const MAX_BYTES = 20_000_000
const TIMEOUT_MS = 15_000
const MAX_REDIRECTS = 3

/**
 * The bytes at an address that somebody wrote into a document.
 *
 * Only hosts that are allowed by name are asked, and only at an address of the public internet: the name is resolved
 * here, every address it has is checked, and the connection goes to the one that was checked, so a second answer of the
 * resolver cannot lead elsewhere. Each redirect is checked anew. Nothing is sent along.
 *
 * @throws PolyadError REMOTE_REFUSED saying why
 */
export async function safeFetch(address: string, options: SafeFetchOptions): Promise<Buffer> {
  const signal = AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MS)
  let at = address
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const answer = await ask(at, options, signal)
    if (Buffer.isBuffer(answer)) return answer
    at = answer.redirect
  }
  throw refused(address, `it redirects more than ${MAX_REDIRECTS} times`)
}

function refused(url: string, problem: string, cause?: unknown): PolyadError {
  // An address may be as long as its author likes.
  return new PolyadError('REMOTE_REFUSED', { url: url.slice(0, 200), problem }, { cause })
}

async function ask(
  address: string,
  options: SafeFetchOptions,
  signal: AbortSignal,
): Promise<Buffer | { readonly redirect: string }> {
  const url = allowedUrl(address, options.hosts)
  const ip = await checkedAddress(url, options)
  const response = await connect(url, ip, signal)
  try {
    const { statusCode = 0, headers } = response
    if ([301, 302, 303, 307, 308].includes(statusCode) && headers.location !== undefined) {
      return { redirect: redirectFrom(url, headers.location) }
    }
    if (statusCode !== 200) throw refused(address, `it answers ${statusCode}`)
    const type = headers['content-type']?.split(';')[0]?.trim().toLowerCase() ?? ''
    if (!options.types.includes(type))
      throw refused(address, `its type is "${type}", not ${options.types.join(', ')}`)
    if (headers['content-encoding'] !== undefined)
      throw refused(address, 'it answers packed, though not asked to')
    return await bodyOf(address, response, options.maxBytes ?? MAX_BYTES)
  } catch (error) {
    if (error instanceof PolyadError) throw error
    throw refused(address, signal.aborted ? 'it takes too long' : 'it broke off', error)
  } finally {
    response.destroy()
  }
}

function allowedUrl(address: string, hosts: readonly string[]): URL {
  if (!URL.canParse(address)) throw refused(address, 'it is not an address')
  const url = new URL(address)
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw refused(address, 'only http and https are fetched')
  if (url.username || url.password) throw refused(address, 'it holds a name or password')
  if (!hosts.includes(url.host)) {
    throw refused(
      address,
      `the host ${url.host} is not allowed; add it to "pictureHosts" of polyad.json if it is yours`,
    )
  }
  return url
}

function redirectFrom(url: URL, location: string): string {
  if (!URL.canParse(location, url.href)) throw refused(url.href, 'it redirects to what is not an address')
  const next = new URL(location, url)
  if (url.protocol === 'https:' && next.protocol !== 'https:')
    throw refused(url.href, 'it redirects from https to http')
  return next.href
}

async function checkedAddress(url: URL, options: SafeFetchOptions): Promise<string> {
  const { resolve = resolved, isAllowed = isPublicAddress } = options
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const addresses = isIP(host)
    ? [host]
    : await resolve(host).catch((error: unknown) => {
        throw refused(url.href, 'its host is not known', error)
      })
  const [first] = addresses
  if (first === undefined) throw refused(url.href, 'its host has no address')
  if (!addresses.every(isAllowed)) throw refused(url.href, 'its host lies in a private network')
  return first
}

async function resolved(host: string): Promise<string[]> {
  return (await lookup(host, { all: true, verbatim: true })).map(({ address }) => address)
}

function connect(url: URL, address: string, signal: AbortSignal): Promise<IncomingMessage> {
  const request = url.protocol === 'https:' ? httpsRequest : httpRequest
  const host = url.hostname.replace(/^\[|\]$/g, '')
  return new Promise((resolve, reject) => {
    const sent = request({
      host: address,
      port: url.port || (url.protocol === 'https:' ? 443 : 80),
      path: url.pathname + url.search,
      // Of an https server the certificate must be of the name that was asked for.
      ...(isIP(host) ? {} : { servername: host }),
      headers: { host: url.host, accept: 'image/*', 'accept-encoding': 'identity', 'user-agent': 'polyad' },
      agent: false,
      signal,
    })
    sent.once('response', resolve)
    sent.once('error', (error) =>
      reject(
        refused(
          url.href,
          signal.aborted ? 'it takes too long' : `it cannot be reached (${error.message})`,
          error,
        ),
      ),
    )
    sent.end()
  })
}

async function bodyOf(address: string, response: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const tooLarge = () => refused(address, `it has more than ${maxBytes} bytes`)
  if (Number(response.headers['content-length'] ?? 0) > maxBytes) throw tooLarge()
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > maxBytes) throw tooLarge()
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
