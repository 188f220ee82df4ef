import type { Memory } from './memory.ts'
import { isReadOnce } from './refresh.ts'
import { tellWorkloads } from './restart.ts'
import type { Run } from './run.ts'

/** A run, and when to look again for the sake of workloads, in milliseconds from now. */
export interface Resumed {
  readonly run: Run
  readonly againMs: number | undefined
}

/**
 * Tells workloads of a change that an earlier run brought to the Secret and could not tell all of them of. No value is
 * read for it, so that a provider that is away holds up nobody's restart.
 */
export async function tellOfEarlier(run: Run): Promise<Resumed> {
  const { object, ports, leases } = run
  const { pendingRestart, ...status } = object.status ?? {}
  if (pendingRestart === undefined || !isWritten(run, pendingRestart)) return { run, againMs: undefined }
  const told = await tellWorkloads(run, pendingRestart)
  for (const note of told.notes) ports.announce(object, note)
  if (told.pendingRestart !== undefined) return { run, againMs: told.againMs }
  await leases.saveWith({ pendingRestart: undefined })
  return { run: { ...run, object: { ...object, status } }, againMs: undefined }
}

/** Why a sync is due: workloads are to be told of a change, and nobody knows whether the Secret has it. */
export function untoldChange(run: Run): string | undefined {
  const changedAt = run.object.status?.pendingRestart
  const isUnknown = changedAt !== undefined && !isWritten(run, changedAt)
  return isUnknown ? 'workloads are yet to be told of a change' : undefined
}

/**
 * Whether the Secret has the change. What was on record before the write may never have been written, and workloads
 * that were told too early would run on with the old data; where values are read but once they are not read for this.
 */
function isWritten({ object, memory }: Run, changedAt: string): boolean {
  if (!isOwn(memory)) return isReadOnce(object)
  return memory.targetVersion !== '' && memory.refreshedAtMs >= Date.parse(changedAt)
}

/** This process has synced the object: what is remembered is no status of another one. */
function isOwn(memory: Memory | undefined): memory is Memory {
  return memory !== undefined && memory.isStated !== true
}
