import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { certificateRequestKind } from '../../src/api/certificaterequest.ts'
import { externalClusterIssuerKind, externalIssuerKind } from '../../src/api/externalissuer.ts'
import type { Client } from '../../src/kube/client.ts'
import { configMapKind, type Kind, secretKind } from '../../src/kube/kind.ts'
import type { KubeObject } from '../../src/kube/object.ts'
import { connect } from '../cluster/client.ts'
import { type ClusterFacts, kubectl } from '../cluster/cluster.ts'
import { inTime } from '../cluster/in-time.ts'
import { makeNamespace } from '../cluster/namespace.ts'
import { makeCsr } from '../fakes/pki/csr.ts'
import { type Account, makeBinding, makeServiceAccount, tokenOf } from './accounts.ts'
import { applyByKubectl } from './apply-all.ts'
import { eventually } from './eventually.ts'

export interface SeenCondition {
  readonly type: string
  readonly status: string
  readonly reason: string
  readonly message: string
  readonly lastTransitionTime: string
}

export interface SeenObject {
  readonly metadata: {
    readonly uid: string
    readonly resourceVersion: string
    readonly generation?: number
    readonly managedFields?: readonly { readonly manager: string; readonly subresource?: string }[]
  }
  readonly status?: {
    readonly conditions?: readonly SeenCondition[]
    readonly certificate?: string
    readonly ca?: string
    readonly failureTime?: string
    readonly observedConfigHash?: string
  }
}

/** A namespace with a ServiceAccount that has exactly the rights of the issuer half, and ways to play its users. */
export interface IssuerScene {
  readonly namespace: string
  /** A token of the issuer half's ServiceAccount. */
  readonly token: string
  kubectl(...args: readonly string[]): Promise<string>
  apply(...objects: readonly object[]): Promise<void>
  /** As users do it: what the API server refuses is told in its own words. */
  applyByKubectl(...objects: readonly object[]): Promise<void>
  get(kind: SceneKind, name: string): Promise<SeenObject>
  /** Merges into the status, as a controller of another make would. */
  setStatus(kind: SceneKind, name: string, status: object): Promise<void>
  remove(kind: SceneKind, name: string): Promise<void>
  /** Waits until the Ready condition of an object has this reason. */
  reason(kind: SceneKind, name: string, reason: string, withinMs?: number): Promise<SeenObject>
  issuer(name: string, spec?: object): object
  /** Makes a CertificateRequest, approved unless told otherwise. */
  request(name: string, options?: RequestOptions): Promise<void>
  /** Sets a condition of a request as an approver does. */
  decide(name: string, type: 'Approved' | 'Denied'): Promise<void>
}

export interface RequestOptions {
  readonly issuerRef?: object
  readonly spec?: object
  readonly csrPem?: string
  readonly decision?: 'Approved' | 'Denied' | 'none'
}

const kinds = {
  certificaterequest: certificateRequestKind,
  externalissuer: externalIssuerKind,
  externalclusterissuer: externalClusterIssuerKind,
  secret: secretKind,
  configmap: configMapKind,
} as const satisfies Record<string, Kind>

/** What scenes write and look at without a process of kubectl for each. */
export type SceneKind = keyof typeof kinds

