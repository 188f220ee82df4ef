import { shareTexts } from '../std/shared-text.ts'
import { property } from './api-status.ts'
import type { KubeObject, ObjectMeta } from './object.ts'

const typeTexts = ['apiVersion', 'kind']
const conditionTexts = ['type', 'status', 'reason', 'message', 'lastTransitionTime']

/**
 * The same object in less memory, changed in place: without managedFields, which are half of it, and with the texts
 * that other objects of its kind have too shared with them. For an object that nobody else has seen.
 */
export function compacted<T extends KubeObject>(object: T): T {
  const metadata: { managedFields?: ObjectMeta['managedFields'] } = object.metadata
  // Setting it keeps the object's hidden class, deleting it would not.
  if (metadata.managedFields !== undefined) metadata.managedFields = undefined
  shareTexts(object, typeTexts)
  shareTexts(metadata, ['namespace', 'creationTimestamp'])
  for (const owner of listAt(metadata, 'ownerReferences')) shareTexts(owner, typeTexts)
  for (const it of listAt(property(object, 'status'), 'conditions')) shareTexts(it, conditionTexts)
  return object
}

/** The objects of a list that may have any shape, or not be there. */
function listAt(value: unknown, name: string): readonly object[] {
  const list = property(value, name)
  return Array.isArray(list) ? list.filter((it) => typeof it === 'object' && it !== null) : []
}
