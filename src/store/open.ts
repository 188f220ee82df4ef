import { failure } from '../api/reason.ts'
import { SecretStore, type SecretStoreSpec } from '../api/secretstore.ts'
import { secretStoreViolations } from '../api/secretstore-rules.ts'
import { violationsText } from '../api/violation.ts'
import { type KubeObject, keyOf } from '../kube/object.ts'
import type { ReadStore } from '../runtime/store.ts'
import type { Log } from '../std/log.ts'
import { admits } from './conditions.ts'
import { identityVersion } from './identity-version.ts'
import { OpenedStores } from './opened-stores.ts'
import type { Provider } from './provider.ts'
import type { Resolver } from './resolve.ts'
import type { Scope } from './scope.ts'
import { type ServingOptions, servingOf } from './serving.ts'

export type StoreKind = 'SecretStore' | 'ClusterSecretStore'

/** A store, opened for the ExternalSecrets of one namespace, or for a look at the store itself. */
export interface OpenedStore {
  /** For messages: `SecretStore shop/akeyless`. */
  readonly title: string
  /** Changes when the values may come from elsewhere: the store's UID and generation. */
  readonly version: string
  readonly provider: Provider
  /** Changes when the store may log in as somebody else; asked for before items that are missing take anything away. */
  identity?(): string
}

export interface StoresOptions extends ServingOptions {
  readonly secretStores: ReadStore<SecretStore>
  /** Absent where cluster kinds are off. */
  readonly clusterSecretStores?: ReadStore<SecretStore> | undefined
  /** Metadata of Namespaces, for the labels of `spec.conditions`. */
  readonly namespaces?: ReadStore<KubeObject> | undefined
  readonly resolver: Resolver
  /** Throws when a store cannot be used for what the cluster made of it. */
  readonly refuse?: (kind: StoreKind, spec: SecretStoreSpec) => void
  readonly log: Log
}

/** Finds stores and opens their providers; what is opened serves until the store's spec changes or it goes. */
export interface Stores {
  /**
   * The store that an ExternalSecret names; undefined when another controller serves it. Throws StoreNotReady when
   * there is none, AccessDenied when its conditions do not admit the namespace, InvalidSpec when it cannot be used.
   */
  open(ref: { readonly kind: string; readonly name: string }, namespace: string): OpenedStore | undefined
  /** Whether the store that an ExternalSecret names is there and another controller serves it; opens nothing. */
  isServedByAnother(ref: { readonly kind: string; readonly name: string }, namespace: string): boolean
  /** A store for its own reconciler, without an ExternalSecret; undefined when another controller serves it. */
  openItself(kind: StoreKind, store: SecretStore): OpenedStore | undefined
  /** To be called when a store is gone. */
  forget(uid: string): void
}

/** Stores as the caches know them; nothing is opened before somebody asks. */
export function createStores(options: StoresOptions): Stores {
  const opened = new OpenedStores()
  return {
    open(ref, namespace) {
      const { kind, store } = find(ref, namespace, options)
      if (leftAlone(store, options)) return undefined
      refuseNamespace(kind, store, namespace, options)
      return openAs(kind, store, scopeOf(kind, namespace), opened, options)
    },
    isServedByAnother(ref, namespace) {
      const store = named(ref, namespace, options)
      return store !== undefined && leftAlone(store, options)
    },
    openItself(kind, store) {
      if (leftAlone(store, options)) return undefined
      checkConditions(kind, store)
      return openAs(kind, store, scopeOf(kind, store.metadata.namespace), opened, options)
    },
    forget: (uid) => opened.forget(uid),
  }
}

function find(
  { kind, name }: { readonly kind: string; readonly name: string },
  namespace: string,
  options: StoresOptions,
): { kind: StoreKind; store: SecretStore } {
  if (kind !== 'SecretStore' && kind !== 'ClusterSecretStore') {
    throw failure(
      'InvalidSpec',
      'Cannot open the store: its kind is neither SecretStore nor ClusterSecretStore',
    )
  }
  if (kind === 'ClusterSecretStore' && options.clusterSecretStores === undefined) {
    throw failure(
      'InvalidSpec',
      'Cannot open a ClusterSecretStore: cluster kinds are off while --namespace is set',
    )
  }
  const store = named({ kind, name }, namespace, options)
  if (store !== undefined) return { kind, store }
  const key = kind === 'SecretStore' ? keyOf({ namespace, name }) : name
  throw failure('StoreNotReady', `Cannot find ${kind} ${key}; ${remedyFor(kind, name, namespace, options)}`)
}

