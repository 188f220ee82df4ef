import type { Client } from '../../src/kube/client.ts'
import { ApiError } from '../../src/kube/errors.ts'
import type { Kind } from '../../src/kube/kind.ts'
import { type KubeObject, keyOf, type ObjectRef } from '../../src/kube/object.ts'
import { IndexedStore } from '../../src/runtime/indexed-store.ts'
import { Redacted } from '../../src/std/redacted.ts'

type DataObject = KubeObject & { readonly data?: Readonly<Record<string, string>> }

/** Secrets, ConfigMaps and ServiceAccounts in memory: their metadata as watches keep it, and a Client that reads them. */
export class MemoryCluster {
  readonly secrets = new IndexedStore<KubeObject>()
  readonly configMaps = new IndexedStore<KubeObject>()
  readonly serviceAccounts = new IndexedStore<KubeObject>()
  readonly namespaces = new IndexedStore<KubeObject>()
  /** What was asked: `get secrets shop/a`, `token shop/app`. */
  readonly asked: string[] = []
  /** Errors by what is asked. */
  readonly errors = new Map<string, Error>()
  readonly #objects = new Map<string, DataObject>()
  #version = 0

  secret(at: string, data: Readonly<Record<string, string>>): void {
    const encoded = Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')])
    this.#put(this.secrets, 'secrets', at, Object.fromEntries(encoded) as Record<string, string>)
  }

  configMap(at: string, data: Readonly<Record<string, string>>): void {
    this.#put(this.configMaps, 'configmaps', at, data)
  }

  serviceAccount(at: string): void {
    this.#put(this.serviceAccounts, 'serviceaccounts', at, {})
  }

  namespace(name: string, labels: Readonly<Record<string, string>>): void {
    this.namespaces.put({ metadata: { name, labels } })
  }

  get client(): Client {
    const refuse = () => Promise.reject(new Error('the resolver must not ask for this'))
    return {
      get: refuse,
      list: refuse,
      create: refuse,
      apply: refuse,
      jsonPatch: refuse,
      mergePatch: refuse,
      delete: refuse,
      getPath: refuse,
      reviewAccess: refuse,
      find: <T extends KubeObject>(kind: Kind, ref: ObjectRef) => this.#find<T>(kind, ref),
      createToken: async (ref) => {
        this.#ask(`token ${keyOf(ref)}`)
        return { token: new Redacted(`jwt of ${keyOf(ref)}`), expiresAtMs: 0 }
      },
      reviewToken: async () => {
        this.#ask('review')
        return { authenticated: true }
      },
    }
  }

  async #find<T extends KubeObject>(kind: Kind, ref: ObjectRef): Promise<T | undefined> {
    this.#ask(`get ${kind.plural} ${keyOf(ref)}`)
    return this.#objects.get(`${kind.plural} ${keyOf(ref)}`) as T | undefined
  }

  #ask(what: string): void {
    this.asked.push(what)
    const error = this.errors.get(what)
    if (error !== undefined) throw error
  }

  #put(
    store: IndexedStore<KubeObject>,
    plural: string,
    at: string,
    data: Readonly<Record<string, string>>,
  ): void {
    const [namespace = '', name = ''] = at.split('/')
    const resourceVersion = String(++this.#version)
    const metadata = { namespace, name, uid: `uid-${plural}-${at}`, resourceVersion }
    store.put({ metadata })
    this.#objects.set(`${plural} ${at}`, { metadata, data })
  }
}

/** What the API server answers with, as the client throws it. */
export function apiError(status: number): ApiError {
  return new ApiError(`status is ${status}`, { status })
}
