import { type AkeylessOptions, createAkeyless } from '../../src/akeyless/provider.ts'
import type { AkeylessProvider } from '../../src/api/akeyless-spec.ts'
import { Failure } from '../../src/std/failure.ts'
import { createLog } from '../../src/std/log.ts'
import type { ItemOutcome, Provider, ReadOptions, References } from '../../src/store/provider.ts'
import { MemoryReferences } from './memory-references.ts'

export const accessId = 'p-shop0001'
export const accessKey = 'canary-access-key-0f1e2d3c'

/** A login by access key with the Secret `akeyless` of the references. */
const accessKeyAuth: AkeylessProvider['authSecretRef'] = {
  secretRef: {
    accessID: { name: 'akeyless', key: 'id' },
    accessType: { name: 'akeyless', key: 'type' },
    accessTypeParam: { name: 'akeyless', key: 'key' },
  },
}

export const onBehalfOf = { kind: 'ExternalSecret', namespace: 'shop', name: 'db', uid: 'es-1' }

export interface BenchOptions extends Partial<AkeylessOptions> {
  readonly url: string
}

/** The provider kind `akeyless` as a test uses it: what it logs, counts and throws is kept to be looked at. */
export function createBench({ url, ...options }: BenchOptions) {
  const lines: string[] = []
  const calls: string[] = []
  const cache = { hit: 0, miss: 0 }
  const errors: unknown[] = []
  const log = createLog('debug', { write: (line) => void lines.push(line) })
  const rules = { insecureLocalEndpoints: true, apiServerHosts: [] }
  const observer = {
    onCall: (it: { call: string; code: string }) => void calls.push(`${it.call} ${it.code}`),
    onTokenCache: (result: 'hit' | 'miss') => void (cache[result] += 1),
  }
  const akeyless = createAkeyless({ rules, observer, ...options })

  function open(
    spec: Partial<AkeylessProvider> = {},
    references: References = withAccessKey(),
    isClusterWide = false,
  ): Provider {
    const provider = { akeyless: { akeylessGWApiURL: url, authSecretRef: accessKeyAuth, ...spec } }
    const title = isClusterWide ? 'ClusterSecretStore akeyless' : 'SecretStore shop/akeyless'
    return akeyless.open({ title, isClusterWide, spec: { provider }, references, log })
  }

  /** The reason of what a call of a provider fails with, or `ok`. */
  async function reasonOf(work: Promise<unknown>): Promise<string> {
    try {
      await work
      return 'ok'
    } catch (error) {
      errors.push(error)
      return error instanceof Failure ? error.reason : String(error)
    }
  }

  /** Values as text, failures as their reason. */
  function shown(outcomes: readonly ItemOutcome[]): string[] {
    return outcomes.map((it) => {
      if (it.ok) return it.value.text.reveal()
      errors.push(it.failure)
      return it.failure instanceof Failure ? it.failure.reason : String(it.failure)
    })
  }

  async function read(provider: Provider, ...keys: string[]): Promise<string[]> {
    return shown(
      await provider.read(
        keys.map((key) => ({ key })),
        reading(),
      ),
    )
  }

  /** Everything that was logged, counted or thrown, as text. */
  function seen(): string {
    const thrown = errors.map((it) =>
      it instanceof Error ? `${it.message} ${it.stack} ${JSON.stringify(it)}` : '',
    )
    return [...lines, ...calls, ...thrown].join('\n')
  }

  /** Throws when a value, a key, a token or a JWT got out: tests name theirs `canary-...`, tokens are `t-` and hex. */
  function refuseLeaks(): void {
    const leak = /.*(canary-|t-[0-9a-f]{32}|eyJ[\w-]{10,}\.eyJ|X-Amz-Signature).*/.exec(seen())
    if (leak !== null) throw new Error(`Leaked: ${leak[0]}`)
  }

  const audits = () =>
    lines.map((it) => JSON.parse(it) as { audit?: Record<string, unknown> }).flatMap((it) => it.audit ?? [])

  return {
    akeyless,
    open,
    read,
    reasonOf,
    shown,
    seen,
    refuseLeaks,
    audits,
    lines,
    calls,
    cache,
    errors,
    close: () => akeyless.close(),
  }
}

/** What a read is asked with, on behalf of the ExternalSecret of the bench. */
export function reading(signal: AbortSignal = AbortSignal.timeout(20_000)): ReadOptions {
  return { signal, onBehalfOf }
}

/** References with a Secret `akeyless` that holds the access key. */
export function withAccessKey(owner = 'uid', key = accessKey): MemoryReferences {
  const references = new MemoryReferences(owner)
  references.set('akeyless', { id: accessId, type: 'access_key', key })
  return references
}
