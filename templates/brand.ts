import { type Static, Type } from 'typebox'
import { PolyadError } from '../core/errors.ts'
import { createDoor } from '../core/schema.ts'

export const BRAND_FILE = 'brand.json'

/** What a brand may ask for; each is a name in `refuse`. */
export const BRAND_RULES = ['colours', 'fonts', 'forbiddenWords', 'requiredLine', 'logo'] as const
export type BrandRule = (typeof BRAND_RULES)[number]

const closed = { additionalProperties: false } as const
const Colour = Type.String({ pattern: '^#[0-9a-fA-F]{6}$', description: 'a colour such as #1f6f6b' })
const Words = Type.Array(Type.String({ minLength: 1, maxLength: 200 }), { maxItems: 1000 })

export const BrandRuleSchema = Type.Unsafe<BrandRule>(
  Type.Union(BRAND_RULES.map((rule) => Type.Literal(rule))),
)

/** `brand.json` of a workspace: what every campaign is held to. */
const BrandSchema = Type.Object(
  {
    /** The only colours of texts, shapes and colour assets; how opaque they are does not matter. */
    colours: Type.Optional(Type.Array(Colour, { minItems: 1, maxItems: 200 })),
    /** The only font families that texts are drawn with, e.g. Inter. */
    fonts: Type.Optional(Type.Array(Type.String({ minLength: 1 }), { minItems: 1, maxItems: 50 })),
    /** By locale, language, or `*` for all: words and phrases that no text may hold, upper or lower case. */
    forbiddenWords: Type.Optional(Type.Record(Type.String(), Words)),
    /** By locale, language, or `*`: a line that every ad unit shows in one of its texts. */
    requiredLine: Type.Optional(Type.Record(Type.String(), Type.String({ minLength: 1, maxLength: 2000 }))),
    /** No text comes nearer to the layers of this slot than this share of the layer's height. */
    logo: Type.Optional(
      Type.Object({ slot: Type.String(), clearShare: Type.Number({ minimum: 0, maximum: 2 }) }, closed),
    ),
    /** Rules whose breach refuses the campaign; of the others the check only warns. Default none. */
    refuse: Type.Optional(Type.Array(BrandRuleSchema, { uniqueItems: true })),
  },
  closed,
)

export type Brand = Static<typeof BrandSchema>

const door = createDoor('brand', BrandSchema)

/**
 * The brand file of a workspace.
 *
 * @throws PolyadError INPUT_INVALID when it is no JSON or has a field that it may not have
 */
export function parseBrand(bytes: Uint8Array): Brand {
  let json: unknown
  try {
    json = JSON.parse(new TextDecoder().decode(bytes))
  } catch (error) {
    const problem = `it is no JSON: ${(error as Error).message}`
    throw new PolyadError('INPUT_INVALID', { what: 'brand', where: BRAND_FILE, problem }, { cause: error })
  }
  return door(json, BRAND_FILE)
}

/** What a brand says for a locale: its own, else its language's, else everybody's. */
export function forLocale<T>(
  byLocale: Readonly<Record<string, T>> | undefined,
  locale: string,
): T | undefined {
  if (!byLocale) return undefined
  const key = [locale, locale.split('-')[0]!, '*'].find((each) => Object.hasOwn(byLocale, each))
  return key === undefined ? undefined : byLocale[key]
}

/** Written without spaces, or with endings that grow onto words: there a forbidden word is found inside others too. */
const UNSPACED =
  /[\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u

/** The forbidden words of a locale, of its language and of all, that a text holds. */
export function forbiddenIn(brand: Brand, text: string, locale: string): string[] {
  const { forbiddenWords = {} } = brand
  const keys = new Set([locale, locale.split('-')[0]!, '*'])
  const words = [...keys].flatMap((key) => (Object.hasOwn(forbiddenWords, key) ? forbiddenWords[key]! : []))
  const folded = fold(text, locale)
  return [...new Set(words)].filter((word) => holds(folded, fold(word, locale)))
}

function holds(text: string, word: string): boolean {
  const isUnspaced = UNSPACED.test(word)
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    if (isUnspaced) return true
    const [before] = [...text.slice(0, at)].slice(-1)
    const [after] = [...text.slice(at + word.length, at + word.length + 2)]
    if (!isLetter(before) && !isLetter(after)) return true
  }
  return false
}

function isLetter(character: string | undefined): boolean {
  return character !== undefined && /[\p{L}\p{N}\p{M}]/u.test(character)
}

/** Full-width and other forms of a letter as one, in small letters, runs of spaces as one. */
function fold(text: string, locale: string): string {
  return text.normalize('NFKC').toLocaleLowerCase(locale).replace(/\s+/gu, ' ').trim()
}
