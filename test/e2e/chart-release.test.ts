import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Helm, helms, runHelm } from '../chart/render.ts'
import { type Cluster, startCluster } from '../cluster/cluster.ts'
import { chart } from '../cluster/helm.ts'

const namespace = 'keyferry-system'
const crds = [
  'clustersecretstores.external-secrets.io',
  'externalclusterissuers.external-issuer.io',
  'externalissuers.external-issuer.io',
  'externalsecrets.external-secrets.io',
  'secretstores.external-secrets.io',
].map((it) => `customresourcedefinition.apiextensions.k8s.io/${it}`)

let cluster: Cluster
beforeAll(async () => {
  cluster = await startCluster({ audit: false })
  await cluster.kubectl('create', 'namespace', namespace)
})
afterAll(() => cluster.stop())

test.each(helms)(
  '%s installs, upgrades and uninstalls a release; the CRDs stay with what was made of them, and nothing else',
  async (helm) => {
    const before = await everything()
    const said = await release(helm, 'install', 'keyferry', chart, '--set', 'flowSchema.enabled=true')
    await cluster.kubectl('apply', '--server-side', '-n', namespace, '-f', await storeFile())
    const installed = await everything()

    // Somebody leads meanwhile: an upgrade must not take it from him.
    await cluster.kubectl('patch', 'lease', 'keyferry', '-n', namespace, '--type=merge', '-p', leading)
    await release(helm, 'upgrade', 'keyferry', chart, '--set', 'replicaCount=3,commonLabels.team=platform')
    const holder = await cluster.kubectl(
      'get',
      'lease/keyferry',
      '-n',
      namespace,
      '-o',
      'jsonpath={.spec.holderIdentity}',
    )
    await release(helm, 'uninstall', 'keyferry')

    expect(said).toContain('The next three commands:')
    expect(installed).toEqual(
      expect.arrayContaining([...crds, 'deployment.apps/keyferry', 'lease.coordination.k8s.io/keyferry']),
    )
    expect(holder).toBe('a-pod')
    const left = (await everything()).filter((it) => !before.includes(it) && !crds.includes(it))
    expect(left).toEqual([])
    const stores = await cluster.kubectl(
      'get',
      'secretstores.external-secrets.io',
      '-n',
      namespace,
      '-o',
      'name',
    )
    expect(stores.trim()).toBe('secretstore.external-secrets.io/of-a-user')
  },
)

const leading = JSON.stringify({ spec: { holderIdentity: 'a-pod', leaseDurationSeconds: 15 } })

async function storeFile(): Promise<string> {
  const file = join(cluster.directory, 'store.json')
  const spec = { provider: { fake: { data: [{ key: 'a', value: 'b' }] } } }
  const store = {
    apiVersion: 'external-secrets.io/v1',
    kind: 'SecretStore',
    metadata: { name: 'of-a-user' },
    spec,
  }
  await writeFile(file, JSON.stringify(store))
  return file
}

async function release(helm: Helm, ...args: readonly string[]): Promise<string> {
  const { kubeconfigFile } = cluster
  const { stdout } = await runHelm(helm, ...args, '-n', namespace, '--kubeconfig', kubeconfigFile)
  return stdout
}

/** The names of all objects there are that a chart could have made, but of what the users made of the CRDs. */
async function everything(): Promise<readonly string[]> {
  const kinds = await cluster.kubectl('api-resources', '--verbs=list', '-o', 'name')
  const asked = kinds
    .trim()
    .split('\n')
    .filter((it) => !/^events|^apiservices|external-secrets\.io$|external-issuer\.io$/.test(it))
  const names = await cluster.kubectl('get', asked.join(','), '-A', '-o', 'name', '--ignore-not-found')
  return [...new Set(names.trim().split('\n'))]
}
