import { failure } from '../api/reason.ts'
import type { Client } from '../kube/client.ts'
import { ApiError, isForbidden, isNotFound } from '../kube/errors.ts'
import { configMapKind, secretKind } from '../kube/kind.ts'
import { type KubeObject, keyOf, type ObjectRef } from '../kube/object.ts'
import type { ReadStore } from '../runtime/store.ts'
import type { Failure } from '../std/failure.ts'
import { Recent } from '../std/recent.ts'
import { Redacted } from '../std/redacted.ts'
import type { CredentialVersion, KeySelector, References, ServiceAccountIdentity } from './provider.ts'
import { namespaceFor, type Scope } from './scope.ts'

export interface ResolverOptions {
  readonly client: Client
  /** Metadata of what stores may refer to, kept by watches; the data is read live, by name. */
  readonly secrets: ReadStore<KubeObject>
  readonly configMaps: ReadStore<KubeObject>
  readonly serviceAccounts: ReadStore<KubeObject>
}

/** Makes the References of a store; nothing else in the process resolves a reference of a store. */
export type Resolver = (scope: Scope) => References

type DataObject = KubeObject & { readonly data?: Readonly<Record<string, string>> }

/** A CA bundle is read once a version, a credential each time that it is asked for. */
export function createResolver(options: ResolverOptions): Resolver {
  const bundles = new Recent<string, string>(1000)
  return (scope) => ({
    secretVersion: (selector, path) => versionOf('Secret', place(scope, selector, path), path, options),
    secretValue: (selector, path, signal) => secretValue(scope, selector, path, options, signal),
    caBundle: (provider, path, signal) => caBundle(scope, provider, path, { ...options, bundles }, signal),
    serviceAccount: (ref, path) => serviceAccount(place(scope, ref, path), path, options),
    reviewToken: (token, { audiences, signal }) => review(options.client, token, audiences, signal),
  })
}

type Place = ObjectRef & { readonly namespace: string }

function place(
  scope: Scope,
  { namespace, name }: { name: string; namespace?: string | undefined },
  path: string,
): Place {
  return { namespace: namespaceFor(scope, namespace, path), name }
}

function versionOf(
  kind: 'Secret' | 'ConfigMap',
  at: Place,
  path: string,
  options: ResolverOptions,
): CredentialVersion {
  const store = kind === 'Secret' ? options.secrets : options.configMaps
  const { uid = '', resourceVersion = '' } = (store.get(keyOf(at)) ?? absent(kind, at, path)).metadata
  return { uid, resourceVersion }
}

async function secretValue(
  scope: Scope,
  selector: KeySelector,
  path: string,
  { client }: ResolverOptions,
  signal: AbortSignal,
): Promise<Redacted> {
  const at = place(scope, selector, path)
  const secret = await client.find<DataObject>(secretKind, at, { signal })
  const text = ownOf((secret ?? absent('Secret', at, path)).data, keyIn(selector, 'Secret', at, path))
  if (text === undefined) throw missingKey('Secret', at, selector.key ?? '', path)
  return new Redacted(Buffer.from(text, 'base64').toString('utf8'))
}

/** Read once per version of the object. A private key that lies there by mistake is not kept, but refused. */
async function caBundle(
  scope: Scope,
  provider: Parameters<References['caBundle']>[0],
  path: string,
  options: ResolverOptions & { readonly bundles: Recent<string, string> },
  signal: AbortSignal,
): Promise<string> {
  const { type } = provider
  const at = place(scope, provider, path)
  const { uid, resourceVersion } = versionOf(type, at, path, options)
  const key = provider.key ?? 'ca.crt'
  const version = [type, keyOf(at), uid, resourceVersion, key].join(' ')
  const known = options.bundles.get(version)
  if (known !== undefined) return known
  const object = await options.client.find<DataObject>(type === 'Secret' ? secretKind : configMapKind, at, {
    signal,
  })
  const text = ownOf((object ?? absent(type, at, path)).data, key)
  if (text === undefined) throw missingKey(type, at, key, path)
  const pem = type === 'Secret' ? Buffer.from(text, 'base64').toString('utf8') : text
  if (pem.includes('PRIVATE KEY-----')) {
    throw failure(
      'InvalidSpec',
      `Cannot use ${path}: key "${key}" of ${type} ${keyOf(at)} holds a private key`,
    )
  }
  options.bundles.set(version, pem)
  return pem
}

function serviceAccount(at: Place, path: string, options: ResolverOptions): ServiceAccountIdentity {
  const object = options.serviceAccounts.get(keyOf(at)) ?? absent('ServiceAccount', at, path)
  return {
    ...at,
    uid: object.metadata.uid ?? '',
    annotations: object.metadata.annotations,
    async token({ expirationSeconds = 600, audiences = [], signal }) {
      try {
        return await options.client.createToken(at, { expirationSeconds, audiences, signal })
      } catch (error) {
        throw tokenFailure(error, at, path)
      }
    },
  }
}

function tokenFailure(error: unknown, at: Place, path: string): unknown {
  if (isNotFound(error)) return missing('ServiceAccount', at, path)
  const asked = `Cannot request a token of ServiceAccount ${keyOf(at)} (${path})`
  if (isForbidden(error)) {
    return failure(
      'AuthFailed',
      `${asked}: Keyferry is not allowed to; grant it create on serviceaccounts/token there`,
    )
  }
  // 422 and 400: an audience or lifetime that the API server does not grant.
  if (error instanceof ApiError && (error.status === 422 || error.status === 400)) {
    return failure('InvalidSpec', `${asked}: status is ${error.status}; check its audiences`)
  }
  return error
}

/** Without the right to ask there is no answer, and the login's failure stands as it is. */
async function review(client: Client, token: Redacted, audiences: readonly string[], signal: AbortSignal) {
  try {
    const { authenticated } = await client.reviewToken(token, { audiences, signal })
    return { authenticated }
  } catch (error) {
    if (error instanceof ApiError) return undefined
    throw error
  }
}

function keyIn({ key }: KeySelector, kind: string, at: Place, path: string): string {
  if (key !== undefined && key !== '') return key
  throw failure('InvalidSpec', `Cannot use ${path}: it names no key of ${kind} ${keyOf(at)}`)
}

function ownOf(data: Readonly<Record<string, string>> | undefined, key: string): string | undefined {
  return data !== undefined && Object.hasOwn(data, key) ? data[key] : undefined
}

function missingKey(kind: string, at: Place, key: string, path: string): Failure {
  return failure('NotFound', `Cannot use ${path}: ${kind} ${keyOf(at)} has no key "${key}"`)
}

function missing(kind: string, at: Place, path: string): Failure {
  return failure(
    'NotFound',
    `Cannot use ${path}: there is no ${kind} ${keyOf(at)}; create it or correct the name`,
  )
}

function absent(kind: string, at: Place, path: string): never {
  throw missing(kind, at, path)
}
