import { createHash, createHmac, randomBytes } from 'node:crypto'
import type { ExternalSecret } from '../api/externalsecret.ts'
import type { Run } from './run.ts'
import type { WantedItem } from './wanted.ts'

/** What was read beside the items that leases are for. */
export interface Beside {
  /** What it is and at which version, where the provider tells. */
  readonly versions: readonly unknown[]
  /** The values themselves, by key. */
  readonly values: readonly (readonly [key: string, value: Uint8Array])[]
}

/** Known to this process alone, and to none after it: what it makes of values is good for nothing elsewhere. */
const processKey = randomBytes(32)

/**
 * Two digests of what is asked of an item: its own entries, and the whole of data and dataFrom. The first one goes
 * while no other entry of the spec has a key of it.
 */
export function askedOf(entries: readonly WantedItem[], { spec }: ExternalSecret) {
  return {
    own: digest(entries.map((it) => it.entry)),
    all: digest([spec.dataFrom ?? [], spec.data ?? []]),
  }
}

/**
 * A digest of everything that a template's result depends on, but for the values of leases. Labels and annotations of
 * the ExternalSecret are none of it: with a template they are not those of the Secret.
 */
export function renderedOf({ object, sourcesVersion }: Run, { versions }: Beside): string {
  const { data = [], dataFrom = [], secretStoreRef = {}, target: { template = {} } = {} } = object.spec
  const templates = sourcesVersion.split('-').filter((it) => !it.startsWith('s'))
  return digest([data, dataFrom, secretStoreRef, template, templates, versions])
}

/** The values themselves, as only this process can compare them: not every provider tells of versions. */
export function besideDigest({ values }: Beside): string {
  const keyed = createHmac('sha256', processKey)
  for (const [key, value] of values) keyed.update(JSON.stringify([key, value.byteLength])).update(value)
  return keyed.digest('base64url')
}

function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16)
}

/** True where the Secret holds what templates make of the values, so that these cannot be found in it. */
export function isRendered({ spec }: ExternalSecret): boolean {
  const { data = {}, templateFrom = [] } = spec.target?.template ?? {}
  return Object.keys(data).length > 0 || templateFrom.length > 0
}
