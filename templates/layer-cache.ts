import type { Raster } from './compose.ts'

/** Rasters by content, least recently used out first; a raster being made is shared by all who ask for it. */
export function createLayerCache(maxBytes: number) {
  const entries = new Map<string, { raster: Promise<Raster>; bytes: number }>()
  let heldBytes = 0
  return {
    get(key: string, make: () => Promise<Raster>): Promise<Raster> {
      const known = entries.get(key)
      if (known) {
        entries.delete(key)
        entries.set(key, known)
        return known.raster
      }
      const entry = { raster: make(), bytes: 0 }
      entries.set(key, entry)
      entry.raster.then(
        ({ rgba }) => {
          entry.bytes = rgba.length
          heldBytes += rgba.length
          for (const [oldest, { bytes }] of entries) {
            if (heldBytes <= maxBytes || oldest === key) break
            entries.delete(oldest)
            heldBytes -= bytes
          }
        },
        () => entries.delete(key),
      )
      return entry.raster
    },
  }
}
