import type {
  ApplyOptions,
  DeleteOptions,
  JsonPatch,
  ListOptions,
  ReadOptions,
  WriteOptions,
} from './client.ts'
import { apiVersionOf, type Kind } from './kind.ts'
import { type KubeObject, keyOf, type ObjectRef } from './object.ts'
import { collectionPath, objectPath, withQuery } from './path.ts'
import type { Call } from './send.ts'

const asMetadata = (kind: string) => ({ accept: `application/json;as=${kind};g=meta.k8s.io;v=v1` })

/** One object, or its metadata alone. Throws when a namespaced kind is asked for without a namespace. */
export function getCall(kind: Kind, ref: ObjectRef, { metadataOnly }: ReadOptions): Call {
  return {
    asked: `get ${titleOf(kind, ref)}`,
    method: 'GET',
    path: objectPath(kind, ref),
    headers: metadataOnly === true ? asMetadata('PartialObjectMetadata') : {},
    repeat: 'read',
  }
}

/** One page of a collection; of all namespaces when none is named. */
export function listCall(kind: Kind, options: ListOptions): Call {
  const { namespace, labelSelector, fieldSelector, limit, resourceVersion } = options
  const query = { labelSelector, fieldSelector, limit, continue: options.continue, resourceVersion }
  return {
    asked: `list ${kind.plural}${namespace === undefined ? '' : ` in ${namespace}`}`,
    method: 'GET',
    path: withQuery(collectionPath(kind, namespace), query),
    headers: options.metadataOnly === true ? asMetadata('PartialObjectMetadataList') : {},
    repeat: 'read',
  }
}

/** Sent once: a repeat of one whose answer was lost would meet its own object. */
export function createCall(kind: Kind, object: KubeObject, options: WriteOptions): Call {
  const { metadata } = object
  objectPath(kind, metadata) // Refuses a missing namespace, which would address the collection of all of them.
  return {
    asked: `create ${titleOf(kind, metadata)}`,
    method: 'POST',
    path: withQuery(collectionPath(kind, metadata.namespace), writeQuery(options)),
    body: typed(kind, object),
    repeat: 'once',
  }
}

/**
 * A forced apply is the same however often it is sent. One without force may answer 200 to a repeat where the lost
 * answer was 201, and would then tell us that our own new object is a stranger's: so it is not repeated.
 */
export function applyCall(kind: Kind, object: KubeObject, options: ApplyOptions): Call {
  const path = objectPath(kind, object.metadata, options.subresource)
  return {
    asked: `apply ${titleOf(kind, object.metadata, options)}`,
    method: 'PATCH',
    path: withQuery(path, { ...writeQuery(options), force: options.force }),
    headers: { 'content-type': 'application/apply-patch+yaml' },
    body: typed(kind, object),
    repeat: options.force ? 'repeatable' : 'once',
  }
}

/** Operations of RFC 6902, all of them or none. */
export function jsonPatchCall(kind: Kind, ref: ObjectRef, patch: JsonPatch, options: WriteOptions): Call {
  return patchCall(kind, ref, patch, 'application/json-patch+json', options)
}

/** A change by RFC 7396: null takes a field away. */
export function mergePatchCall(kind: Kind, ref: ObjectRef, patch: object, options: WriteOptions): Call {
  return patchCall(kind, ref, patch, 'application/merge-patch+json', options)
}

/** With a UID or a resourceVersion it hits that very object or version only, else 409. */
export function deleteCall(kind: Kind, ref: ObjectRef, options: DeleteOptions): Call {
  const { uid, resourceVersion, propagationPolicy } = options
  const isConditional = uid !== undefined || resourceVersion !== undefined
  return {
    asked: `delete ${titleOf(kind, ref)}`,
    method: 'DELETE',
    path: objectPath(kind, ref),
    body: {
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      propagationPolicy,
      preconditions: isConditional ? { uid, resourceVersion } : undefined,
    },
    // Without a precondition a repeat could hit a successor of the same name.
    repeat: isConditional ? 'repeatable' : 'once',
  }
}

function patchCall(kind: Kind, ref: ObjectRef, patch: object, type: string, options: WriteOptions): Call {
  return {
    asked: `patch ${titleOf(kind, ref, options)}`,
    method: 'PATCH',
    path: withQuery(objectPath(kind, ref, options.subresource), writeQuery(options)),
    headers: { 'content-type': type },
    body: patch,
    repeat: 'once',
  }
}

function writeQuery({ fieldManager, dryRun }: WriteOptions) {
  return { fieldManager, dryRun: dryRun === true ? 'All' : undefined }
}

function typed(kind: Kind, object: KubeObject): KubeObject {
  return { ...object, apiVersion: apiVersionOf(kind), kind: kind.kind }
}

/** `Secret shop/db`, `status of ExternalSecret shop/db`. */
function titleOf(kind: Kind, ref: ObjectRef, { subresource }: { subresource?: string } = {}): string {
  return `${subresource === undefined ? '' : `${subresource} of `}${kind.kind} ${keyOf(ref)}`
}
