import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { kubectl } from '../cluster/cluster.ts'
import { newNamespace, sharedCluster } from '../cluster/shared.ts'
import { eventually } from '../manager/eventually.ts'

const cluster = sharedCluster()
const samples = join(import.meta.dirname, '../../config/samples')
const names = ['keyferry-gateway-hosts', 'keyferry-cluster-stores']
const group = 'external-secrets.io'

let namespace: string
let other: string
let user: string

beforeAll(async () => {
  ;[namespace, other] = [await newNamespace('admission'), await newNamespace('admission')]
  user = `system:serviceaccount:${namespace}:deployer`
  await cluster.kubectl('-n', namespace, 'create', 'serviceaccount', 'deployer')
  for (const it of [namespace, other]) {
    const rights = ['--verb=create,patch,update', `--resource=externalsecrets.${group},secretstores.${group}`]
    await cluster.kubectl('-n', it, 'create', 'role', 'deployer', ...rights)
    const subject = `--serviceaccount=${namespace}:deployer`
    await cluster.kubectl('-n', it, 'create', 'rolebinding', 'deployer', '--role=deployer', subject)
  }
  for (const file of ['policy-gateway-hosts.yaml', 'policy-cluster-stores.yaml']) {
    for (const it of await policiesIn(file)) await apply(it)
  }
  // A policy takes a moment to come into force.
  await eventually('the policies are in force', async () => {
    const denied = [
      await tried(storeAt('https://x.example')),
      await tried(reading({ kind: 'ClusterSecretStore', name: 'x' })),
    ]
    return denied.every((it) => it !== 'admitted')
  })
})

afterAll(async () => {
  const all = names.flatMap((it) => [
    `validatingadmissionpolicybinding/${it}`,
    `validatingadmissionpolicy/${it}`,
  ])
  await cluster.kubectl('delete', '--ignore-not-found', ...all)
})

/** The sample as it stands, for the namespaces of this test only: others share the cluster. */
async function policiesIn(file: string): Promise<object[]> {
  const text = await readFile(join(samples, file), 'utf8')
  return parseAllDocuments(text).map((it) => {
    const object = it.toJS() as { kind: string; spec: object }
    if (object.kind !== 'ValidatingAdmissionPolicyBinding') return object
    const here = { key: 'kubernetes.io/metadata.name', operator: 'In', values: [namespace, other] }
    return {
      ...object,
      spec: { ...object.spec, matchResources: { namespaceSelector: { matchExpressions: [here] } } },
    }
  })
}

async function apply(object: object, ...flags: readonly string[]): Promise<string> {
  const { mkdtemp, rm, writeFile } = await import('node:fs/promises')
  const folder = await mkdtemp('/tmp/keyferry-admission-')
  await writeFile(join(folder, 'object.json'), JSON.stringify(object))
  const args = ['apply', '--server-side', '--force-conflicts', '-f', join(folder, 'object.json'), ...flags]
  try {
    return await kubectl(cluster, ...args)
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** What the API server says to the deployer: `admitted`, or its words. */
async function tried(object: object): Promise<string> {
  return apply(object, '--dry-run=server', `--as=${user}`).then(
    () => 'admitted',
    (error: unknown) => (error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error)),
  )
}

function storeAt(url: string, where = namespace): object {
  const auth = { kubernetesAuth: { accessID: 'p-app', k8sConfName: 'c', serviceAccountRef: { name: 'app' } } }
  const akeyless = { akeylessGWApiURL: url, authSecretRef: auth }
  return {
    apiVersion: `${group}/v1`,
    kind: 'SecretStore',
    metadata: { namespace: where, name: 'store' },
    spec: { provider: { akeyless } },
  }
}

function reading(store: object, sourceRef?: object, where = namespace): object {
  const data = [{ secretKey: 'a', remoteRef: { key: '/a' }, ...(sourceRef !== undefined && { sourceRef }) }]
  return {
    apiVersion: `${group}/v1`,
    kind: 'ExternalSecret',
    metadata: { namespace: where, name: 'reading' },
    spec: { secretStoreRef: store, data },
  }
}

test('S43: a SecretStore may name no host while its namespace names none', async () => {
  expect(await tried(storeAt('https://gateway.example.com', other))).toMatch(
    /Gateway host "gateway\.example\.com" is not one/,
  )
})

test('S43: a SecretStore names the hosts of its namespace and no other', async () => {
  const hosts = 'keyferry.io/gateway-hosts=gateway.example.com, API.akeyless.io'
  await cluster.kubectl('annotate', 'namespace', namespace, hosts)
  await eventually(
    'the annotation is seen',
    async () => (await tried(storeAt('https://gateway.example.com'))) === 'admitted',
  )

  const answers: Record<string, boolean> = {}
  for (const url of [
    'https://gateway.example.com:8000/api/v2',
    'https://GATEWAY.example.com',
    '',
    'https://evil.example',
    'https://gateway.example.com.evil.example',
    'https://gateway.example.com@evil.example',
    'https://evil.example#gateway.example.com',
    'https://evil.example/?gateway.example.com',
    'https://127.0.0.1',
    'gateway.example.com',
  ])
    answers[url] = (await tried(storeAt(url))) === 'admitted'

  expect(answers).toEqual({
    'https://gateway.example.com:8000/api/v2': true,
    'https://GATEWAY.example.com': true,
    '': true,
    'https://evil.example': false,
    'https://gateway.example.com.evil.example': false,
    'https://gateway.example.com@evil.example': false,
    'https://evil.example#gateway.example.com': false,
    'https://evil.example/?gateway.example.com': false,
    'https://127.0.0.1': false,
    'gateway.example.com': false,
  })
})

test('S43: a store of another provider is not this policy’s business', async () => {
  const fake = { ...storeAt('', other), spec: { provider: { fake: { data: [] } } } }

  expect(await tried(fake)).toBe('admitted')
})

test('S43: a ClusterSecretStore is used by whom RBAC lets use it, in that namespace only', async () => {
  const shared = { kind: 'ClusterSecretStore', name: 'shared' }
  const before = await tried(reading(shared))
  await apply({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: { namespace, name: 'use-shared' },
    rules: [
      { apiGroups: [group], resources: ['clustersecretstores'], resourceNames: ['shared'], verbs: ['use'] },
    ],
  })
  const subject = ['--role=use-shared', '--group=system:authenticated']
  await cluster.kubectl('-n', namespace, 'create', 'rolebinding', 'use-shared', ...subject)
  await eventually('the right is seen', async () => (await tried(reading(shared))) === 'admitted')

  expect(before).toMatch(
    new RegExp(`${user} may not use ClusterSecretStore shared in namespace ${namespace}`),
  )
  expect(await tried(reading({ kind: 'ClusterSecretStore', name: 'another' }))).toMatch(/may not use/)
  expect(await tried(reading(shared, undefined, other))).toMatch(/may not use/)
  expect(await tried(reading({ kind: 'SecretStore', name: 'own' }, undefined, other))).toBe('admitted')
})

test('S43: nor is one used by way of a sourceRef', async () => {
  const storeRef = { kind: 'ClusterSecretStore', name: 'another' }

  expect(await tried(reading({ name: 'own' }, { storeRef }))).toMatch(
    /may not use ClusterSecretStore another in/,
  )
})
