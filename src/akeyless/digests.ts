import { createHmac, randomBytes } from 'node:crypto'
import { failure } from '../api/reason.ts'
import { Recent } from '../std/recent.ts'
import { Redacted } from '../std/redacted.ts'
import type { References } from '../store/provider.ts'
import { checkAccessId } from './access-id.ts'
import type { HeldValue, Source } from './held-value.ts'

/** The selectors of `secretRef`; a type that is not named is access_key. */
export interface LoginSources {
  readonly accessId: Source
  readonly accessType: Source | undefined
  readonly parameter: Source | undefined
}

/**
 * Keyed digests of credentials by the version of the Secret they lie in: an unchanged Secret costs no request, and
 * no credential is kept. The key is random and never leaves the process.
 */
export class Digests {
  readonly #key = randomBytes(32)
  readonly #values = new Recent<string, string>(10_000)
  readonly #logins = new Recent<string, { accessId: string; accessType: string }>(10_000)

  /** The digest of one key of a Secret, and its value on demand: the one just read, or a new read. */
  async ofValue(source: Source, references: References, signal: AbortSignal): Promise<HeldValue> {
    const version = versionOf(source, references)
    const known = this.#values.get(version)
    const fresh = known === undefined ? await read(source, references, signal) : undefined
    const digest = known ?? this.#digest(fresh)
    this.#values.set(version, digest)
    return {
      digest,
      value: async (signal) => fresh ?? this.#same(await read(source, references, signal), digest, source),
    }
  }

  /** The same for the three selectors of `secretRef`; access id and type are kept, they are no secrets. */
  async ofSecretLogin(
    sources: LoginSources,
    references: References,
    signal: AbortSignal,
  ): Promise<{ accessId: string; accessType: string; parameter: HeldValue | undefined }> {
    const { parameter } = sources
    const held = parameter && (await this.ofValue(parameter, references, signal))
    const key = [sources.accessId, sources.accessType].map((it) => it && versionOf(it, references)).join(' ')
    const known = this.#logins.get(key) ?? (await readLogin(sources, references, signal))
    this.#logins.set(key, known)
    return { ...known, parameter: held }
  }

  #digest(value: Redacted | undefined): string {
    return createHmac('sha256', this.#key)
      .update(value?.reveal() ?? '')
      .digest('base64url')
  }

  /** A login with another credential than the cache key speaks of would lend it to whoever holds the old one. */
  #same(value: Redacted, digest: string, { path }: Source): Redacted {
    if (this.#digest(value) === digest) return value
    throw failure(
      'AuthFailed',
      `Cannot log in: the Secret of ${path} has just changed; its new version is used next`,
      {
        retryAfterMs: 1000,
      },
    )
  }
}

function versionOf({ selector, path }: Source, references: References): string {
  const { uid, resourceVersion } = references.secretVersion(selector, path)
  return `${uid}/${resourceVersion}/${selector.key ?? ''}`
}

async function read(
  { selector, path }: Source,
  references: References,
  signal: AbortSignal,
): Promise<Redacted> {
  const value = await references.secretValue(selector, path, signal)
  return new Redacted(value.reveal().trim())
}

async function readLogin(
  { accessId, accessType }: LoginSources,
  references: References,
  signal: AbortSignal,
): Promise<{ accessId: string; accessType: string }> {
  const id = await read(accessId, references, signal)
  const type = accessType === undefined ? undefined : await read(accessType, references, signal)
  return { accessId: checkAccessId(id.reveal(), accessId.path), accessType: knownWord(type?.reveal()) }
}

/** Only a word may be kept: whatever else somebody put there is not looked at. */
function knownWord(accessType = 'access_key'): string {
  return /^[a-z0-9_]{1,20}$/.test(accessType) ? accessType : ''
}
