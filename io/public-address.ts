import { BlockList, isIPv4, isIPv6 } from 'node:net'

/**
 * Networks that are not the public internet: this machine, private and shared ones, link-local (cloud metadata),
 * documentation, benchmarks, multicast, and those that carry an IPv4 address inside an IPv6 one.
 *
 * @see https://www.iana.org/assignments/iana-ipv4-special-registry
 * @see https://www.iana.org/assignments/iana-ipv6-special-registry
 */
const RESERVED = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
] as const

/** Of IPv6 only global unicast is public; these lie within it and are not, or lead to an IPv4 address. */
const GLOBAL_UNICAST = '2000::/3'
const RESERVED_6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'] as const

const reserved = blockList(RESERVED, 'ipv4')
const global6 = blockList([GLOBAL_UNICAST], 'ipv6')
const reserved6 = blockList(RESERVED_6, 'ipv6')

/** Whether an IP address is one of the public internet. What is no address is not. */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !reserved.check(address, 'ipv4')
  // A zone names an interface of this machine.
  if (!isIPv6(address) || address.includes('%')) return false
  return global6.check(address, 'ipv6') && !reserved6.check(address, 'ipv6')
}

function blockList(networks: readonly string[], family: 'ipv4' | 'ipv6'): BlockList {
  const list = new BlockList()
  for (const network of networks) {
    const [address = '', bits = ''] = network.split('/')
    list.addSubnet(address, Number(bits), family)
  }
  return list
}
