import { randomBytes } from 'node:crypto'
import { GatewayCache } from './cache.ts'
import { type Call, CallLog } from './calls.ts'
import { DynamicLeases } from './dynamic-leases.ts'
import { type DynamicOptions, producerOf } from './dynamic-producer.ts'
import { type Fault, Faults, type SetFault } from './faults.ts'
import { drawGuesses, type Guesses, seedOfThisRun } from './guesses.ts'
import {
  type AccessKeyOptions,
  type AwsMethod,
  type CertMethod,
  Identities,
  type KubernetesAuthOptions,
  type KubernetesHost,
  type TokenMethod,
} from './identities.ts'
import { addVersion, type Content, type Item, Items, rotateInPlace, type StaticFormat } from './item.ts'
import type { Role, Rule, SubClaims } from './roles.ts'
import { Tokens } from './tokens.ts'

type MadeMethod = Omit<AwsMethod, 'name'> | Omit<TokenMethod, 'name'> | Omit<CertMethod, 'name'>

export interface StateOptions {
  /** A Gateway, or the public service, which has no Kubernetes auth and none of the Gateway's commands. */
  readonly mode?: 'gateway' | 'public'
  /** Prefixes under which the API is there; `''`, `/v2` and `/api/v2` unless said otherwise. */
  readonly bases?: readonly string[]
  /** For TokenReviews of every Kubernetes auth config that names no API server of its own. */
  readonly k8s?: KubernetesHost
  /** Draws the guesses; this process's seed unless said otherwise. */
  readonly seed?: number
  /** Guesses that a test pins. */
  readonly guesses?: Partial<Guesses>
  /** One hour unless said otherwise. */
  readonly tokenTtlMs?: number
  readonly pageSize?: number
  /** How long every answer takes at least. */
  readonly latencyMs?: number
  readonly onCall?: (call: Call) => void
}

/** The account and the Gateway: what tests seed, change and look at. Every method takes effect on the next call. */
export class AkeylessState {
  readonly accountId = 'acc-standin00001'
  readonly mode: 'gateway' | 'public'
  readonly bases: readonly string[]
  readonly seed: number
  guesses: Guesses
  k8s: KubernetesHost | undefined
  /** Of tokens that are issued from now on. */
  tokenTtlMs: number
  /** Items per page of /list-items. */
  pageSize: number
  latencyMs: number
  healthy = true

  readonly items = new Items()
  readonly roles = new Map<string, Role>()
  readonly identities = new Identities()
  readonly tokens = new Tokens()
  readonly cache = new GatewayCache()
  readonly faults = new Faults()
  readonly calls: CallLog
  /** What dynamic secrets have made and not ended yet. */
  readonly leases = new DynamicLeases(() => this.now())
  #skewMs = 0

  constructor(options: StateOptions = {}) {
    this.mode = options.mode ?? 'gateway'
    this.bases = options.bases ?? ['', '/v2', '/api/v2']
    this.seed = options.seed ?? seedOfThisRun()
    this.guesses = { ...drawGuesses(this.seed), ...options.guesses }
    this.k8s = options.k8s
    this.tokenTtlMs = options.tokenTtlMs ?? 3_600_000
    this.pageSize = options.pageSize ?? 1000
    this.latencyMs = options.latencyMs ?? 0
    this.calls = new CallLog(options.onCall)
  }

  /** The stand-in's own time. */
  now(): number {
    return Date.now() + this.#skewMs
  }

  /** Moves the stand-in's time forward: tokens and leases expire without waiting; `leases.settled()` waits for these. */
  advance(ms: number): void {
    this.#skewMs += ms
    this.leases.look()
  }

  /** An API key login. With `admin` it may do everything. */
  accessKey(options: AccessKeyOptions): void {
    const { accessId, name = accessId, admin = false } = options
    this.identities.methods.set(accessId, { ...options, type: 'access_key', name, admin })
  }

  /** A Kubernetes auth method and the Gateway's config for it; the bounds may hold `*` and `?`. */
  k8sAuth(options: KubernetesAuthOptions): void {
    const { accessId, config, k8s = this.k8s, name = accessId, ttlMs } = options
    if (k8s === undefined) throw new Error(`Cannot set Kubernetes auth "${config}": no API server is given`)
    const { boundServiceAccounts = [], boundNamespaces = [], boundPods = [], audience = '' } = options
    const bounds = { boundServiceAccounts, boundNamespaces, boundPods, audience }
    const ttl = ttlMs === undefined ? {} : { ttlMs }
    this.identities.methods.set(accessId, { type: 'k8s', accessId, name, ...bounds, ...ttl })
    this.identities.configs.set(config, { ...k8s, name: config, accessId })
  }

  /** A login by JWT, verified with one public key. */
  jwtAuth(options: { accessId: string; publicKeyPem: string; issuer?: string; audience?: string }): void {
    this.identities.methods.set(options.accessId, { ...options, type: 'jwt', name: options.accessId })
  }

