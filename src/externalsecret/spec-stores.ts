import type { ExternalSecret, ExternalSecretSpec } from '../api/externalsecret.ts'
import type { SecretStoreRef, SourceRef } from '../api/externalsecret-source.ts'
import type { KubeObject } from '../kube/object.ts'
import type { OpenedStore } from '../store/open.ts'

/** A store as a spec names it, the kind filled in. */
export interface StoreRef {
  readonly kind: string
  readonly name: string
}

/** The stores that the entries of one spec read from. */
export interface SpecStores {
  /** For messages: `SecretStore shop/akeyless`, or several of them. */
  readonly title: string
  /** Changes when any of the values may come from elsewhere. */
  readonly version: string
  /** Changes when one of them may log in as somebody else. */
  identity(): string
  /** The store of an entry: that of its sourceRef, or else the spec's own. */
  of(source: SourceRef | undefined): OpenedStore
}

/** Opens one store; undefined when another controller serves it. Throws Failure. */
export type OpenStore = (ref: StoreRef, namespace: string) => OpenedStore | undefined

/** Whether a store is there that another controller serves; opens nothing. */
export type IsServedByAnother = (ref: StoreRef, namespace: string) => boolean

/**
 * Opens every store that is read from, each once; undefined when another controller serves one of them. Throws the
 * Failure of the first one that cannot be used.
 */
export function openStores({ spec, metadata }: ExternalSecret, openStore: OpenStore): SpecStores | undefined {
  const stores = new Map<string, OpenedStore>()
  for (const [key, ref] of refsOf(spec)) {
    const store = openStore(ref, metadata.namespace ?? '')
    if (store === undefined) return undefined
    stores.set(key, store)
  }
  return storesOf(spec, stores)
}

function storesOf(spec: ExternalSecretSpec, stores: ReadonlyMap<string, OpenedStore>): SpecStores {
  const own = stores.get(keyOf(storeRefOf(undefined, spec)))
  return {
    title: titleOf([...stores.values()]),
    version: versionOf(stores),
    identity: () => [...stores.values()].map((it) => it.identity?.() ?? '').join(' '),
    of: (source) => (source === undefined && own !== undefined ? own : storeOf(source, spec, stores)),
  }
}

/** Each store that is read from, once, in the order of the entries. */
function refsOf(spec: ExternalSecretSpec): ReadonlyMap<string, StoreRef> {
  const refs = new Map<string, StoreRef>()
  const own = storeRefOf(undefined, spec)
  for (const { sourceRef } of [...(spec.dataFrom ?? []), ...(spec.data ?? [])]) {
    const ref = sourceRef === undefined ? own : storeRefOf(sourceRef, spec)
    refs.set(keyOf(ref), ref)
  }
  return refs
}

/** The store that an entry names, or else the spec's own; the kind filled in. */
export function storeRefOf(source: SourceRef | undefined, spec: ExternalSecretSpec): StoreRef {
  return complete(source?.storeRef ?? spec.secretStoreRef ?? {})
}

function complete({ kind = 'SecretStore', name = '' }: SecretStoreRef): StoreRef {
  return { kind, name }
}

function keyOf({ kind, name }: StoreRef): string {
  return `${kind}/${name}`
}

function titleOf(stores: readonly OpenedStore[]): string {
  const [first, second, ...rest] = stores.map((it) => it.title)
  if (second === undefined) return first ?? ''
  const more = rest.length === 1 ? ' and 1 more' : ` and ${rest.length} more`
  return `${first}, ${second}${rest.length === 0 ? '' : more}`
}

/** Of one store its own; of several, each with its name, for two of them may change places. */
function versionOf(stores: ReadonlyMap<string, OpenedStore>): string {
  const [first] = stores.values()
  if (stores.size === 1 && first !== undefined) return first.version
  return [...stores]
    .map(([key, { version }]) => `${key}=${version}`)
    .toSorted()
    .join(' ')
}

function storeOf(
  source: SourceRef | undefined,
  spec: ExternalSecretSpec,
  stores: ReadonlyMap<string, OpenedStore>,
): OpenedStore {
  const ref = storeRefOf(source, spec)
  const store = stores.get(keyOf(ref))
  if (store === undefined) throw new Error(`${ref.kind} ${ref.name} was not opened`)
  return store
}

/** Every store that a raw object of any shape names; for indexes, so nothing here throws. */
export function storeRefsIn({ spec }: { readonly spec?: unknown }): readonly StoreRef[] {
  const refs: StoreRef[] = []
  const take = (ref: unknown) => {
    if (ref === undefined) return
    const [given, name] = [fieldOf(ref, 'kind'), fieldOf(ref, 'name')]
    const kind = given === undefined ? 'SecretStore' : given
    if (typeof kind === 'string' && typeof name === 'string') refs.push({ kind, name })
  }
  take(fieldOf(spec, 'secretStoreRef'))
  for (const it of listAt(spec, 'dataFrom')) take(fieldOf(fieldOf(it, 'sourceRef'), 'storeRef'))
  for (const it of listAt(spec, 'data')) take(fieldOf(fieldOf(it, 'sourceRef'), 'storeRef'))
  return refs
}

function listAt(value: unknown, key: string): readonly unknown[] {
  const list = fieldOf(value, key)
  return Array.isArray(list) ? list : []
}

function fieldOf(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
  return (value as Readonly<Record<string, unknown>>)[key]
}

/**
 * Whether another controller serves a store that a raw object of any shape names: then even its mistakes are that
 * controller's to tell.
 */
export function isOfAnother(
  raw: KubeObject & { readonly spec?: unknown },
  isServedByAnother: IsServedByAnother,
): boolean {
  const { namespace = '' } = raw.metadata
  return storeRefsIn(raw).some((ref) => isServedByAnother(ref, namespace))
}
