import type { Client } from '../kube/client.ts'
import { ApiError, TransportError } from '../kube/errors.ts'
import { configMapKind, secretKind } from '../kube/kind.ts'
import { keyOf, type ObjectRef } from '../kube/object.ts'
import { SignFailure } from '../signer/sign-failure.ts'
import type { DataRef, SignerPorts } from '../signer/signer.ts'
import { Redacted } from '../std/redacted.ts'
import type { DataObject } from './issuer-inputs.ts'
import type { SecretVersions } from './secret-versions.ts'

const fieldManager = 'external-issuer.io'

export interface SignerPortsOptions {
  readonly client: Client
  /** The one namespace that a signer reaches; undefined when its issuer names nothing. */
  readonly home: string | undefined
  readonly versions: SecretVersions
  /** Told of each object that was asked for, with a word that changes when the object does; undefined for none. */
  readonly onRead: (ref: Omit<DataRef, 'key'>, version: string | undefined) => void
}

/** What a signer may ask of the cluster, in its issuer's namespace only (S1, S2). */
export function createSignerPorts(options: SignerPortsOptions): SignerPorts {
  const { client, versions } = options
  return {
    read: (ref, path, signal) => explained(`read ${path}`, () => read(ref, path, options, signal)),
    serviceAccountToken: async ({ name, audiences, expirationSeconds }, path, signal) => {
      const at = placed(name, path, options)
      const request = { audiences, expirationSeconds, signal }
      const { token } = await explained(`use ${path}`, () => client.createToken(at, request))
      return token
    },
    save: async ({ name, key }, value, signal) => {
      const at = placed(name, 'the Secret for a rotating token', options)
      await explained(`save key "${key}" of Secret ${keyOf(at)}`, async () => {
        const before = await client.get(secretKind, at, { signal, metadataOnly: true })
        const { resourceVersion } = before.metadata
        const data = { [key]: Buffer.from(value.reveal()).toString('base64') }
        // The version is a precondition: what another replica rotated meanwhile is newer than ours.
        const patch = { metadata: { resourceVersion }, data }
        versions.wrote(at, before, await client.mergePatch(secretKind, at, patch, { fieldManager, signal }))
      })
    },
  }
}

/** A refusal of the API server in the words of signers: a right or an object that is missing is the issuer's fault. */
async function explained<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof TransportError || (error instanceof ApiError && !isMissing(error)))
      throw new SignFailure('Unavailable', `Cannot ${what}: ${error.message}`, { cause: error })
    if (error instanceof ApiError)
      throw new SignFailure('IssuerFault', `Cannot ${what}: ${error.message}`, { cause: error })
    throw error
  }
}

function isMissing({ status }: ApiError): boolean {
  return status === 403 || status === 404 || status === 422
}

function placed(name: string, path: string, { home }: SignerPortsOptions): ObjectRef {
  if (home !== undefined) return { namespace: home, name }
  throw new SignFailure('InvalidConfig', `Cannot use ${path}: the issuer has no namespace to read from`)
}

async function read(
  ref: DataRef,
  path: string,
  options: SignerPortsOptions,
  signal: AbortSignal,
): Promise<Redacted<Uint8Array>> {
  const { kind, name, key } = ref
  const at = placed(name, path, options)
  const object = await options.client.find<DataObject>(kind === 'Secret' ? secretKind : configMapKind, at, {
    signal,
  })
  options.onRead({ kind, name }, object && options.versions.of(at, object))
  if (object === undefined)
    throw new SignFailure('IssuerFault', `Cannot read ${path}: there is no ${kind} ${keyOf(at)}`)
  const bytes = bytesOf(object, kind, key)
  if (bytes !== undefined) return new Redacted(bytes)
  throw new SignFailure('IssuerFault', `Cannot read ${path}: ${kind} ${keyOf(at)} has no key "${key}"`)
}

function bytesOf(
  { data, binaryData }: DataObject,
  kind: DataRef['kind'],
  key: string,
): Uint8Array | undefined {
  const text = ownOf(data, key)
  if (kind === 'Secret') return text === undefined ? undefined : Buffer.from(text, 'base64')
  if (text !== undefined) return Buffer.from(text)
  const binary = ownOf(binaryData, key)
  return binary === undefined ? undefined : Buffer.from(binary, 'base64')
}

function ownOf(data: Readonly<Record<string, string>> | undefined, key: string): string | undefined {
  return data !== undefined && Object.hasOwn(data, key) ? data[key] : undefined
}
