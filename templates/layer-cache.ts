/** Pixels by content, least recently used out first; what is being made is shared by all who ask for it. */
export function createLayerCache<T>(maxBytes: number, bytesOf: (made: T) => number) {
  const entries = new Map<string, { made: Promise<T>; bytes: number }>()
  let heldBytes = 0
  return {
    get(key: string, make: () => Promise<T>): Promise<T> {
      const known = entries.get(key)
      if (known) {
        entries.delete(key)
        entries.set(key, known)
        return known.made
      }
      const entry = { made: make(), bytes: 0 }
      entries.set(key, entry)
      entry.made.then(
        (made) => {
          // Dropped while it was being made: it is not held, so it must not count as held.
          if (entries.get(key) !== entry) return
          entry.bytes = bytesOf(made)
          heldBytes += entry.bytes
          for (const [oldest, { bytes }] of entries) {
            if (heldBytes <= maxBytes || oldest === key) break
            entries.delete(oldest)
            heldBytes -= bytes
          }
        },
        () => {
          if (entries.get(key) === entry) entries.delete(key)
        },
      )
      return entry.made
    },
  }
}
