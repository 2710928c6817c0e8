import type { CodeList, SharedNode } from './shared-diagrams.ts'

/** Neighbouring codes that lead to the same place in both revisions; undefined where one has no ad unit there. */
export interface Edge {
  /** Codes `codes[start]` to `codes[start + length - 1]`. */
  readonly codes: Int32Array
  readonly start: number
  readonly length: number
  readonly before: SharedNode | undefined
  readonly after: SharedNode | undefined
}

/** Codes that both lists have, or one of them, side by side; a place is -1 where its list has none of them. */
interface Piece {
  readonly before: number
  readonly after: number
  readonly length: number
}

export type EdgesOf = (before: SharedNode | undefined, after: SharedNode | undefined) => Edge[]

/** Walks two nodes of one level side by side. It costs the runs of both, not their options. */
export function createEdges(): EdgesOf {
  const known = new Map<string, Piece[]>()

  function piecesOf(before: CodeList, after: CodeList): Piece[] {
    const key = `${before.id},${after.id}`
    let pieces = known.get(key)
    if (!pieces) {
      pieces = alignLists(before.codes, after.codes)
      known.set(key, pieces)
    }
    return pieces
  }

  return (before, after) => {
    const edges: Edge[] = []
    const nextBefore = runReader(before)
    const nextAfter = runReader(after)
    const pieces =
      before && after
        ? piecesOf(before.list, after.list)
        : [{ before: before ? 0 : -1, after: after ? 0 : -1, length: (before ?? after)!.list.codes.length }]
    for (const piece of pieces) {
      for (let done = 0; done < piece.length; ) {
        const older = piece.before < 0 ? NOWHERE : nextBefore(piece.before + done)
        const newer = piece.after < 0 ? NOWHERE : nextAfter(piece.after + done)
        const length = Math.min(piece.length - done, older.left, newer.left)
        if (older.child || newer.child) {
          const [list, start] =
            piece.after < 0 ? [before!.list, piece.before + done] : [after!.list, piece.after + done]
          edges.push({ codes: list.codes, start, length, before: older.child, after: newer.child })
        }
        done += length
      }
    }
    return edges
  }
}

interface Reach {
  readonly child: SharedNode | undefined
  /** Positions from here on that lead to the same place. */
  readonly left: number
}

const NOWHERE: Reach = { child: undefined, left: Number.POSITIVE_INFINITY }

/** Where a position of a node leads; positions are asked for in ascending order. */
function runReader(node: SharedNode | undefined): (position: number) => Reach {
  const runs = node?.runs ?? []
  let at = 0
  return (position) => {
    while (at < runs.length && runs[at]!.start + runs[at]!.length <= position) at++
    const run = runs[at]
    if (!run) return NOWHERE
    if (position < run.start) return { child: undefined, left: run.start - position }
    return { child: run.child, left: run.start + run.length - position }
  }
}

function alignLists(before: Int32Array, after: Int32Array): Piece[] {
  const pieces: Piece[] = []
  let [older, newer] = [0, 0]
  while (older < before.length || newer < after.length) {
    const isBefore = newer === after.length || (older < before.length && before[older]! <= after[newer]!)
    const isAfter = older === before.length || (newer < after.length && after[newer]! <= before[older]!)
    const last = pieces.at(-1)
    const goesOn = last && last.before >= 0 === isBefore && last.after >= 0 === isAfter
    if (goesOn) pieces[pieces.length - 1] = { ...last, length: last.length + 1 }
    else pieces.push({ before: isBefore ? older : -1, after: isAfter ? newer : -1, length: 1 })
    if (isBefore) older++
    if (isAfter) newer++
  }
  return pieces
}
