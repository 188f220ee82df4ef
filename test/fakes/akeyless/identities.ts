import type { KeyObject } from 'node:crypto'
import type { Issuers } from '../jwt.ts'

/** Where TokenReviews go: an API server, its CA, and a token of a ServiceAccount with system:auth-delegator. */
export interface KubernetesHost {
  /** `https://127.0.0.1:6443`. */
  readonly host: string
  readonly caPem: string
  /** Empty: the submitted JWT itself is the bearer. */
  readonly reviewerToken: string
}

interface Method {
  readonly accessId: string
  readonly name: string
  /** Instead of the stand-in's own token TTL. */
  readonly ttlMs?: number
}

interface AccessKeyMethod extends Method {
  readonly type: 'access_key'
  accessKey: string
  /** May use the commands that create auth methods and roles, and any item. */
  readonly admin: boolean
}

/** Bounds are matched with `*` and `?`; an empty list binds nothing. */
export interface KubernetesMethod extends Method {
  readonly type: 'k8s'
  boundServiceAccounts: readonly string[]
  boundNamespaces: readonly string[]
  boundPods: readonly string[]
  /** What the JWT must be meant for; the Gateway passes it to the TokenReview. */
  audience: string
  /** Verifies the Gateway's own signature; absent for methods that were seeded without keys. */
  readonly publicKey?: KeyObject
}

export interface JwtMethod extends Method {
  readonly type: 'jwt'
  readonly publicKeyPem: string
  readonly issuer?: string
  readonly audience?: string
}

interface UniversalIdentityMethod extends Method {
  readonly type: 'universal_identity'
  uidToken: string
}

/** AWS IAM: who the STS says it is; `stsOrigins` are the ones that may be asked. */
export interface AwsMethod extends Method {
  readonly type: 'aws_iam'
  readonly stsOrigins: readonly string[]
  readonly caPem?: string
  /** May hold `*`. */
  readonly boundArns: readonly string[]
}

/** Azure AD and GCP: a token that an issuer signed for an audience, with claims of these values. */
export interface TokenMethod extends Method {
  readonly type: 'azure_ad' | 'gcp'
  readonly issuers: Issuers
  readonly audience: string
  readonly bounds: Readonly<Record<string, readonly string[]>>
}

export interface CertMethod extends Method {
  readonly type: 'cert'
  readonly caPem: string
  readonly boundCommonNames: readonly string[]
}

export type AuthMethod =
  | AccessKeyMethod
  | KubernetesMethod
  | JwtMethod
  | UniversalIdentityMethod
  | AwsMethod
  | TokenMethod
  | CertMethod

/** What the Gateway holds under `k8s-auth-config-name`. */
export interface KubernetesConfig extends KubernetesHost {
  readonly name: string
  readonly accessId: string
  /** Signs the Gateway's short token for the service; absent for configs that were seeded without keys. */
  readonly signingKey?: KeyObject
}

/** How tests ask for an API key login; with `admin` it may do everything. */
export interface AccessKeyOptions {
  readonly accessId: string
  readonly accessKey: string
  readonly admin?: boolean
  readonly ttlMs?: number
  readonly name?: string
}

/** How tests ask for a Kubernetes auth method and the Gateway's config for it, both at once. */
export interface KubernetesAuthOptions {
  readonly accessId: string
  readonly config: string
  readonly boundServiceAccounts?: readonly string[]
  readonly boundNamespaces?: readonly string[]
  readonly boundPods?: readonly string[]
  readonly audience?: string
  /** Absent: the stand-in's own. */
  readonly k8s?: KubernetesHost
  readonly ttlMs?: number
  readonly name?: string
}

/** Auth methods by access id, the Gateway's configs by name, and who is blocked. */
export class Identities {
  readonly methods = new Map<string, AuthMethod>()
  readonly configs = new Map<string, KubernetesConfig>()
  readonly #failures = new Map<string, number>()
  #lastId = 0

  /** `p-` and digits, as the service makes them up. */
  newAccessId(): string {
    return `p-${String(++this.#lastId).padStart(12, '0')}`
  }

  methodNamed(name: string): AuthMethod | undefined {
    return [...this.methods.values()].find((it) => it.name === name)
  }

  /** Five failures in a row block an access id until `unblock`. */
  isBlocked(accessId: string): boolean {
    return this.failures(accessId) >= 5
  }

  /** Failures since the last good login. */
  failures(accessId: string): number {
    return this.#failures.get(accessId) ?? 0
  }

  countFailure(accessId: string): void {
    this.#failures.set(accessId, this.failures(accessId) + 1)
  }

  unblock(accessId: string): void {
    this.#failures.delete(accessId)
  }
}
