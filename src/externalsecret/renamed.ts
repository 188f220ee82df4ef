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
  const { metadata, status } = run.object
  const now = targetNameOf(run.object)
  // The spec was never another one: no first sync of many looks through all Secrets.
  if (metadata.generation === 1 || status?.binding?.name === now) return []
  const notes: Note[] = []
  for (const left of leftBehind(run, now))
    notes.push(...noteOf(await outcomeFor(left, run), left.metadata.name, now))
  return notes
}

/** The Secret on record, and one that is ours without a record: a process may die between the two. */
function leftBehind({ object, ports }: Run, now: string): readonly SecretFacts[] {
  const { namespace, name } = object.metadata
  const before = object.status?.binding?.name
  const manager = fieldManagerOf(name)
  const uid = uidOf(object)
  return [...ports.secrets.list(namespace)].filter((it) => {
    if (it.metadata.name === now) return false
    const holdsOurs = it.dataKeys.has(manager)
    // Nothing of ours is in one that somebody emptied or wrote over meanwhile.
    return it.metadata.name === before ? holdsOurs || mayDelete(it, uid) : holdsOurs && mayDelete(it, uid)
  })
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
