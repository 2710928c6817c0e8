import type { BidSettings } from '../campaign/bid-settings.ts'
import type { Plan } from '../campaign/plan.ts'
import type { BidRequest } from './bid-request.ts'

type Source = NonNullable<BidSettings['attributes']>[number]
type Value = string | number | boolean

/**
 * Attributes of the person in a bid request, as a campaign's `bid.attributes` reads them. A value that does not fit the
 * attribute's type is left out: a request of an exchange is not ours to mend. Of several values a set keeps all, any
 * other attribute the first.
 *
 * @param types rule vocabulary: attribute -> type
 */
export function attributesFrom(
  request: BidRequest,
  sources: readonly Source[],
  types: Plan['attributes'],
): Record<string, Value | readonly string[]> {
  const attributes: Record<string, Value | readonly string[]> = {}
  for (const source of sources) {
    const type = types[source.to]
    const values = fieldValues(request, source)
      .flatMap((value) => mapped(value, source.values))
      .flatMap((value) => asType(value, type))
    if (values.length === 0) continue
    const before = attributes[source.to]
    if (type === 'set') {
      const texts = [...(Array.isArray(before) ? (before as readonly string[]) : []), ...(values as string[])]
      attributes[source.to] = [...new Set(texts)]
    } else if (before === undefined) attributes[source.to] = values[0]!
  }
  return attributes
}

function fieldValues({ user, device }: BidRequest, { from, provider, segtax }: Source): readonly string[] {
  switch (from) {
    case 'user.data.segment':
      return (user?.data ?? [])
        .filter(({ id, name }) => provider === undefined || id === provider || name === provider)
        .filter(({ ext }) => segtax === undefined || ext?.segtax === segtax)
        .flatMap(({ segment }) => (segment ?? []).flatMap(({ id }) => given(id)))
    case 'user.keywords':
      return [...(user?.kwarray ?? []), ...(user?.keywords?.split(',') ?? [])].flatMap((word) =>
        given(word.trim()),
      )
    case 'user.gender':
      return given(user?.gender)
    case 'device.language':
      return given(device?.langb ?? device?.language)
    case 'device.os':
      return given(device?.os)
    case 'device.make':
      return given(device?.make)
    case 'device.model':
      return given(device?.model)
    case 'device.devicetype':
      return given(device?.devicetype?.toString())
    default: {
      const [owner, , part] = from.split('.') as ['device' | 'user', 'geo', GeoPart]
      const geo = owner === 'user' ? user?.geo : device?.geo
      return given(geo?.[part])
    }
  }
}

type GeoPart = 'country' | 'region' | 'metro' | 'city' | 'zip'

function given(text: string | null | undefined): string[] {
  return text ? [text] : []
}

function mapped(value: string, values: Source['values']): Value[] {
  if (!values) return [value]
  return Object.hasOwn(values, value) ? [values[value]!] : []
}

function asType(value: Value, type: Plan['attributes'][string] | undefined): Value[] {
  switch (type) {
    case 'category':
    case 'set':
      return [String(value)]
    case 'number': {
      const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
      return typeof number === 'number' && Number.isFinite(number) ? [number] : []
    }
    case 'boolean': {
      if (typeof value === 'boolean') return [value]
      return value === 'true' ? [true] : value === 'false' ? [false] : []
    }
    default:
      return []
  }
}
