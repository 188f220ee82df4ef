import type { AkeylessAuth } from '../../src/api/akeyless-spec.ts'
import type { Clock } from '../../src/std/clock.ts'
import type { Provider } from '../../src/store/provider.ts'
import { startAkeyless } from '../fakes/akeyless/stand-in.ts'
import { createBench, reading } from './akeyless-bench.ts'
import { startCloudWorld } from './cloud-world.ts'
import { MemoryReferences } from './memory-references.ts'

export interface CloudBenchOptions {
  readonly allowAmbientCloudIdentity?: boolean
  /** What the platform told Keyferry's pod. */
  readonly env?: Readonly<Record<string, string>>
  readonly clock?: Clock
}

/** The provider kind `akeyless` among the stand-ins of three clouds; `/cloud/value` may be read by their identities. */
export async function createCloudBench({ env = {}, ...options }: CloudBenchOptions = {}) {
  const world = await startCloudWorld()
  const akeyless = await startAkeyless()
  world.seed(akeyless.state)
  akeyless.state.secret('/cloud/value', { value: 'canary-value' })
  const bench = createBench({ url: akeyless.url, ...options, clouds: { ...world.options, env } })
  const references = new MemoryReferences()

  /** A ServiceAccount of namespace `shop` whose tokens the world's issuer signs. */
  function account(name: string, annotations: Readonly<Record<string, string>> = {}, to = references): void {
    const sub = `system:serviceaccount:shop:${name}`
    to.setAccount(name, (aud) => world.issuer.sign({ sub, aud }), `uid-${name}`, annotations)
  }

  function open(authSecretRef: AkeylessAuth, isClusterWide = false, from = references): Provider {
    return bench.open({ authSecretRef }, from, isClusterWide)
  }

  /** What a read of `/cloud/value` gives, or the reason why it cannot be tried. */
  async function read(provider: Provider): Promise<string> {
    let values: readonly string[] = []
    const reason = await bench.reasonOf(bench.read(provider, '/cloud/value').then((it) => void (values = it)))
    return reason === 'ok' ? (values[0] ?? '') : reason
  }

  /** The words of the last failure. */
  function words(): string {
    const last = bench.errors.at(-1)
    return last instanceof Error ? last.message : ''
  }

  async function close(): Promise<void> {
    await bench.close()
    await akeyless.stop()
    await world[Symbol.asyncDispose]()
    bench.refuseLeaks()
  }

  return {
    world,
    akeyless,
    bench,
    references,
    account,
    open,
    read,
    words,
    check: (it: Provider) => it.check(reading()),
    close,
  }
}

export type CloudBench = Awaited<ReturnType<typeof createCloudBench>>
