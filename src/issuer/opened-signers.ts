import type { ExternalIssuer } from '../api/externalissuer.ts'
import { ExternalIssuerSpec } from '../api/externalissuer.ts'
import type { Client } from '../kube/client.ts'
import { configMapKind, secretKind } from '../kube/kind.ts'
import type { ObjectRef } from '../kube/object.ts'
import { SignFailure } from '../signer/sign-failure.ts'
import type { DataRef, Signer, SignerType } from '../signer/signer.ts'
import type { Log } from '../std/log.ts'
import { InputReaders } from './input-readers.ts'
import { type IssuerInputs, readInputs, sha256 } from './issuer-inputs.ts'
import { type IssuerName, titleOf } from './issuer-name.ts'
import { homeOf, type Place, refuseInvalid } from './issuer-place.ts'
import type { InputKind } from './issuer-wake.ts'
import { SecretVersions } from './secret-versions.ts'
import { createSignerPorts } from './signer-ports.ts'

type Read = Omit<DataRef, 'key'>

/** A signer, opened for one generation of an issuer and one state of what it is configured with. */
export interface OpenedSigner {
  readonly uid: string
  readonly generation: number | undefined
  readonly signer: Signer
  /** For the status: a digest of everything that was read. It grows when the signer reads more. */
  configHash(): string
}

interface Held extends OpenedSigner {
  readonly digest: string
  readonly home: string | undefined
  /** What the signer itself read, and the version it had. */
  readonly reads: Map<string, { readonly ref: Read; readonly version: string | undefined }>
  isChecked: boolean
  users: number
  isRetired: boolean
}

export interface OpenedSignersOptions {
  readonly client: Client
  readonly types: readonly SignerType[]
  /** The namespaces that cluster issuers may read. */
  readonly homes: readonly string[]
  readonly log: Log
}

/** What a look at an issuer's configuration found. */
export interface Refreshed {
  readonly opened: OpenedSigner
  /** The signer was opened just now. */
  readonly isNew: boolean
  /** The issuer or its configuration differs from when it was last looked at. */
  readonly isChanged: boolean
}

/** The signers that are open, one per issuer; opened anew when its generation or configuration changes. */
export class OpenedSigners {
  readonly #options: OpenedSignersOptions
  readonly #held = new Map<string, Held>()
  readonly #versions = new SecretVersions()
  readonly #readers = new InputReaders()
  readonly #lastSeen = new Map<string, string>()

  constructor(options: OpenedSignersOptions) {
    this.#options = options
  }

