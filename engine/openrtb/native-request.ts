import { type Static, type TSchema, Type } from 'typebox'
import { PolyadError } from '../../core/errors.ts'
import { createDoor } from '../../core/schema.ts'

const Maybe = <S extends TSchema>(schema: S) => Type.Optional(Type.Union([schema, Type.Null()]))
const Integer = Type.Integer()

const Asset = Type.Object({
  id: Integer,
  required: Maybe(Integer),
  title: Maybe(Type.Object({ len: Integer })),
  img: Maybe(
    Type.Object({
      type: Maybe(Integer),
      w: Maybe(Integer),
      wmin: Maybe(Integer),
      h: Maybe(Integer),
      hmin: Maybe(Integer),
      mimes: Maybe(Type.Array(Type.String())),
    }),
  ),
  data: Maybe(Type.Object({ type: Integer, len: Maybe(Integer) })),
  video: Type.Optional(Type.Unknown()),
})

/**
 * The fields of a native request that are read; others pass, as in a bid request.
 *
 * @see IAB Tech Lab, OpenRTB Dynamic Native Ads 1.2, section 4
 */
const NativeRequestSchema = Type.Object({
  ver: Maybe(Type.String()),
  assets: Type.Array(Asset, { minItems: 1, maxItems: 100 }),
  eventtrackers: Maybe(
    Type.Array(Type.Object({ event: Integer, methods: Maybe(Type.Array(Integer)) }), { maxItems: 100 }),
  ),
})

export type NativeRequest = Static<typeof NativeRequestSchema> & {
  /** Version 1.0: everything stands in a root of one member, `native`. */
  readonly wrapped: boolean
}
export type NativeAsset = Static<typeof Asset>

const door = createDoor('native request', NativeRequestSchema)

/**
 * The native request of an imp: JSON text, or the object some exchanges send in its place.
 *
 * @throws PolyadError INPUT_INVALID
 */
export function parseNativeRequest(request: unknown, where: string): NativeRequest {
  const value = typeof request === 'string' ? jsonFrom(request, where) : request
  const wrapped = typeof value === 'object' && value !== null && 'native' in value
  return { ...door(wrapped ? value.native : value, where), wrapped }
}

function jsonFrom(text: string, where: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new PolyadError(
      'INPUT_INVALID',
      { what: 'native request', where, problem: `it is no JSON (${(cause as Error).message})` },
      { cause },
    )
  }
}
