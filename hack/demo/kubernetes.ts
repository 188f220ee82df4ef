import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type ClusterFacts, kubectl } from '../../test/cluster/cluster.ts'
import { eventually } from '../../test/manager/eventually.ts'
import { say } from './story.ts'

const config = join(import.meta.dirname, '../../config')

interface SecretRef {
  readonly namespace: string
  readonly name: string
}

/** A ServiceAccount by whose token the Gateway may ask for TokenReviews; gives that token. */
export async function makeGatewayReviewer(cluster: ClusterFacts): Promise<string> {
  await kubectl(cluster, 'create', 'namespace', 'akeyless')
  await kubectl(cluster, '-n', 'akeyless', 'create', 'serviceaccount', 'gateway')
  const role = '--clusterrole=system:auth-delegator'
  await kubectl(cluster, 'create', 'clusterrolebinding', 'gateway', role, '--serviceaccount=akeyless:gateway')
  return (await kubectl(cluster, '-n', 'akeyless', 'create', 'token', 'gateway', '--duration=8h')).trim()
}

/** Applies what an installation applies, then the samples, with the Gateway's address and a short interval put in. */
export async function applyManifests(cluster: ClusterFacts, gatewayUrl: string): Promise<void> {
  await kubectl(cluster, 'apply', '--server-side', '-f', join(config, 'crd'))
  await kubectl(cluster, 'wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s')
  await kubectl(cluster, 'apply', '--server-side', '-f', join(config, 'rbac'))
  await kubectl(cluster, 'create', 'namespace', 'shop')
  await applySample(cluster, 'secretstore-akeyless-k8s.yaml', (text) =>
    text.replace(/akeylessGWApiURL: .*/, `akeylessGWApiURL: ${gatewayUrl}`),
  )
  await applySample(cluster, 'externalsecret.yaml', (text) =>
    text.replace('refreshInterval: 15m', 'refreshInterval: 3s'),
  )
  say('refreshInterval is 3s here, so that you need not wait')
}

async function applySample(
  cluster: ClusterFacts,
  name: string,
  change: (text: string) => string,
): Promise<void> {
  const file = join(cluster.directory, name)
  await writeFile(file, change(await readFile(join(config, 'samples', name), 'utf8')))
  const lines = await kubectl(cluster, '-n', 'shop', 'apply', '--server-side', '-f', file)
  for (const line of lines.trim().split('\n')) say(line)
}

/** The data of a Secret once it is there and as `isRight` wants it. */
export function waitForSecret(
  cluster: ClusterFacts,
  secret: SecretRef,
  isRight: (data: Record<string, string>) => boolean = () => true,
): Promise<Record<string, string>> {
  const look = async () => {
    const data = await dataOf(cluster, secret)
    return data !== undefined && isRight(data) ? data : undefined
  }
  return eventually(`Secret ${secret.namespace}/${secret.name} is as it should be`, look, 30_000)
}

async function dataOf(cluster: ClusterFacts, secret: SecretRef): Promise<Record<string, string> | undefined> {
  const { namespace, name } = secret
  const json = await kubectl(
    cluster,
    '-n',
    namespace,
    'get',
    'secret',
    name,
    '--ignore-not-found',
    '-o',
    'json',
  )
  if (json === '') return undefined
  const { data = {} } = JSON.parse(json) as { data?: Record<string, string> }
  return Object.fromEntries(
    Object.entries(data).map(([key, text]) => [key, Buffer.from(text, 'base64').toString()]),
  )
}
