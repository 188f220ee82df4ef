import { randomUUID } from 'node:crypto'
import { eventually } from '../manager/eventually.ts'
import type { NodeAkeyless } from './akeyless.ts'
import { kubectlOn, type NodeFacts } from './node.ts'
import { apply, type Pod, readJson } from './release.ts'

/** A team's namespace. */
export const namespace = 'shop'

/** The item in Akeyless that it uses. */
export const item = '/shop/password'

/** A namespace with a store that logs in as its ServiceAccount, and an ExternalSecret of one item. */
export async function makeShop(node: NodeFacts, akeyless: NodeAkeyless): Promise<void> {
  const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' }
  await apply(node, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels } })
  await apply(node, of('v1', 'ServiceAccount', 'shop', {}), store(akeyless), externalSecret)
}

/** A pod of theirs that mounts the Secret and does nothing. */
export async function startWorkload(node: NodeFacts, image: string): Promise<void> {
  const container = {
    name: 'app',
    image,
    command: ['node', '-e', "process.on('SIGTERM', () => process.exit()); setInterval(() => {}, 1e6)"],
    volumeMounts: [{ name: 'secret', mountPath: '/secret', readOnly: true }],
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
  }
  const spec = {
    automountServiceAccountToken: false,
    securityContext: { runAsNonRoot: true, runAsUser: 65532, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [container],
    volumes: [{ name: 'secret', secret: { secretName: 'database' } }],
  }
  await apply(node, of('v1', 'Pod', 'app', { spec }))
  await kubectlOn(node, 'wait', '--for=condition=Ready', 'pod/app', '-n', namespace, '--timeout=60s')
}

/** The file that the workload sees now. */
export function fileOfWorkload(node: NodeFacts): Promise<string> {
  const script = "process.stdout.write(require('node:fs').readFileSync('/secret/password'))"
  return kubectlOn(node, 'exec', 'app', '-n', namespace, '--', 'node', '-e', script)
}

/** How often its container was started anew. */
export async function restartsOfWorkload(node: NodeFacts): Promise<number | undefined> {
  const pod = await readJson<Pod>(node, `pod app -n ${namespace}`)
  return pod.status.containerStatuses?.[0]?.restartCount
}

/** The password that the Secret holds. */
export async function passwordOf(node: NodeFacts): Promise<string> {
  const secret = await readJson<{ data: { password?: string } }>(node, `secret database -n ${namespace}`)
  return Buffer.from(secret.data.password ?? '', 'base64').toString()
}

/** The version of each Secret: it changes with every write. */
export async function versionsOfSecrets(node: NodeFacts): Promise<readonly string[]> {
  const { items } = await readJson<{ items: { metadata: { name: string; resourceVersion: string } }[] }>(
    node,
    `secrets -n ${namespace}`,
  )
  return items.map(({ metadata }) => `${metadata.name} ${metadata.resourceVersion}`)
}

/** Has the ExternalSecret synced, and waits for it: an unchanged refresh alone leaves no trace. */
export async function syncNow(node: NodeFacts): Promise<void> {
  const externalSecret = ['externalsecret/database', '-n', namespace]
  const wanted = randomUUID()
  await kubectlOn(node, 'annotate', ...externalSecret, '--overwrite', `force-sync=${wanted}`)
  const handled = 'jsonpath={.status.lastHandledForceSync}'
  const isHandled = async () => (await kubectlOn(node, 'get', ...externalSecret, '-o', handled)) === wanted
  await eventually('the ExternalSecret is synced', isHandled, 60_000)
}

/** Whether a line of the census is of this team's, or its objects' kinds of Kubernetes. */
export function owns(line: string): boolean {
  const [, place = ''] = line.split(' ')
  return place === `/${namespace}` || place.startsWith(`${namespace}/`)
}

function of(apiVersion: string, kind: string, name: string, rest: object): object {
  return { apiVersion, kind, metadata: { namespace, name }, ...rest }
}

function store(akeyless: NodeAkeyless): object {
  const kubernetesAuth = {
    accessID: akeyless.accessId,
    k8sConfName: akeyless.config,
    serviceAccountRef: { name: 'shop' },
  }
  const provider = {
    akeylessGWApiURL: akeyless.url,
    caBundle: Buffer.from(akeyless.caPem).toString('base64'),
    authSecretRef: { kubernetesAuth },
  }
  return of('external-secrets.io/v1', 'SecretStore', 'akeyless', {
    spec: { provider: { akeyless: provider } },
  })
}

const externalSecret = of('external-secrets.io/v1', 'ExternalSecret', 'database', {
  spec: {
    secretStoreRef: { name: 'akeyless' },
    refreshInterval: '2s',
    target: { name: 'database' },
    data: [{ secretKey: 'password', remoteRef: { key: item } }],
  },
})
