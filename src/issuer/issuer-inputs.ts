import { createHash } from 'node:crypto'
import type { ExternalIssuerSpec, IssuerReference } from '../api/externalissuer.ts'
import type { Client } from '../kube/client.ts'
import { configMapKind, secretKind } from '../kube/kind.ts'
import { type KubeObject, keyOf, type ObjectRef } from '../kube/object.ts'
import { SignFailure } from '../signer/sign-failure.ts'
import { Redacted } from '../std/redacted.ts'
import { namespaceOf, type Place } from './issuer-place.ts'

export type DataObject = KubeObject & {
  readonly data?: Readonly<Record<string, string>>
  readonly binaryData?: Readonly<Record<string, string>>
}

/** What an issuer is configured with, read at one moment. */
export interface IssuerInputs {
  readonly config: ReadonlyMap<string, string> | undefined
  readonly credentials: ReadonlyMap<string, Redacted<Uint8Array>> | undefined
  /** A digest of the ConfigMap's data and of the Secret's UID and version: no value of the Secret is in it. */
  readonly digest: string
}

/** Tells the version of a Secret, for the digest; what the operator itself wrote there is no news. */
export type VersionOf = (at: ObjectRef, object: KubeObject) => string

/**
 * Reads what a spec names, live and by name. Throws SignFailure IssuerFault for what is not there: it may come at any
 * moment; ApiError and TransportError pass through.
 */
export async function readInputs(
  client: Client,
  spec: ExternalIssuerSpec,
  place: Place,
  options: { readonly versionOf: VersionOf; readonly signal: AbortSignal },
): Promise<IssuerInputs> {
  const { signal, versionOf } = options
  const configMap = await find(client, 'ConfigMap', spec.configRef, place, signal)
  const secret = await find(client, 'Secret', spec.authSecretRef, place, signal)
  return {
    config: configMap && new Map(Object.entries(configMap.object.data ?? {})),
    credentials: secret && decoded(secret.object),
    digest: sha256(
      JSON.stringify([
        configMap && [keyOf(configMap.at), sortedEntries(configMap.object.data)],
        secret && [keyOf(secret.at), versionOf(secret.at, secret.object)],
      ]),
    ),
  }
}

interface Found {
  readonly at: ObjectRef
  readonly object: DataObject
}

async function find(
  client: Client,
  kind: 'ConfigMap' | 'Secret',
  ref: IssuerReference | undefined,
  place: Place,
  signal: AbortSignal,
): Promise<Found | undefined> {
  if (ref === undefined) return undefined
  const at = { namespace: namespaceOf(ref, place), name: ref.name }
  const object = await client.find<DataObject>(kind === 'Secret' ? secretKind : configMapKind, at, { signal })
  if (object !== undefined) return { at, object }
  const path = kind === 'Secret' ? 'spec.authSecretRef' : 'spec.configRef'
  throw new SignFailure('IssuerFault', `Cannot read ${path}: there is no ${kind} ${keyOf(at)}`)
}

function decoded({ data = {} }: DataObject): ReadonlyMap<string, Redacted<Uint8Array>> {
  const entries = Object.entries(data)
  return new Map(entries.map(([key, text]) => [key, new Redacted<Uint8Array>(Buffer.from(text, 'base64'))]))
}

function sortedEntries(data: Readonly<Record<string, string>> = {}): readonly (readonly [string, string])[] {
  return Object.entries(data).toSorted(([a], [b]) => (a < b ? -1 : 1))
}

/** In hexadecimal. */
export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
