import type { ExternalSecretSpec } from '../api/externalsecret.ts'
import type {
  ExternalSecretData,
  ExternalSecretDataFrom,
  RemoteRef,
  SourceRef,
} from '../api/externalsecret-source.ts'
import type { OpenedStore } from '../store/open.ts'
import type { FindRequest, FoundItem, ItemRequest, Look } from '../store/provider.ts'
import { convertKeys } from './convert-keys.ts'
import { type Data, dataOf } from './data-of.ts'
import { findRequestOf } from './find-request.ts'
import type { Rewriter } from './rewrite.ts'
import { type SpecStores, type StoreRef, storeRefOf } from './spec-stores.ts'
import { type Entries, entriesOf, valueOf } from './values.ts'

/** One entry of the spec: where and what to ask for, and what the answer becomes. */
export type Wanted = WantedItem | WantedFind

export interface WantedItem {
  readonly kind: 'item'
  readonly store: OpenedStore
  readonly storeRef: StoreRef
  readonly request: ItemRequest
  /** The entry of the spec, as it stands there. */
  readonly entry: ExternalSecretData | ExternalSecretDataFrom
  /** Which part of the item is meant; empty is all of it. */
  readonly property: string
  take(text: string): Data | Promise<Data>
}

export interface WantedFind {
  readonly kind: 'find'
  readonly store: OpenedStore
  readonly request: FindRequest
  /** Where the find stands in the spec. */
  readonly path: string
  take(found: readonly FoundItem[]): Promise<Data>
}

/** Everything a spec asks for, in the order in which later entries win. Throws Failure InvalidSpec. */
export function wantedOf(
  spec: ExternalSecretSpec,
  stores: Pick<SpecStores, 'of'>,
  rewrite: Rewriter,
): Wanted[] {
  const from = (spec.dataFrom ?? []).flatMap((it, index) => {
    const store = stores.of(it.sourceRef)
    const at = `spec.dataFrom[${index}]`
    const place = { store, storeRef: storeRefOf(it.sourceRef, spec) }
    return [...extractsOf(it, at, place, rewrite), ...findsOf(it, at, store, rewrite)]
  })
  const data = (spec.data ?? []).map((it, index) =>
    singleOf(it, `spec.data[${index}].remoteRef`, {
      store: stores.of(it.sourceRef),
      storeRef: storeRefOf(it.sourceRef, spec),
    }),
  )
  return [...from, ...data]
}

/** What a spec asks for, to be looked at before it is read, by store. Throws Failure InvalidSpec. */
export function looksOf(
  { dataFrom = [], data = [] }: ExternalSecretSpec,
  stores: Pick<SpecStores, 'of'>,
): ReadonlyMap<OpenedStore, readonly Look[]> {
  const looks = new Map<OpenedStore, Look[]>()
  const add = (sourceRef: SourceRef | undefined, look: Look) => {
    const store = stores.of(sourceRef)
    const known = looks.get(store)
    if (known === undefined) looks.set(store, [look])
    else known.push(look)
  }
  for (const [index, { extract, find, sourceRef }] of dataFrom.entries()) {
    if (extract !== undefined) add(sourceRef, { item: requestOf(extract) })
    if (find !== undefined) add(sourceRef, { find: findRequestOf(find, `spec.dataFrom[${index}].find`) })
  }
  for (const { remoteRef, sourceRef } of data) add(sourceRef, { item: requestOf(remoteRef) })
  return looks
}

type Place = Pick<WantedItem, 'store' | 'storeRef'>

function extractsOf(
  entry: ExternalSecretDataFrom,
  at: string,
  place: Place,
  rewrite: Rewriter,
): WantedItem[] {
  const { extract: ref, rewrite: steps = [] } = entry
  if (ref === undefined) return []
  const path = `${at}.extract`
  const take = async (text: string) => {
    const entries = entriesOf(text, ref, path)
    return dataOf(await named(entries, ref, path, { at, steps, rewrite }), ref, path)
  }
  return [{ kind: 'item', ...place, ...wantedOfRef(ref), entry, take }]
}

function findsOf(
  { find, rewrite: steps = [] }: ExternalSecretDataFrom,
  at: string,
  store: OpenedStore,
  rewrite: Rewriter,
): WantedFind[] {
  if (find === undefined) return []
  const path = `${at}.find`
  const take = async (found: readonly FoundItem[]) => {
    const entries = found.map(({ key, value }) => [key, value.text.reveal()] as const)
    return dataOf(await named(entries, find, path, { at, steps, rewrite }), find, path)
  }
  return [{ kind: 'find', store, request: findRequestOf(find, path), path, take }]
}

interface Rewriting {
  readonly at: string
  readonly steps: NonNullable<ExternalSecretDataFrom['rewrite']>
  readonly rewrite: Rewriter
}

/** Where keys are rewritten, no character of theirs is replaced before or after: what a Secret cannot hold is an error. */
async function named(
  entries: Entries,
  { conversionStrategy }: Pick<RemoteRef, 'conversionStrategy'>,
  path: string,
  { at, steps, rewrite }: Rewriting,
): Promise<Entries> {
  if (steps.length === 0) return convertKeys(entries, conversionStrategy, path)
  return rewrite(entries, steps, `${at}.rewrite`)
}

function singleOf(entry: ExternalSecretData, path: string, place: Place): WantedItem {
  const { secretKey, remoteRef: ref } = entry
  const take = (text: string) => dataOf([[secretKey, valueOf(text, ref, path)]], ref, path)
  return { kind: 'item', ...place, ...wantedOfRef(ref), entry, take }
}

function wantedOfRef(ref: RemoteRef): Pick<WantedItem, 'request' | 'property'> {
  return { request: requestOf(ref), property: ref.property ?? '' }
}

function requestOf({ key, version = '', metadataPolicy }: RemoteRef): ItemRequest {
  return {
    key,
    ...(version !== '' && { version }),
    ...(metadataPolicy === 'Fetch' && { part: 'tags' }),
  }
}
