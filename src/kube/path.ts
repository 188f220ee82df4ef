import { apiVersionOf, type Kind } from './kind.ts'
import type { ObjectRef } from './object.ts'

type Query = Readonly<Record<string, string | number | boolean | undefined>>

/** Path of all objects of a kind, or of those in one namespace: `/apis/apps/v1/namespaces/shop/deployments`. */
export function collectionPath(kind: Kind, namespace?: string): string {
  const root = kind.group === '' ? '/api' : '/apis'
  const scope = namespace === undefined || namespace === '' ? '' : `/namespaces/${segment(namespace)}`
  return `${root}/${apiVersionOf(kind)}${scope}/${kind.plural}`
}

/** Path of one object. Throws RangeError for a name or namespace that would name something else. */
export function objectPath(kind: Kind, ref: ObjectRef, subresource?: string): string {
  const inNamespace = ref.namespace !== undefined && ref.namespace !== ''
  if (inNamespace !== kind.namespaced)
    throw new RangeError(`Cannot address ${kind.kind} "${ref.name}": ${scopeOf(kind)}`)
  const end = subresource === undefined ? '' : `/${subresource}`
  return `${collectionPath(kind, ref.namespace)}/${segment(ref.name)}${end}`
}

/** The path with a query of what is defined. */
export function withQuery(path: string, query: Query): string {
  let parameters = ''
  for (const name of Object.keys(query)) {
    const value = query[name]
    if (value !== undefined)
      parameters += `${parameters === '' ? '?' : '&'}${name}=${encodeURIComponent(value)}`
  }
  return path + parameters
}

function scopeOf(kind: Kind): string {
  return kind.namespaced ? 'it needs a namespace' : 'it is cluster-scoped and takes no namespace'
}

/** An empty name would list the collection, dots would climb out of it. */
function segment(name: string): string {
  if (name === '' || name === '.' || name === '..')
    throw new RangeError(`Cannot address an object by name "${name}"`)
  return encodeURIComponent(name)
}
