import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { makeAuthority } from '../cluster/certificates.ts'
import { type ManagerProcess, startManager } from '../manager/manager-process.ts'
import { applyCertManagerCrds, startCertManager } from '../partners/cert-manager.ts'
import { processFigures, round } from './figures.ts'
import { createRequests, type IssuerRef, makeCsrs } from './issuer-load.ts'
import { type BenchPki, pkiToken, pkiYaml, startBenchPki } from './issuer-pki.ts'
import { RequestWatch, type SigningSeen } from './request-watch.ts'
import type { SceneOptions } from './scene-options.ts'

/** What one issuer took to sign all requests. */
interface Signing extends Omit<SigningSeen, 'endedMs'> {
  /** From the start of its process. */
  readonly secondsFromStart: number
  readonly peakRssMb: number
  readonly cpuSeconds: number
}

interface Stage extends SceneOptions {
  readonly csrs: readonly string[]
}

/** A process that signs, by its id; what else it tells goes into the results. */
interface Signer extends AsyncDisposable {
  readonly pid: number
  tell?(): Promise<object>
}

/**
 * Signs as many approved requests by Keyferry and a PKI over HTTPS, by cert-manager's own CA issuer, which keeps the
 * CA's key itself, and by a bare loop that uses the same PKI: the floor.
 */
export async function measureIssuer(count: number, options: SceneOptions): Promise<object> {
  const { cluster, say } = options
  await applyCertManagerCrds(cluster)
  say(`making ${count} CSRs`)
  const stage = { ...options, csrs: await makeCsrs(count) }
  using pki = await startBenchPki()
  say("cert-manager's CA issuer")
  const certManager = await signedByCertManager(stage)
  say('Keyferry')
  const before = await pki.submits()
  const keyferry = await signedByKeyferry(stage, pki)
  const submits = (await pki.submits()) - before
  say('the floor')
  const floor = await signedByFloor(stage, pki)
  return {
    requests: count,
    keyferry: { ...keyferry, submits },
    certManagerCa: certManager,
    floor,
    ratioToFloor: round(keyferry.seconds / floor.seconds),
    ratioToCertManager: round(keyferry.seconds / certManager.seconds),
  }
}

async function signedByCertManager(stage: Stage): Promise<Signing> {
  const { cluster } = stage
  const namespace = 'by-cert-manager'
  const ref = { name: 'ca', kind: 'Issuer', group: 'cert-manager.io' }
  await cluster.kubectl('create', 'namespace', namespace)
  await makeAuthority(cluster.directory, 'bench-ca')
  const file = (ending: string) => join(cluster.directory, `bench-ca.${ending}`)
  const pair = ['--cert', file('crt'), '--key', file('key')]
  await cluster.kubectl('create', 'secret', 'tls', 'ca', '-n', namespace, ...pair)
  await apply(stage, [{ ...head(ref, 'cert-manager.io/v1', namespace), spec: { ca: { secretName: 'ca' } } }])
  return signed(stage, namespace, ref, async () => {
    const partner = await startCertManager(cluster, { namespace })
    return { pid: partner.running.pid, [Symbol.asyncDispose]: () => partner[Symbol.asyncDispose]() }
  })
}

async function signedByKeyferry(stage: Stage, pki: BenchPki): Promise<Signing> {
  const { cluster } = stage
  const namespace = 'by-keyferry'
  const ref = { name: 'pki', kind: 'ExternalIssuer', group: 'external-issuer.io' }
  await cluster.kubectl('create', 'namespace', namespace)
  const metadata = { namespace, name: 'pki' }
  await apply(stage, [
    { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { 'pki.yaml': pkiYaml(pki) } },
    { apiVersion: 'v1', kind: 'Secret', metadata, stringData: { token: pkiToken } },
    {
      ...head(ref, 'external-issuer.io/v1alpha1', namespace),
      spec: { signerType: 'pki', configRef: { name: 'pki' }, authSecretRef: { name: 'pki' } },
    },
  ])
  return signed(stage, namespace, ref, async () => {
    const args = ['--controllers', 'issuers', '--namespace', namespace]
    const manager = await startManager(cluster, {
      entry: 'dist/keyferry.mjs',
      logLevel: 'info',
      args,
    })
    return {
      pid: manager.pid,
      tell: () => requestsOf(manager),
      [Symbol.asyncDispose]: () => manager[Symbol.asyncDispose](),
    }
  })
}

async function requestsOf(manager: ManagerProcess): Promise<object> {
  const requests = (labels = {}) => manager.metric('rest_client_requests_total', labels)
  return { apiRequests: await requests(), apiPatches: await requests({ method: 'PATCH' }) }
}

/** Makes the requests before anybody runs, and takes the figures of whoever signs them. */
async function signed(
  stage: Stage,
  namespace: string,
  ref: IssuerRef,
  start: () => Promise<Signer>,
): Promise<Signing> {
  const { cluster, client, csrs } = stage
  await createRequests(client, namespace, csrs, ref)
  await using watch = new RequestWatch(cluster, namespace)
  const startedMs = performance.now()
  await using signer = await start()
  const { endedMs, ...seen } = await watch.untilIssued(csrs.length, 60_000 + csrs.length * 100)
  const { cpuSeconds, peakRssMb } = await processFigures(signer.pid)
  const secondsFromStart = round((endedMs - startedMs) / 1000)
  return { ...seen, secondsFromStart, peakRssMb, cpuSeconds, ...(await signer.tell?.()) }
}

async function signedByFloor(stage: Stage, pki: BenchPki): Promise<{ readonly seconds: number }> {
  const { cluster, client, csrs } = stage
  const namespace = 'by-floor'
  const { server, caPem, adminToken: token } = cluster
  await cluster.kubectl('create', 'namespace', namespace)
  await createRequests(client, namespace, csrs, { name: 'none', kind: 'Issuer', group: 'floor.example.com' })
  const { url, rootPem } = pki
  const facts = {
    server,
    caPem,
    token,
    namespace,
    count: csrs.length,
    pki: { url, rootPem, token: pkiToken },
  }
  const program = join(import.meta.dirname, 'issuer-floor-process.ts')
  const { stdout } = await promisify(execFile)(process.execPath, [program, JSON.stringify(facts)])
  return JSON.parse(stdout) as { seconds: number }
}

function head({ name, kind }: IssuerRef, apiVersion: string, namespace: string): object {
  return { apiVersion, kind, metadata: { namespace, name } }
}

async function apply({ cluster }: Stage, items: readonly object[]): Promise<void> {
  const file = join(cluster.directory, 'bench-issuer.json')
  await writeFile(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }))
  await cluster.kubectl('apply', '--server-side', '-f', file)
}
