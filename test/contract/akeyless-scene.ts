import { type AkeylessOptions, type AkeylessStandIn, startAkeyless } from '../fakes/akeyless/stand-in.ts'
import { accessId, accessKey, type createBench } from './akeyless-bench.ts'

/** What a test asks of the provider kind `akeyless`, and looks at afterwards. */
export type Bench = ReturnType<typeof createBench>

/** A stand-in that the access key of benches logs in at: it may read `/shop/*`, with `admin` everything. */
export async function startStandIn({
  admin = false,
  ...options
}: AkeylessOptions & { readonly admin?: boolean } = {}): Promise<AkeylessStandIn> {
  const akeyless = await startAkeyless(options)
  akeyless.state.accessKey({ accessId, accessKey, admin })
  if (!admin) akeyless.state.role({ accessId, rules: [{ path: '/shop/*', capabilities: ['read'] }] })
  return akeyless
}

/** Ends a bench and what it called. Throws when anything secret got out meanwhile. */
export async function endScene(bench: Bench, akeyless: AkeylessStandIn): Promise<void> {
  await bench.close()
  await akeyless.stop()
  bench.refuseLeaks()
}
