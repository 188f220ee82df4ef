import { keyOf } from '../kube/object.ts'
import type { Note } from '../runtime/reconcile.ts'
import { type Deletion, deleteTarget, mayDelete } from './delete-target.ts'
import { fieldManagerOf } from './names.ts'
import { creationPolicyOf } from './policies.ts'
import { type Run, uidOf } from './run.ts'
import type { SecretFacts } from './secret-facts.ts'
import { targetNameOf } from './target-of.ts'

/**
 * Once the Secret is written under its new name, the one of before goes, where it is ours alone and deleting was
 * granted. Otherwise it is told of, once.
 */
export async function cleanUpRenamed(run: Run): Promise<readonly Note[]> {
  const { object, ports } = run
  const { namespace } = object.metadata
  const name = object.status?.binding?.name
  if (name === undefined || name === targetNameOf(object)) return []
  const left = ports.secrets.get(keyOf({ namespace, name }))
  if (left?.dataKeys.has(fieldManagerOf(object.metadata.name)) !== true) return []
  return noteOf(await outcomeFor(left, run), name, targetNameOf(object))
}

async function outcomeFor(left: SecretFacts, { object, ports, context }: Run): Promise<Deletion | 'kept'> {
  const isOurs = creationPolicyOf(object) === 'Owner' && mayDelete(left, uidOf(object))
  return isOurs ? deleteTarget(left, ports.client, context.signal) : 'kept'
}

function noteOf(outcome: Deletion | 'kept', before: string, now: string): readonly Note[] {
  if (outcome === 'gone') return []
  if (outcome === 'deleted') {
    const message = `Secret "${before}" was deleted: the target is "${now}" now`
    return [{ type: 'Normal', reason: 'Synced', action: 'Deleted', message }]
  }
  const message = `Secret "${before}" was left behind: the target is "${now}" now; delete the old one when nothing uses it`
  return [{ type: 'Warning', reason: 'Synced', action: 'Orphaned', message }]
}
