/** Most languages that are read of a header. */
const LIMIT = 20

/** The languages of an Accept-Language header, best first (RFC 9110, 12.5.4); `*` and refused ones are left out. */
export function languagesFrom(header: string): string[] {
  return header
    .split(',', LIMIT)
    .map((part) => {
      const [tag = '', ...parameters] = part.split(';').map((text) => text.trim())
      const quality = parameters.find((parameter) => parameter.startsWith('q='))
      return { tag, quality: quality === undefined ? 1 : Number(quality.slice(2)) }
    })
    .filter(({ tag, quality }) => /^[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*$/.test(tag) && quality > 0)
    .sort((a, b) => b.quality - a.quality)
    .map(({ tag }) => tag)
}
