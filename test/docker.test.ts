import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const lines = readFileSync(join(root, 'Dockerfile'), 'utf8').replaceAll('\\\n', ' ').split('\n')
const packageJson = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  engines: { node: string }
  bin: { polyad: string }
  scripts: Record<string, string>
}
const argumentsOf = (instruction: string) =>
  lines.flatMap((line) =>
    line.startsWith(`${instruction} `) ? [line.slice(instruction.length + 1).trim()] : [],
  )
const ignored = readFileSync(join(root, '.dockerignore'), 'utf8').split('\n').filter(Boolean)

/** What a stage makes itself. */
const MADE = ['node_modules', 'dist']

describe('the Dockerfile', () => {
  it('copies what there is, and nothing that is kept out', () => {
    const copies = argumentsOf('COPY').map((text) => text.split(/\s+/))
    expect(copies.length).toBeGreaterThan(5)
    for (const copy of copies) {
      const fromBuild = copy[0] === '--from=build'
      const sources = copy.slice(fromBuild ? 1 : 0, -1).map((path) => path.replace(/^\/app\//, ''))
      for (const source of sources) {
        if (fromBuild && MADE.includes(source)) continue
        expect(existsSync(join(root, source)), source).toBe(true)
        expect(ignored, source).not.toContain(source.replace(/^\.\//, ''))
      }
    }
  })

  it('has everything in it that the program reads beside its own code', () => {
    const copied = argumentsOf('COPY').filter((text) => text.startsWith('--from=build'))
    const code = ['cli/boot.ts', 'cli/compose.ts', 'cli/example.ts', 'cli/package-root.ts', 'cli/serving.ts']
      .map((file) => readFileSync(join(root, file), 'utf8'))
      .join('\n')
    const read = [...code.matchAll(/PACKAGE_ROOT, '([^']+)'/g)].map(([, path]) => path!)
    expect(read).toContain('templates/fonts/fonts.conf')
    for (const path of read) {
      const has = copied.some((text) =>
        text.split(/\s+/).some((part) => `/app/${path}/`.startsWith(`${part}/`)),
      )
      expect(has, path).toBe(true)
    }
  })

  it('runs on a version of Node that the package asks for', () => {
    const images = argumentsOf('FROM').map((text) => /^node:(\d+)\.(\d+)-/.exec(text)!)
    const [, major, minor] = /^>=(\d+)\.(\d+)$/.exec(packageJson.engines.node)!
    expect(images).toHaveLength(2)
    for (const [, haveMajor, haveMinor] of images) {
      expect([haveMajor, Number(haveMinor) >= Number(minor)]).toEqual([major, true])
    }
  })

  it('starts the command of the package, not as root, with its workspace in a volume', () => {
    const [entry] = argumentsOf('ENTRYPOINT')
    expect(JSON.parse(entry!)).toEqual(['node', `/app/${packageJson.bin.polyad}`])
    expect(existsSync(join(root, 'cli/commands', `${JSON.parse(argumentsOf('CMD')[0]!)[0]}.ts`))).toBe(true)
    expect(argumentsOf('USER')).toEqual(['node'])
    expect(argumentsOf('VOLUME')).toEqual(['/workspace'])
    expect(argumentsOf('WORKDIR').at(-1)).toBe('/workspace')
    const scripts = argumentsOf('RUN').flatMap((text) =>
      [...text.matchAll(/npm run (\S+)/g)].map(([, name]) => name!),
    )
    expect(scripts).toEqual(['build'])
    for (const name of scripts) expect(packageJson.scripts[name]).toBeDefined()
    // No secret is baked in.
    expect(argumentsOf('ENV').concat(argumentsOf('ARG')).join(' ')).not.toMatch(/KEY|SECRET|TOKEN/)
    expect(ignored).toEqual(expect.arrayContaining(['**/keys', '**/.polyad', '.git']))
  })

  it('asks the server whether it is ready, and tells when it is not', async () => {
    const [check] = argumentsOf('HEALTHCHECK')
    const [, command, ...rest] = /CMD (.*)$/.exec(check!)!
    const [program, ...args] = JSON.parse(command!) as string[]
    expect([program, rest]).toEqual(['node', []])
    let status = 200
    const asked: string[] = []
    const server = createServer((request, response) => {
      asked.push(request.url!)
      response.writeHead(status).end()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const env = { POLYAD_PORT: String((server.address() as AddressInfo).port) }
    const exit = () =>
      new Promise<number>((resolve) =>
        execFile(process.execPath, args, { env }, (error) => resolve(Number(error?.code ?? 0))),
      )
    expect(await exit()).toBe(0)
    status = 503
    expect(await exit()).toBe(1)
    await new Promise((resolve) => server.close(resolve))
    expect(await exit()).toBe(1)
    expect(asked).toEqual(['/health/ready', '/health/ready'])
  })
})
