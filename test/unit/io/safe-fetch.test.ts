import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { isPublicAddress } from '../../../io/public-address.ts'
import { type SafeFetchOptions, safeFetch } from '../../../io/safe-fetch.ts'

let answer: (request: IncomingMessage, response: ServerResponse) => void
const server = createServer((request, response) => answer(request, response))
let asked: string[]
let port: number

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})
beforeEach(() => {
  asked = []
  answer = (request, response) => {
    asked.push(`${request.headers.host}${request.url}`)
    response.writeHead(200, { 'content-type': 'image/png' }).end('picture')
  }
})

/** `cdn.example` is the local server, as if that were public. */
const local = (): SafeFetchOptions => ({
  hosts: [`cdn.example:${port}`],
  types: ['image/png'],
  resolve: async () => ['127.0.0.1'],
  isAllowed: () => true,
})
const url = (path: string) => `http://cdn.example:${port}${path}`

describe('a picture from elsewhere', () => {
  it('is fetched from the address that was checked, under the name that was asked for', async () => {
    expect(String(await safeFetch(url('/a.png?b'), local()))).toBe('picture')
    expect(asked).toEqual([`cdn.example:${port}/a.png?b`])
  })

  it.each([
    ['of another host', 'http://evil.example/a.png'],
    ['of another port', 'http://cdn.example/a.png'],
    ['of a host that ends alike', 'http://evilcdn.example:PORT/'],
    ['of a dotted name', 'http://cdn.example.:PORT/'],
    ['with a name in it', 'http://cdn.example:PORT@evil.example/'],
    ['with a password', 'http://a:b@cdn.example:PORT/'],
    ['of a file', 'file:///etc/passwd'],
    ['of nothing', 'http://'],
    ['with a backslash', 'http://evil.example\\@cdn.example:PORT/'],
  ])('is refused where it is %s, and nobody is asked', async (_, address) => {
    await expect(safeFetch(address.replace('PORT', String(port)), local())).rejects.toMatchObject({
      code: 'REMOTE_REFUSED',
    })
    expect(asked).toEqual([])
  })

  it.each([
    '127.0.0.1',
    '2130706433',
    '0177.0.0.1',
    '0x7f.1',
    '127.1',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '0',
    'localhost',
  ])('of this machine written as %s is refused, even if somebody allowed it', async (host) => {
    const address = `http://${host}:${port}/`
    const options = { hosts: [new URL(address).host], types: ['image/png'] }
    await expect(safeFetch(address, options)).rejects.toThrow('private network')
    expect(asked).toEqual([])
  })

  it('a name that has one private address among public ones is refused', async () => {
    const { isAllowed: _, ...options } = local()
    const resolve = async () => ['93.184.215.14', '10.0.0.1']
    await expect(safeFetch(url('/'), { ...options, resolve })).rejects.toThrow('private network')
  })

  it('the resolver is asked once: a second answer changes nothing', async () => {
    let answers = 0
    const resolve = async () => (answers++ === 0 ? ['127.0.0.1'] : ['169.254.169.254'])
    await safeFetch(url('/'), { ...local(), resolve })
    expect(answers).toBe(1)
  })

  it.each(['http://evil.example/', 'http://127.0.0.1/', '//evil.example/', 'file:///etc/passwd', 'http://['])(
    'a redirect to %s is refused',
    async (location) => {
      answer = (_, response) => response.writeHead(302, { location }).end()
      await expect(safeFetch(url('/'), local())).rejects.toMatchObject({ code: 'REMOTE_REFUSED' })
    },
  )

  it('a redirect is resolved and checked anew', async () => {
    answer = (_, response) => response.writeHead(302, { location: '/next' }).end()
    let answers = 0
    const resolve = async () => [answers++ === 0 ? '127.0.0.1' : '10.0.0.1']
    const isAllowed = (address: string) => address === '127.0.0.1'
    await expect(safeFetch(url('/'), { ...local(), resolve, isAllowed })).rejects.toThrow('private network')
    answer = (_, response) => response.writeHead(302, { location: '/next' }).end()
    await expect(safeFetch(url('/'), local())).rejects.toThrow('redirects more than 3 times')
  })

  it('one that is too large is left, whether it says so or not', async () => {
    answer = (_, response) =>
      response.writeHead(200, { 'content-type': 'image/png', 'content-length': 5000 }).flushHeaders()
    await expect(safeFetch(url('/'), { ...local(), maxBytes: 1000 })).rejects.toThrow('more than 1000 bytes')
    let sent = 0
    answer = (_, response) => {
      response.writeHead(200, { 'content-type': 'image/png' })
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536))) sent++
      }
      response.on('drain', more)
      more()
    }
    await expect(safeFetch(url('/'), { ...local(), maxBytes: 100_000 })).rejects.toThrow(
      'more than 100000 bytes',
    )
    expect(sent).toBeLessThan(1000)
  })

  it('one that is slow, breaks off, is packed, fails, or of another type is refused', async () => {
    const refusals: [typeof answer, string][] = [
      [() => {}, 'takes too long'],
      [
        (_, response) => void response.writeHead(200, { 'content-type': 'image/png' }).write('x'),
        'takes too long',
      ],
      [(_, response) => void response.destroy(), 'cannot be reached'],
      [
        (_, response) =>
          void response.writeHead(200, { 'content-type': 'image/png', 'content-encoding': 'gzip' }).end(),
        'packed',
      ],
      [(_, response) => void response.writeHead(404).end(), 'it answers 404'],
      [
        (_, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<p>'),
        'its type is "text/html"',
      ],
    ]
    for (const [given, problem] of refusals) {
      answer = given
      await expect(safeFetch(url('/'), { ...local(), timeoutMs: 150 })).rejects.toThrow(problem)
    }
  })
})

describe('addresses of the public internet', () => {
  it('are no others, however an IPv4 address is wrapped', () => {
    const special = [
      '0.1.2.3',
      '10.1.1.1',
      '100.64.0.1',
      '127.9.9.9',
      '169.254.169.254',
      '172.31.255.255',
      '192.168.1.1',
      '198.19.0.1',
      '224.0.0.1',
      '255.255.255.255',
    ]
    for (const address of special) {
      expect(isPublicAddress(address), address).toBe(false)
      expect(isPublicAddress(`::ffff:${address}`), address).toBe(false)
      expect(isPublicAddress(`64:ff9b::${address}`), address).toBe(false)
    }
    for (const address of [
      '::',
      '::1',
      'fe80::1',
      'fc00::1',
      'ff02::1',
      '2001:db8::1',
      '2002:7f00:1::',
      'fe80::1%eth0',
      '',
      'x',
    ]) {
      expect(isPublicAddress(address), address).toBe(false)
    }
    for (const address of ['93.184.215.14', '8.8.8.8', '172.32.0.1', '100.128.0.1', '2606:4700:4700::1111']) {
      expect(isPublicAddress(address), address).toBe(true)
    }
  })

  it('of IPv6 only in 2000::/3', () => {
    fc.assert(
      fc.property(fc.ipV6(), (address) => {
        if (isPublicAddress(address)) expect(address).toMatch(/^[23][0-9a-f]{3}:/i)
      }),
    )
  })
})
