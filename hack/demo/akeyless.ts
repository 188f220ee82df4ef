import { randomBytes } from 'node:crypto'
import type { ClusterFacts } from '../../test/cluster/cluster.ts'
import { wordsOf } from '../../test/fakes/akeyless/calls.ts'
import { type AkeylessStandIn, startAkeyless } from '../../test/fakes/akeyless/stand-in.ts'
import { sayingNews } from './story.ts'

const password = '/prod/shop/database-password'

/** The stand-in, seeded for config/samples; calls are told. */
export async function startDemoAkeyless(
  cluster: ClusterFacts,
  reviewerToken: string,
): Promise<AsyncDisposable & { readonly url: string; rotate(): string }> {
  const k8s = { host: cluster.server, caPem: cluster.caPem, reviewerToken }
  const akeyless = await startAkeyless({ k8s, onCall: sayingNews((call) => `  akeyless: ${wordsOf(call)}`) })
  seed(akeyless)
  return {
    url: akeyless.url,
    rotate: () => {
      const next = newPassword()
      akeyless.state.putSecret(password, next)
      return next
    },
    [Symbol.asyncDispose]: () => akeyless.stop(),
  }
}

/** The auth method, the role and the items that the manifests of config/samples name. */
function seed({ state }: AkeylessStandIn): void {
  const accessId = 'p-1a2b3c4d5e6f'
  state.k8sAuth({ accessId, config: 'my-cluster', boundServiceAccounts: ['shop'], boundNamespaces: ['shop'] })
  state.role({ accessId, rules: [{ path: '/prod/shop/*', capabilities: ['read', 'list'] }] })
  state.secret(password, { value: newPassword() })
  state.secret('/prod/shop/database', {
    value: '{"username":"shop","host":"db.example.com"}',
    format: 'json',
  })
  state.secret('/prod/shop/settings', { value: '{"LOG_LEVEL":"info","CURRENCY":"EUR"}', format: 'json' })
}

function newPassword(): string {
  return randomBytes(18).toString('base64url')
}
