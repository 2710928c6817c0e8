import { audit } from '../engine/audit/audited-documents.ts'
import { findWorkspace } from '../io/workspace.ts'
import { openAudit } from '../store/embedded/audit.ts'
import { findUpgrades, upgradeStore } from '../store/embedded/format.ts'
import { holdWorkspace } from '../store/embedded/hold-workspace.ts'
import type { Lock } from '../store/embedded/lock.ts'
import { packageVersion } from './package-root.ts'
import { commandActor } from './who.ts'

/**
 * Brings a workspace's store to the format of this program; what changes is kept in `.polyad/upgrades/`.
 *
 * @param hold takes the workspace, as the command that opens it will; without it, it is held for the upgrade alone
 * @returns the lock of `hold`
 * @throws PolyadError WORKSPACE_NEWER, WORKSPACE_HELD
 */
export async function openStore(folder: string, hold: string | undefined): Promise<Lock | undefined> {
  const upgrades = await findUpgrades(folder, writer())
  const held = hold === undefined ? undefined : await holdWorkspace(folder, { command: `polyad ${hold}` })
  if (upgrades.length === 0) return held
  const lock = held ?? (await holdWorkspace(folder, { command: 'an upgrade of the store' }))
  try {
    await upgradeHeld(folder)
  } finally {
    if (!held) await lock.release()
  }
  return held
}

/**
 * As `openStore`, of a workspace that this process holds.
 *
 * @throws PolyadError WORKSPACE_NEWER
 */
export async function upgradeHeld(folder: string): Promise<void> {
  const ports = { audit: openAudit(folder), clock: { nowMs: Date.now } }
  for (const step of await findUpgrades(folder, writer())) {
    const subject = `store to format ${step.to}`
    await audit(ports, commandActor(), { action: 'upgraded', subject, note: step.name })
    await upgradeStore(folder, writer(), [step])
  }
}

/**
 * Whether this program can open the workspace that was unpacked to a folder.
 *
 * @throws PolyadError WORKSPACE_INVALID, WORKSPACE_NEWER
 */
export async function requireOpenable(folder: string): Promise<void> {
  await findWorkspace(folder)
  await findUpgrades(folder, writer())
}

function writer(): string {
  return `polyad ${packageVersion()}`
}
