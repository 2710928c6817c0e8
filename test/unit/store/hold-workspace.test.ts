import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { holderOf, holdWorkspace } from '../../../store/embedded/hold-workspace.ts'
import { inNewFolder } from '../../contract/contract.ts'

const BUILT = new URL('../../../dist/store/embedded/hold-workspace.js', import.meta.url).href

/** A process that tries to hold the workspace, says whether it does, and stays until it is killed. */
function spawnHolder(folder: string) {
  const code = `
    import { holdWorkspace } from ${JSON.stringify(BUILT)}
    const answer = await holdWorkspace(${JSON.stringify(folder)}, { command: 'polyad serve' })
      .then(() => 'held', (error) => error.code + ' ' + error.message)
    process.stdout.write(answer + '\\n')
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const answer = once(child.stdout, 'data').then(([data]) => String(data).trim())
  const kill = async () => {
    child.kill('SIGKILL')
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  }
  return { pid: child.pid!, answer, kill }
}

/** An entry as a dead holder would have left it. */
async function leaveEntry(folder: string, changes: object): Promise<void> {
  const locks = join(folder, '.polyad', 'locks', 'workspace')
  await mkdir(locks, { recursive: true })
  const holder = {
    command: 'polyad serve',
    pid: process.pid,
    host: hostname(),
    pidStart: null,
    sinceMs: 0,
    url: null,
  }
  await writeFile(join(locks, '3.json'), JSON.stringify({ ...holder, ...changes }))
}

describe('holding a workspace', () => {
  it.skipIf(process.platform !== 'linux')(
    'takes over from a killed process that nobody has waited for (Linux)',
    () =>
      inNewFolder(async (folder) => {
        // The shell becomes a process that never asks how its child ended.
        const parent = spawn('sh', ['-c', 'sleep 0.1 & echo $!; exec sleep 60'], {
          stdio: ['ignore', 'pipe', 'inherit'],
        })
        try {
          const [data] = await once(parent.stdout, 'data')
          await leaveEntry(folder, { pid: Number(String(data)) })
          await vi.waitFor(async () => expect(await holderOf(folder)).toBeUndefined(), 5000)
          const hold = await holdWorkspace(folder, { command: 'polyad import' })
          await hold.release()
        } finally {
          parent.kill('SIGKILL')
        }
      }),
  )

  it('refuses a second holder and names the first, with its address once announced', () =>
    inNewFolder(async (folder) => {
      const hold = await holdWorkspace(folder, { command: 'polyad serve' })
      const second = () => holdWorkspace(folder, { command: 'polyad import' })
      await expect(second()).rejects.toThrow(`held by polyad serve (process ${process.pid}); stop it`)
      await hold.announceUrl('http://127.0.0.1:4000')
      await expect(second()).rejects.toMatchObject({ code: 'WORKSPACE_HELD', exit: 2 })
      await expect(second()).rejects.toThrow(`polyad serve (process ${process.pid}) at http://127.0.0.1:4000`)
      expect(await holderOf(folder)).toMatchObject({ pid: process.pid, url: 'http://127.0.0.1:4000' })
      await hold.release()
      expect(await holderOf(folder)).toBeUndefined()
      const third = await second()
      expect((await holderOf(folder))?.command).toBe('polyad import')
      await third.release()
    }))

  it('takes over from a dead process, a reused process id and an entry cut by a power failure', () =>
    inNewFolder(async (folder) => {
      const dead = spawnHolder(folder)
      expect(await dead.answer).toBe('held')
      await expect(holdWorkspace(folder, { command: 'x' })).rejects.toThrow(`process ${dead.pid}`)
      await dead.kill()
      await (await holdWorkspace(folder, { command: 'x' })).release()

      await leaveEntry(folder, { pidStart: '1' })
      await (await holdWorkspace(folder, { command: 'x' })).release()

      await writeFile(join(folder, '.polyad', 'locks', 'workspace', '9.json'), '{"comm')
      await (await holdWorkspace(folder, { command: 'x' })).release()
      expect(await readdir(join(folder, '.polyad', 'locks', 'workspace'))).toEqual(['10.json'])
    }))

  it('does not take over from another machine, whose processes it cannot see', () =>
    inNewFolder(async (folder) => {
      await leaveEntry(folder, { host: 'another-machine', pid: 2 ** 22 + 1 })
      await expect(holdWorkspace(folder, { command: 'x' })).rejects.toThrow(
        `polyad serve (process ${2 ** 22 + 1} on another-machine)`,
      )
    }))

  it('of processes that start at once over a dead holder exactly one gets it', () =>
    inNewFolder(async (folder) => {
      for (let round = 0; round < 2; round++) {
        await leaveEntry(folder, { pid: 2 ** 22 + 1 })
        const holders = [1, 2, 3, 4].map(() => spawnHolder(folder))
        const answers = await Promise.all(holders.map((holder) => holder.answer))
        await Promise.all(holders.map((holder) => holder.kill()))
        expect(answers.filter((answer) => answer === 'held')).toHaveLength(1)
        expect(answers.filter((answer) => answer.startsWith('WORKSPACE_HELD'))).toHaveLength(3)
      }
    }))

  it('of many attempts at once within one process exactly one gets it', () =>
    inNewFolder(async (folder) => {
      for (let round = 0; round < 5; round++) {
        const attempts = await Promise.allSettled(
          Array.from({ length: 20 }, () => holdWorkspace(folder, { command: 'x' })),
        )
        const held = attempts.flatMap((attempt) => (attempt.status === 'fulfilled' ? [attempt.value] : []))
        expect(held).toHaveLength(1)
        await held[0]!.release()
      }
    }))
})
