import { type SecretFacts, secretFacts } from '../../../src/externalsecret/secret-facts.ts'
import type { SecretObject } from '../../../src/externalsecret/target.ts'
import type { Applied, ApplyOptions, Client, DeleteOptions } from '../../../src/kube/client.ts'
import { ApiError } from '../../../src/kube/errors.ts'
import type { Kind } from '../../../src/kube/kind.ts'
import { type KubeObject, keyOf, type ObjectRef } from '../../../src/kube/object.ts'
import { IndexedStore } from '../../../src/runtime/indexed-store.ts'

type ConfigMap = KubeObject & { readonly data: Readonly<Record<string, string>> }

/**
 * Secrets in memory with server-side apply in the small: enough for a reconciler, whose writes are held against the
 * real API server elsewhere. `facts` is what the metadata watch shows; `echo` brings it up to date.
 */
export class MemorySecrets {
  readonly facts = new IndexedStore<SecretFacts>()
  /** ConfigMaps as they are; the watch keeps up with them. */
  readonly configMaps = new IndexedStore<ConfigMap>()
  /** Whether the right to delete Secrets was granted. */
  mayDelete = false
  /** How many times a Secret was applied. */
  applied = 0
  #version = 100
  readonly #secrets = new Map<string, SecretObject>()

  get client(): Client {
    const refuse = () => Promise.reject(new Error('nobody should ask for this'))
    return {
      get: refuse,
      list: refuse,
      create: refuse,
      jsonPatch: refuse,
      mergePatch: refuse,
      delete: (_: Kind, ref: ObjectRef, options: DeleteOptions) => this.#delete(keyOf(ref), options),
      getPath: refuse,
      reviewAccess: refuse,
      createToken: refuse,
      reviewToken: refuse,
      find: <T extends KubeObject>({ kind }: Kind, ref: ObjectRef) => {
        const found = kind === 'ConfigMap' ? this.configMaps.get(keyOf(ref)) : this.#secrets.get(keyOf(ref))
        return Promise.resolve(found as T | undefined)
      },
      apply: <T extends KubeObject>(_: Kind, object: T, options: ApplyOptions) =>
        Promise.resolve(this.#apply(object, options.fieldManager) as object as Applied<T>),
    }
  }

  get(key: string): SecretObject | undefined {
    return this.#secrets.get(key)
  }

  /** Somebody else deletes a Secret, and the watch shows it. */
  delete(key: string): void {
    this.#secrets.delete(key)
    this.echo()
  }

  /** The watch catches up with what is stored. */
  echo(): void {
    for (const { metadata } of this.facts.list()) this.facts.delete(keyOf(metadata))
    for (const secret of this.#secrets.values()) this.facts.put(secretFacts(secret))
  }

  /** Somebody else changes one value of a Secret, and with it whose it is. */
  alter(key: string, name: string, value: string): void {
    const secret = this.#secrets.get(key)
    if (secret === undefined) return
    const data = { ...secret.data, [name]: Buffer.from(value).toString('base64') }
    const { [name]: _, ...ours } = data
    const [{ manager = '' } = {}] = secret.metadata.managedFields ?? []
    const managedFields = [...owning(manager, ours), ...owning('them', { [name]: '' })]
    const metadata = { ...secret.metadata, managedFields, resourceVersion: String(++this.#version) }
    this.#secrets.set(key, { ...secret, metadata, data })
    this.echo()
  }

  /** Somebody takes the labels of a Secret away. */
  unlabel(key: string): void {
    const secret = this.#secrets.get(key)
    if (secret === undefined) return
    const metadata = { ...secret.metadata, labels: {}, resourceVersion: String(++this.#version) }
    this.#secrets.set(key, { ...secret, metadata })
    this.echo()
  }

  /** Somebody makes or changes a ConfigMap. */
  putConfigMap(namespace: string, name: string, data: Readonly<Record<string, string>>): void {
    const resourceVersion = String(++this.#version)
    this.configMaps.put({ metadata: { namespace, name, uid: `config-${name}`, resourceVersion }, data })
  }

  /** Somebody else's Secret, with all its data theirs. */
  put(namespace: string, name: string, data: Readonly<Record<string, string>>): void {
    const resourceVersion = String(++this.#version)
    const metadata = {
      namespace,
      name,
      uid: `secret-${name}`,
      resourceVersion,
      managedFields: owning('them', data),
    }
    this.#secrets.set(keyOf(metadata), { metadata, data })
    this.echo()
  }

  #delete(key: string, { uid, resourceVersion }: DeleteOptions): Promise<void> {
    const { metadata } = this.#secrets.get(key) ?? {}
    if (!this.mayDelete) return Promise.reject(new ApiError('forbidden', { status: 403 }))
    if (metadata === undefined) return Promise.reject(new ApiError('not found', { status: 404 }))
    if (metadata.uid !== uid || metadata.resourceVersion !== resourceVersion)
      return Promise.reject(new ApiError('conflict', { status: 409, reason: 'Conflict' }))
    this.#secrets.delete(key)
    return Promise.resolve()
  }

  #apply(object: SecretObject, manager: string): Applied<SecretObject> {
    this.applied++
    const key = keyOf(object.metadata)
    const before = this.#secrets.get(key)
    const { data = {} } = object
    const isSame = JSON.stringify(before?.data) === JSON.stringify(data)
    const resourceVersion = isSame ? before?.metadata.resourceVersion : String(++this.#version)
    const marks = { uid: `secret-${object.metadata.name}`, managedFields: owning(manager, data) }
    const metadata = {
      ...object.metadata,
      ...marks,
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    }
    this.#secrets.set(key, { ...object, metadata })
    return { object: { ...object, metadata }, created: before === undefined }
  }
}

function owning(manager: string, data: Readonly<Record<string, string>>) {
  const keys = Object.keys(data).map((key) => [`f:${key}`, {}] as const)
  return [{ manager, fieldsV1: { 'f:data': Object.fromEntries(keys) } }]
}