/** A kind that is left out means SecretStore, which is often not what was meant. */
function remedyFor(kind: StoreKind, name: string, namespace: string, options: StoresOptions): string {
  const other = kind === 'SecretStore' ? 'ClusterSecretStore' : 'SecretStore'
  if (named({ kind: other, name }, namespace, options) === undefined) return 'create it or correct its name'
  return `there is a ${other} of that name: say kind: ${other} if that is meant`
}

/** The store of that name, if it is there. */
function named(
  { kind, name }: { readonly kind: string; readonly name: string },
  namespace: string,
  { secretStores, clusterSecretStores }: StoresOptions,
): SecretStore | undefined {
  if (kind === 'SecretStore') return secretStores.get(keyOf({ namespace, name }))
  return kind === 'ClusterSecretStore' ? clusterSecretStores?.get(name) : undefined
}

function leftAlone(store: SecretStore, options: StoresOptions): boolean {
  return 'leaveAlone' in servingOf(store, options)
}

function scopeOf(kind: StoreKind, namespace: string | undefined): Scope {
  return kind === 'SecretStore' ? { kind, namespace: namespace ?? '' } : { kind, requester: namespace }
}

/** Asked on every use: a label that goes ends the access at once. */
function refuseNamespace(
  kind: StoreKind,
  store: SecretStore,
  namespace: string,
  { namespaces }: StoresOptions,
): void {
  if (kind === 'SecretStore') return
  const { spec } = parse(kind, store)
  if (admits(spec.conditions, namespace, namespaces?.get(namespace))) return
  const title = titleOf(kind, store)
  throw failure(
    'AccessDenied',
    `Cannot use ${title}: its spec.conditions do not admit namespace "${namespace}"`,
  )
}

function checkConditions(kind: StoreKind, store: SecretStore): void {
  if (kind === 'ClusterSecretStore') admits(parse(kind, store).spec.conditions, '', undefined)
}

function openAs(
  kind: StoreKind,
  store: SecretStore,
  scope: Scope,
  opened: OpenedStores,
  options: StoresOptions,
): OpenedStore {
  const { uid = '', generation = 0 } = store.metadata
  const requester = scope.kind === 'ClusterSecretStore' ? scope.requester : undefined
  const title = titleOf(kind, store)
  const provider = opened.get({ uid, generation, requester }, () => {
    const serving = servingOf(store, options)
    if ('leaveAlone' in serving) throw failure('InvalidSpec', `Cannot open ${title}: ${serving.leaveAlone}`)
    const { spec } = parse(kind, store)
    options.refuse?.(kind, spec)
    const isClusterWide = kind === 'ClusterSecretStore'
    const references = options.resolver(scope)
    return serving.provider.open({ title, isClusterWide, spec, references, log: options.log })
  })
  const identity = () => identityVersion(parse(kind, store).spec, options.resolver(scope))
  return { title, version: `${uid}/${generation}`, provider, identity }
}

function titleOf(kind: StoreKind, store: SecretStore): string {
  return `${kind} ${keyOf(store.metadata)}`
}

/** What another CRD of this group let in is checked here, and every rule of the CRD once more (S5). */
function parse(kind: StoreKind, store: SecretStore): SecretStore {
  const parsed = SecretStore.safeParse(store)
  const title = titleOf(kind, store)
  if (!parsed.success) {
    const path = parsed.error.issues[0]?.path.join('.') ?? ''
    throw failure('InvalidSpec', `Cannot use ${title}: field ${path} is missing or has another form`)
  }
  const violations = secretStoreViolations(parsed.data.spec)
  if (violations.length > 0)
    throw failure('InvalidSpec', `Cannot use ${title}: ${violationsText(violations)}`)
  return parsed.data
}
