import { ApiError, isForbidden, isNotFound } from '../kube/errors.ts'
import type { Note } from '../runtime/reconcile.ts'
import type { Memory } from './memory.ts'
import { type RestartTarget, restartPatch, workloadKinds } from './restart-patch.ts'
import type { Run } from './run.ts'
import { targetNameOf } from './target-of.ts'

/** What became of the workloads that follow a change. */
export interface Told {
  readonly notes: readonly Note[]
  /** The change that some are to be told of again; undefined when there is nothing left to tell. */
  readonly pendingRestart: string | undefined
  /** When to tell them again, in milliseconds from now. */
  readonly againMs: number | undefined
}

const fieldManager = 'keyferry-restart'
const soonestMs = 15_000
const latestMs = 3_600_000
const nothingToTell: Told = { notes: [], pendingRestart: undefined, againMs: undefined }

/**
 * Restarts the pods of all workloads that the spec names, for the change of data that was made at `changedAt`
 * (RFC 3339), if there was one. One that is missing is told of and left: once it is made it begins with the new data.
 * What may pass, or may be granted, is tried again; those that heard of it are then left alone.
 */
export async function tellWorkloads(run: Run, changedAt: string | undefined): Promise<Told> {
  if (changedAt === undefined) return nothingToTell
  const before = toldOf(run, changedAt)
  const targets = (run.object.spec.rolloutRestartTargets ?? []).filter((it) => !before.includes(titleOf(it)))
  const outcomes = await Promise.all(targets.map((it) => restart(it, run, changedAt)))
  const now = targets.filter((_, index) => outcomes[index]?.isLater === false)
  rememberTold(run, { changedAt, workloads: [...before, ...now.map(titleOf)] })
  const notes = outcomes.flatMap((it) => it.note ?? [])
  if (!outcomes.some((it) => it.isLater)) return { ...nothingToTell, notes }
  return { notes, pendingRestart: changedAt, againMs: againMs(changedAt, run.nowMs) }
}

/** A process that does not know tells all of them again, which those that heard of it do not notice. */
function toldOf({ ports, context }: Run, changedAt: string): readonly string[] {
  const { told } = ports.memories.get(context.key) ?? {}
  return told?.changedAt === changedAt ? told.workloads : []
}

function rememberTold({ ports, context }: Run, told: NonNullable<Memory['told']>): void {
  const memory = ports.memories.get(context.key)
  if (memory !== undefined) ports.memories.set(context.key, { ...memory, told })
}

/** Half as long again as it has been waiting for, so that the waits grow. */
function againMs(changedAt: string, nowMs: number): number {
  return Math.min(latestMs, Math.max(soonestMs, (nowMs - Date.parse(changedAt)) / 2))
}

interface Outcome {
  readonly note?: Note
  readonly isLater: boolean
}

async function restart(target: RestartTarget, run: Run, changedAt: string): Promise<Outcome> {
  const { object, ports, context } = run
  const { name, namespace = '' } = object.metadata
  try {
    const ref = { namespace, name: target.name }
    const patch = restartPatch(target.kind, name, changedAt)
    const options = { fieldManager, signal: context.signal }
    await ports.client.mergePatch(workloadKinds[target.kind], ref, patch, options)
    const message = `${titleOf(target)} is restarted: Secret "${targetNameOf(object)}" has new data`
    return { note: note('Normal', 'RolloutRestartTriggered', message), isLater: false }
  } catch (error) {
    context.signal.throwIfAborted()
    return failed(error, run, target)
  }
}

function failed(error: unknown, { context }: Run, target: RestartTarget): Outcome {
  const why = whyNot(error, target)
  if (why === undefined) {
    context.log.warn({ err: error, workload: titleOf(target) }, 'Cannot restart a workload yet')
    return { isLater: true }
  }
  const message = `Cannot restart ${titleOf(target)}: ${why}`
  return { note: note('Warning', 'RolloutRestartFailed', message), isLater: isForbidden(error) }
}

function whyNot(error: unknown, { kind }: RestartTarget): string | undefined {
  if (!(error instanceof ApiError)) return undefined
  const { status } = error
  if (isNotFound(error)) return 'it does not exist; create it or correct spec.rolloutRestartTargets'
  const { plural, group } = workloadKinds[kind]
  if (isForbidden(error)) {
    return `the API server forbids it; grant Keyferry patch on ${plural}.${group} (ClusterRole keyferry-rollout-restart), or look for an admission policy that denies it`
  }
  if (status !== 400 && status !== 422) return undefined
  return `the API server refuses it with status ${status}; it may be invalid as it stands`
}

function titleOf({ kind, name }: RestartTarget): string {
  return `${kind} "${name}"`
}

function note(type: Note['type'], action: string, message: string): Note {
  return { type, reason: type === 'Normal' ? 'Synced' : 'RolloutRestartFailed', action, message }
}
