import { failure } from '../../src/api/reason.ts'
import { Redacted } from '../../src/std/redacted.ts'
import type { References, ServiceAccountIdentity } from '../../src/store/provider.ts'

interface Stored {
  readonly uid: string
  version: number
  data: Readonly<Record<string, string>>
}

interface Account {
  readonly uid: string
  readonly jwt: (audiences: readonly string[]) => string
  readonly annotations: Readonly<Record<string, string>>
}

/** References to Secrets, ConfigMaps and ServiceAccounts that a test holds in memory; it counts what is read live. */
export class MemoryReferences implements References {
  secretReads = 0
  tokenRequests = 0
  readonly reviewed: string[] = []
  /** What our own TokenReview says; undefined: we may not ask. */
  accepts: boolean | undefined
  readonly #objects = new Map<string, Stored>()
  readonly #accounts = new Map<string, Account>()
  readonly #uidPrefix: string

  /** UIDs begin with `owner`, so that objects of two owners are never the same. */
  constructor(owner = 'uid') {
    this.#uidPrefix = owner
  }

  /** Writes a Secret (or ConfigMap): a new version of what has this name. */
  set(name: string, data: Readonly<Record<string, string>>): void {
    const uid = `${this.#uidPrefix}-${name}`
    this.#objects.set(name, { uid, version: (this.#objects.get(name)?.version ?? 0) + 1, data })
  }

  /** Changes the data while the metadata cache still shows the old version. */
  setUnseen(name: string, data: Readonly<Record<string, string>>): void {
    const object = this.#objects.get(name)
    if (object !== undefined) object.data = data
  }

  /** A ServiceAccount; `jwt` makes its tokens, for the audiences asked. */
  setAccount(
    name: string,
    jwt: (audiences: readonly string[]) => string,
    uid = `${this.#uidPrefix}-${name}`,
    annotations: Readonly<Record<string, string>> = {},
  ): void {
    this.#accounts.set(name, { uid, jwt, annotations })
  }

  secretVersion({ name }: { name: string }, path: string) {
    const { uid, version } = this.#get(name, path)
    return { uid, resourceVersion: String(version) }
  }

  async secretValue(
    { name, key = '' }: { name: string; key?: string | undefined },
    path: string,
  ): Promise<Redacted> {
    this.secretReads += 1
    const value = this.#get(name, path).data[key]
    if (value === undefined)
      throw failure('NotFound', `Cannot use ${path}: Secret "${name}" has no key "${key}"`)
    return new Redacted(value)
  }

  async caBundle(
    { name, key = 'ca.crt' }: { name: string; key?: string | undefined },
    path: string,
  ): Promise<string> {
    return this.#get(name, path).data[key] ?? ''
  }

  serviceAccount({
    name,
    namespace = 'shop',
  }: {
    name: string
    namespace?: string | undefined
  }): ServiceAccountIdentity {
    const account = this.#accounts.get(name)
    if (account === undefined) throw failure('NotFound', `Cannot find ServiceAccount ${namespace}/${name}`)
    const token = async ({ audiences = [] }: { audiences?: readonly string[] }) => {
      this.tokenRequests += 1
      return { token: new Redacted(account.jwt(audiences)), expiresAtMs: Date.now() + 600_000 }
    }
    return { namespace, name, uid: account.uid, annotations: account.annotations, token }
  }

  async reviewToken(token: Redacted): Promise<{ readonly authenticated: boolean } | undefined> {
    this.reviewed.push(token.reveal())
    return this.accepts === undefined ? undefined : { authenticated: this.accepts }
  }

  #get(name: string, path: string): Stored {
    const object = this.#objects.get(name)
    if (object === undefined) throw failure('NotFound', `Cannot use ${path}: there is no Secret "${name}"`)
    return object
  }
}