/** Makes a namespace, the account of the issuer half with its rights, and ways to write requests and look at them. */
export async function newIssuerScene(cluster: ClusterFacts): Promise<IssuerScene> {
  // Open until the process of the tests ends.
  const { client } = connect(cluster)
  const run = (...args: readonly string[]) => kubectl(cluster, ...args)
  const namespace = await makeNamespace(client, 'issuer')
  const account = { namespace, name: 'keyferry-issuer' }
  await makeServiceAccount(client, account)
  await makeBinding(client, `${namespace}-issuer`, account, { role: 'keyferry-issuer' })
  await allowInputs(client, account, namespace)
  const token = await tokenOf(client, account)
  const ref = (kind: SceneKind, name: string) => (kinds[kind].namespaced ? { namespace, name } : { name })
  const get = (kind: SceneKind, name: string) =>
    client.get<SeenObject & KubeObject>(kinds[kind], ref(kind, name), { signal: inTime() })
  const decide = (name: string, type: 'Approved' | 'Denied') =>
    applyOne(client, decided(namespace, name, type), 'approver', 'status')
  return {
    namespace,
    token,
    kubectl: run,
    get,
    decide,
    apply: async (...objects) => {
      for (const it of objects) await applyOne(client, it, 'a-user')
    },
    applyByKubectl: (...objects) => applyByKubectl(run, objects),
    setStatus: async (kind, name, status) => {
      const as = { fieldManager: 'another', subresource: 'status', signal: inTime() } as const
      await client.mergePatch(kinds[kind], ref(kind, name), { status }, as)
    },
    remove: (kind, name) => client.delete(kinds[kind], ref(kind, name), { signal: inTime() }),
    reason: (kind, name, reason, withinMs = patienceMs) =>
      becomes(`${kind} ${name}`, reason, () => get(kind, name), withinMs),
    issuer: (name, spec = {}) => ({
      apiVersion: 'external-issuer.io/v1alpha1',
      kind: 'ExternalIssuer',
      metadata: { namespace, name },
      spec: { signerType: 'mockca', ...spec },
    }),
    request: async (name, { decision = 'Approved', ...options } = {}) => {
      await applyOne(client, await requestOf(namespace, name, options), 'a-user')
      if (decision !== 'none') await decide(name, decision)
    },
  }
}

async function becomes(
  title: string,
  reason: string,
  get: () => Promise<SeenObject>,
  withinMs: number,
): Promise<SeenObject> {
  let last: SeenObject | undefined
  const isSo = async () => {
    last = await get()
    const ready = last.status?.conditions?.find((it) => it.type === 'Ready')
    return ready?.reason === reason ? last : undefined
  }
  return eventually(`${title} is ${reason}`, isSo, withinMs).catch((cause: unknown) => {
    throw new Error(`Not so: ${title} is ${reason}: ${JSON.stringify(last?.status)}`, { cause })
  })
}

async function requestOf(
  namespace: string,
  name: string,
  { csrPem, issuerRef, spec }: Omit<RequestOptions, 'decision'>,
): Promise<object> {
  const pem = csrPem ?? (await makeCsr({ dnsNames: [`${name}.example.com`] }))
  const request = Buffer.from(pem).toString('base64')
  const issuer = { name: 'ca', kind: 'ExternalIssuer', group: 'external-issuer.io', ...issuerRef }
  return { ...requestHead(namespace, name), spec: { request, issuerRef: issuer, ...spec } }
}

/** A first check that a busy machine let fail is made again after 5, 10 and 20 s. */
const patienceMs = 90_000

function requestHead(namespace: string, name: string) {
  return { apiVersion: 'cert-manager.io/v1', kind: 'CertificateRequest', metadata: { namespace, name } }
}

function decided(namespace: string, name: string, type: 'Approved' | 'Denied'): object {
  const lastTransitionTime = new Date().toISOString().replace(/\.\d+Z$/, 'Z')
  const condition = { type, status: 'True', reason: 'test', message: 'as the test says', lastTransitionTime }
  return { ...requestHead(namespace, name), status: { conditions: [condition] } }
}

async function applyOne(
  client: Client,
  object: object,
  fieldManager: string,
  subresource?: 'status',
): Promise<void> {
  const one = object as KubeObject & { readonly apiVersion: string; readonly kind: string }
  const as = { fieldManager, force: true, signal: inTime(), ...(subresource && { subresource }) }
  await client.apply(kindOf(one), one, as)
}

function kindOf({
  apiVersion,
  kind,
  metadata,
}: KubeObject & { readonly apiVersion: string; readonly kind: string }): Kind {
  const known = Object.values(kinds).find((it) => it.kind === kind)
  if (known !== undefined) return known
  const [version = '', group = ''] = apiVersion.split('/').toReversed()
  const namespaced = metadata.namespace !== undefined
  return { group, version, kind, plural: `${kind.toLowerCase()}s`, namespaced }
}

/** The Role is generated for any namespace: it is applied in the one where it is to hold. */
export async function allowInputs(client: Client, account: Account, namespace: string): Promise<void> {
  const file = join(import.meta.dirname, '../../config/rbac/keyferry-issuer-inputs.yaml')
  const role = parse(await readFile(file, 'utf8')) as KubeObject
  await applyOne(client, { ...role, metadata: { ...role.metadata, namespace } }, 'a-user')
  const binding = { role: role.metadata.name, kind: 'Role', namespace } as const
  await makeBinding(client, 'issuer-inputs', account, binding)
}
