import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ClusterFacts, kubectl } from '../cluster/cluster.ts'
import { makeCsr } from '../fakes/pki/csr.ts'
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
  get(kind: string, name: string): Promise<SeenObject>
  /** Waits until the Ready condition of an object has this reason. */
  reason(kind: string, name: string, reason: string, withinMs?: number): Promise<SeenObject>
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

export async function newIssuerScene(cluster: ClusterFacts): Promise<IssuerScene> {
  const namespace = `issuer-${randomBytes(4).toString('hex')}`
  const run = (...args: readonly string[]) => kubectl(cluster, ...args)
  await run('create', 'namespace', namespace)
  await run('create', 'serviceaccount', 'keyferry-issuer', '-n', namespace)
  const subject = `--serviceaccount=${namespace}:keyferry-issuer`
  await run('create', 'clusterrolebinding', `${namespace}-issuer`, '--clusterrole=keyferry-issuer', subject)
  await allowInputs(run, namespace, subject)
  const token = (await run('create', 'token', 'keyferry-issuer', '-n', namespace, '--duration=2h')).trim()
  const get = async (kind: string, name: string) =>
    JSON.parse(
      await run('get', kind, name, '-n', namespace, '--show-managed-fields', '-o', 'json'),
    ) as SeenObject
  const decide = async (name: string, type: 'Approved' | 'Denied') => {
    const now = new Date().toISOString().replace(/\.\d+Z$/, 'Z')
    const condition = {
      type,
      status: 'True',
      reason: 'test',
      message: 'as the test says',
      lastTransitionTime: now,
    }
    await applyAll(
      run,
      [{ ...requestHead(namespace, name), status: { conditions: [condition] } }],
      'approver',
      ['--subresource=status'],
    )
  }
  return {
    namespace,
    token,
    kubectl: run,
    get,
    decide,
    apply: (...objects) => applyAll(run, objects, 'a-user'),
    reason: async (kind, name, reason, withinMs = 15_000) => {
      let last: SeenObject | undefined
      const isSo = async () => {
        last = await get(kind, name)
        const ready = last.status?.conditions?.find((it) => it.type === 'Ready')
        return ready?.reason === reason ? last : undefined
      }
      return eventually(`${kind} ${name} is ${reason}`, isSo, withinMs).catch((cause: unknown) => {
        throw new Error(`Not so: ${kind} ${name} is ${reason}: ${JSON.stringify(last?.status)}`, { cause })
      })
    },
    issuer: (name, spec = {}) => ({
      apiVersion: 'external-issuer.io/v1alpha1',
      kind: 'ExternalIssuer',
      metadata: { namespace, name },
      spec: { signerType: 'mockca', ...spec },
    }),
    request: async (name, options = {}) => {
      const {
        decision = 'Approved',
        csrPem = await makeCsr({ dnsNames: [`${name}.example.com`] }),
        issuerRef,
        spec,
      } = options
      const request = Buffer.from(csrPem).toString('base64')
      const ref = { name: 'ca', kind: 'ExternalIssuer', group: 'external-issuer.io', ...issuerRef }
      await applyAll(
        run,
        [{ ...requestHead(namespace, name), spec: { request, issuerRef: ref, ...spec } }],
        'a-user',
      )
      if (decision !== 'none') await decide(name, decision)
    },
  }
}

function requestHead(namespace: string, name: string): object {
  return { apiVersion: 'cert-manager.io/v1', kind: 'CertificateRequest', metadata: { namespace, name } }
}

type Run = (...args: readonly string[]) => Promise<string>

/** The Role is generated for any namespace: it is applied in the one where it is to hold. */
export async function allowInputs(run: Run, namespace: string, subject: string): Promise<void> {
  const role = join(import.meta.dirname, '../../config/rbac/keyferry-issuer-inputs.yaml')
  await run('apply', '--server-side', '-n', namespace, '-f', role)
  await run(
    'create',
    'rolebinding',
    'issuer-inputs',
    '-n',
    namespace,
    '--role=keyferry-issuer-inputs',
    subject,
  )
}

async function applyAll(
  run: Run,
  objects: readonly object[],
  manager: string,
  more: readonly string[] = [],
): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'keyferry-manifest-'))
  const file = join(directory, 'list.json')
  await writeFile(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }))
  await run('apply', '--server-side', '--force-conflicts', `--field-manager=${manager}`, ...more, '-f', file)
  await rm(directory, { recursive: true })
}
