import { expect, test } from 'vitest'
import { externalSecretsHalf, issuersHalf } from '../../hack/generate/half-rules.ts'
import { clusterScoped } from '../../hack/generate/rule-scope.ts'
import { sharedCluster } from '../cluster/shared.ts'
import { applyCertManagerCrds } from '../partners/cert-manager.ts'

test('what Roles leave out is what the API server has in no namespace', async () => {
  const cluster = sharedCluster()
  await applyCertManagerCrds(cluster)
  const named = async (namespaced: boolean) =>
    (await cluster.kubectl('api-resources', `--namespaced=${namespaced}`, '--no-headers', '-o', 'name'))
      .trim()
      .split('\n')
      .map((it) => it.split('.')[0] ?? '')
  const [ofCluster, ofNamespaces] = await Promise.all([named(false), named(true)])
  const used = [...externalSecretsHalf, ...issuersHalf].flatMap((it) => it.resources)

  const plurals = [...new Set(used.map((it) => it.split('/')[0] ?? ''))]
  const misplaced = plurals.filter((it) => !(clusterScoped.has(it) ? ofCluster : ofNamespaces).includes(it))

  expect(plurals.length).toBeGreaterThan(10)
  expect(misplaced).toEqual([])
})