  /** A login by a `u-...` token; returns it. */
  universalIdentity({ accessId }: { accessId: string }): string {
    const uidToken = `u-${randomBytes(16).toString('hex')}`
    this.identities.methods.set(accessId, { type: 'universal_identity', accessId, name: accessId, uidToken })
    return uidToken
  }

  /** A login by AWS IAM, Azure AD, GCP or certificate. */
  authMethod(method: MadeMethod): void {
    this.identities.methods.set(method.accessId, { ...method, name: method.accessId })
  }

  /** What an access id may do, on logins whose claims match `subClaims`. A role of the same name is added to. */
  role(options: { accessId: string; rules: readonly Rule[]; subClaims?: SubClaims; name?: string }): Role {
    const { accessId, subClaims = {}, name = `role-${this.roles.size + 1}` } = options
    const role = this.roles.get(name) ?? { name, rules: [], associations: [] }
    role.rules.push(...options.rules)
    role.associations.push({ accessId, subClaims, caseSensitive: true })
    this.roles.set(name, role)
    return role
  }

  /** Denies a path to an access id whatever its other roles say; the returned function takes the denial back. */
  denyPath(accessId: string, path: string): () => void {
    const role = this.role({
      accessId,
      rules: [{ path, capabilities: ['deny'] }],
      name: `deny ${accessId} ${path}`,
    })
    return () => void this.roles.delete(role.name)
  }

  /** A static secret; replaces what has this name. */
  secret(name: string, options: { value: string; format?: StaticFormat; tags?: readonly string[] }): Item {
    const { value, ...rest } = options
    return this.items.create(name, { ...rest, type: 'STATIC_SECRET', content: value }, this.now())
  }

  /** A static secret of sub-type password: its value is JSON text of these fields. */
  password(name: string, fields: Readonly<Record<string, string>>): Item {
    const content = JSON.stringify(fields)
    return this.items.create(name, { type: 'STATIC_SECRET', subType: 'password', content }, this.now())
  }

  /** A rotated secret with `username` and `password`, or with one `payload`. */
  rotated(name: string, fields: Readonly<Record<string, string>>, tags: readonly string[] = []): Item {
    return this.items.create(name, { type: 'ROTATED_SECRET', content: fields, tags }, this.now())
  }

  /** A stored certificate; the chain (issuers of the leaf, nearest first) is joined to it in the order guessed. */
  certificate(name: string, pem: { certificatePem: string; privateKeyPem: string; chainPem?: string }): Item {
    const { certificatePem, privateKeyPem, chainPem = '' } = pem
    const leafFirst = this.guesses.chainOrder === 'leafFirst'
    const joined = leafFirst ? certificatePem + chainPem : chainPem + certificatePem
    const content = { certificate_pem: joined, private_key_pem: privateKeyPem }
    return this.items.create(name, { type: 'CERTIFICATE', content }, this.now())
  }

  /** A classic key: the private key as PEM, and what belongs to it. */
  classicKey(name: string, fields: { key: string; certificate?: string; ssh?: string }): Item {
    return this.items.create(name, { type: 'CLASSIC_KEY', content: fields }, this.now())
  }

  /** A dynamic secret: each read makes a user, in a real database where one is given. */
  dynamic(name: string, options: DynamicOptions = {}): Item {
    const { tags = [] } = options
    const item = this.items.create(name, { type: 'DYNAMIC_SECRET', content: '', tags }, this.now())
    this.leases.produce(name, producerOf(options))
    return item
  }

  /** Writes the next version of an item, or a new static secret; returns the version. */
  putSecret(name: string, value: Content): number {
    const item = this.items.get(name)
    if (item !== undefined) return addVersion(item, value, this.now())
    this.items.create(name, { type: 'STATIC_SECRET', content: value }, this.now())
    return 1
  }

  /** Gives a rotated secret a new password (or payload); returns the new fields. */
  rotate(name: string): Readonly<Record<string, string>> {
    const item = this.items.get(name)
    const fields = item?.versions.at(-1)?.content
    if (item?.type !== 'ROTATED_SECRET' || typeof fields !== 'object')
      throw new Error(`Cannot rotate "${name}": no such item`)
    const field = 'payload' in fields ? 'payload' : 'password'
    const rotated = { ...fields, [field]: randomBytes(12).toString('base64url') }
    const write = this.guesses.rotationMoves === 'version' ? addVersion : rotateInPlace
    write(item, rotated, this.now())
    item.rotatedAtMs = this.now()
    return rotated
  }

  deleteItem(name: string): boolean {
    return this.items.delete(name)
  }

  /** Makes tokens worthless at once, of one access id or all; returns how many. */
  revokeTokens(accessId?: string): number {
    return this.tokens.revoke(accessId)
  }

  /** Sets a fault; the oldest one that applies hits. */
  fault(fault: Fault): SetFault {
    return this.faults.add(fault)
  }

  clearFaults(): void {
    this.faults.clear()
  }
}
