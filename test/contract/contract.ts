import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it } from 'vitest'

/** Opens an adapter; the same place again gives the same data. */
export type Open<Port> = (place: string) => Promise<{ readonly port: Port; close(): Promise<void> }>

/** Clauses an adapter does not keep, by number, each with the reason: it is printed in the test's name. */
export type Exemptions = Readonly<Record<number, string>>

/** One clause of a port's contract, tried on the adapter in a new place. */
export type Clause<Port> = (
  clause: number,
  text: string,
  body: (given: { port: Port; reopen(): Promise<Port>; openSecond(): Promise<Port> }) => Promise<void>,
) => void

/** A function that declares the clauses of a contract as tests of one adapter. */
export function clausesOf<Port>(open: Open<Port>, exempt: Exemptions = {}): Clause<Port> {
  return (clause, text, body) => {
    const reason = exempt[clause]
    if (reason !== undefined) {
      it.skip(`clause ${clause}: ${text} (exempt: ${reason})`, () => {})
      return
    }
    it(`clause ${clause}: ${text}`, async () => {
      await inNewFolder(async (place) => {
        const opened = [await open(place)]
        try {
          await body({
            port: opened[0]!.port,
            async reopen() {
              await opened.pop()!.close()
              opened.push(await open(place))
              return opened.at(-1)!.port
            },
            async openSecond() {
              opened.push(await open(place))
              return opened.at(-1)!.port
            },
          })
        } finally {
          for (const { close } of opened) await close()
        }
      })
    })
  }
}

/** Runs a test in a folder of its own and removes it. */
export async function inNewFolder<T>(body: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'polyad-store-'))
  try {
    return await body(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
