import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

interface LockedPackage {
  readonly version: string
  readonly resolved?: string
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

const path = fileURLToPath(new URL('../package-lock.json', import.meta.url))
const { packages } = JSON.parse(readFileSync(path, 'utf8')) as {
  packages: Readonly<Record<string, LockedPackage>>
}

describe('package-lock.json', () => {
  // npm install beside an existing node_modules leaves out the packages of other platforms; npm ci then refuses the lock.
  it('has an entry for every platform', () => {
    const missing = Object.values(packages).flatMap(({ optionalDependencies = {} }) =>
      Object.keys(optionalDependencies).filter((name) => !(`node_modules/${name}` in packages)),
    )
    expect(missing).toEqual([])
  })

  it('names no registry', () => {
    const named = Object.entries(packages).filter(([, locked]) => locked.resolved !== undefined)
    expect(named).toEqual([])
  })
})