  /**
   * Reads the configuration live and gives the signer for it, the one that is open where nothing changed. Throws
   * SignFailure; ApiError and TransportError when the cluster cannot be asked.
   */
  async refresh(name: IssuerName, issuer: ExternalIssuer, signal: AbortSignal): Promise<Refreshed> {
    const { client } = this.#options
    const uid = issuer.metadata.uid ?? ''
    const place: Place = { namespace: name.namespace, homes: this.#options.homes }
    const spec = specOf(issuer)
    refuseInvalid(spec, place)
    const versionOf = this.#versions.of.bind(this.#versions)
    const inputs = await readInputs(client, spec, place, { signal, versionOf })
    const held = this.#held.get(uid)
    const isCurrent = held?.generation === issuer.metadata.generation && held?.digest === inputs.digest
    if (held !== undefined && isCurrent && (await this.#isUnread(held, signal)))
      return { opened: held, isNew: false, isChanged: false }
    const opened = await this.#open(name, issuer, { spec, home: homeOf(spec, place), inputs })
    this.retire(uid)
    this.#held.set(uid, opened)
    return { opened, isNew: true, isChanged: this.#hasChanged(uid, opened) }
  }

  /** The signer of an issuer as it is now, if its check succeeded in this process; undefined before the first one. */
  checked(issuer: ExternalIssuer): OpenedSigner | 'unchecked' | undefined {
    const held = this.#held.get(issuer.metadata.uid ?? '')
    if (held === undefined) return undefined
    return held.isChecked && held.generation === issuer.metadata.generation ? held : 'unchecked'
  }

  /** Notes how a check ended: only a signer that passed signs. */
  noteCheck(uid: string, isPassed: boolean): void {
    const held = this.#held.get(uid)
    if (held !== undefined) held.isChecked = isPassed
  }

  /** False once it was let go of: it may be closed by now. */
  isOpen(opened: OpenedSigner): boolean {
    return this.#held.get(opened.uid) === opened
  }

  /** Works with a signer; it is not closed before the work has ended. */
  async use<T>(opened: OpenedSigner, work: (signer: Signer) => Promise<T>): Promise<T> {
    const held = this.#held.get(opened.uid)
    if (held !== opened) return work(opened.signer)
    held.users++
    try {
      return await work(held.signer)
    } finally {
      held.users--
      this.#closeUnused(held)
    }
  }

  /** Lets go of an issuer's signer: the next refresh opens a new one, with nothing known of tokens. */
  retire(uid: string): void {
    const held = this.#held.get(uid)
    if (held === undefined) return
    this.#held.delete(uid)
    held.isRetired = true
    this.#closeUnused(held)
  }

  /** The issuers whose signers asked for an object; what specs name is not among it. */
  readersOf(kind: InputKind, at: ObjectRef): readonly IssuerName[] {
    return this.#readers.of(kind, at)
  }

  /** The issuer is gone. */
  forget(uid: string): void {
    this.retire(uid)
    this.#readers.forget(uid)
    this.#lastSeen.delete(uid)
  }

  async close(): Promise<void> {
    const open = [...this.#held.values()]
    this.#held.clear()
    await Promise.allSettled(open.map((it) => it.signer.close()))
  }

  /** A signer that was let go of for a fault is opened anew without that anything changed. */
  #hasChanged(uid: string, opened: Held): boolean {
    const seen = `${opened.generation} ${opened.digest}`
    const before = this.#lastSeen.get(uid)
    this.#lastSeen.set(uid, seen)
    return before !== undefined && before !== seen
  }

  #closeUnused(held: Held): void {
    if (!held.isRetired || held.users > 0) return
    held.signer
      .close()
      .catch((error: unknown) => this.#options.log.debug({ err: error }, 'Signer not closed'))
  }

  /** True when nothing that the signer itself read has changed. */
  async #isUnread({ reads, home }: Held, signal: AbortSignal): Promise<boolean> {
    for (const { ref, version } of reads.values()) {
      const at = { namespace: home, name: ref.name }
      const kind = ref.kind === 'Secret' ? secretKind : configMapKind
      const object = await this.#options.client.find(kind, at, { signal, metadataOnly: true })
      if ((object && this.#versions.of(at, object)) !== version) return false
    }
    return true
  }

  async #open(
    name: IssuerName,
    issuer: ExternalIssuer,
    { spec, home, inputs }: { spec: ExternalIssuerSpec; home: string | undefined; inputs: IssuerInputs },
  ): Promise<Held> {
    const { client, types, log } = this.#options
    const { uid = '', generation } = issuer.metadata
    const type = typeFor(spec, types)
    const reads: Held['reads'] = new Map()
    const onRead = (ref: Read, version: string | undefined) => {
      reads.set(`${ref.kind}/${ref.name}`, { ref, version })
      this.#readers.note(uid, name, ref.kind, { namespace: home, name: ref.name })
    }
    const signer = await type.open({
      title: titleOf(name),
      issuer: { ...name, uid },
      config: inputs.config,
      credentials: inputs.credentials,
      ports: createSignerPorts({ client, home, versions: this.#versions, onRead }),
      log: log.child({ issuer: titleOf(name) }),
      previousFingerprint: issuer.status?.caFingerprint,
    })
    const { digest } = inputs
    const configHash = () => hashOf(digest, reads)
    return {
      uid,
      generation,
      signer,
      digest,
      home,
      reads,
      configHash,
      isChecked: false,
      users: 0,
      isRetired: false,
    }
  }
}

function typeFor({ signerType }: ExternalIssuerSpec, types: readonly SignerType[]): SignerType {
  const type = types.find((it) => it.name === signerType)
  if (type !== undefined) return type
  const message = `Cannot use spec.signerType: there is no signer "${signerType}"`
  throw new SignFailure('InvalidConfig', message)
}

function specOf(issuer: ExternalIssuer): ExternalIssuerSpec {
  const parsed = ExternalIssuerSpec.safeParse(issuer.spec)
  if (parsed.success) return parsed.data
  const broken = parsed.error.issues.map((it) => `${['spec', ...it.path].join('.')}: ${it.message}`)
  throw new SignFailure('InvalidConfig', `Cannot use the issuer: ${broken.join('; ')}`)
}

function hashOf(digest: string, reads: Held['reads']): string {
  const versions = [...reads].map(([name, { version }]) => [name, version] as const)
  const sorted = versions.toSorted(([a], [b]) => (a < b ? -1 : 1))
  return sha256(JSON.stringify([digest, sorted]))
}
