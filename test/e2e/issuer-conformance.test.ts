import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Cluster, startCluster } from '../cluster/cluster.ts'
import { PkiAuthority } from '../fakes/pki/authority.ts'
import { startVault, type VaultStandIn } from '../fakes/pki/vault.ts'
import { applyCertManagerCrds, applyGatewayCrds, startCertManager } from '../partners/cert-manager.ts'
import { type ConformanceRun, runConformance } from '../partners/issuer-conformance.ts'
import { builtInCa, builtInVault } from '../partners/issuer-manifests.ts'
import { startKeyferry } from '../partners/keyferry.ts'
import { type KeyferryKind, keyferryIssuer, mockCa, stepCa, vault } from '../partners/keyferry-manifests.ts'
import { type Outcome, resultsTable, tableInPage, writeTable } from '../partners/results-table.ts'
import { type StepCa, startStepCa } from '../partners/step-ca.ts'

/** Set to write the tables of docs/conformance.md in place of comparing with them. */
const isWriting = process.env['KEYFERRY_WRITE_CONFORMANCE'] === '1'

// cert-manager makes a new key for each request since 1.18, whatever the issuer; the suite is older.
const newKeyEachTime = ['ReusePrivateKey'] as const

/** A cluster of its own: cert-manager's controllers and ours answer in all of its namespaces. */
let cluster: Cluster
let vaultStandIn: VaultStandIn
let plainStepCa: StepCa
let followingStepCa: StepCa
const running = new AsyncDisposableStack()
const appRole = { roleId: 'role', secretId: 'secret' }

beforeAll(async () => {
  cluster = running.use(await startCluster({ controllers: true, audit: false }))
  await Promise.all([applyCertManagerCrds(cluster), applyGatewayCrds(cluster)])
  await cluster.kubectl('create', 'namespace', 'cert-manager')
  running.use(await startCertManager(cluster, { backoffSeconds: 1, gatewayApi: true }))
  running.use(await startKeyferry(cluster))
  vaultStandIn = running.use(await startVault(await PkiAuthority.make()))
  vaultStandIn.state.appRoles.set(appRole.roleId, appRole.secretId)
  plainStepCa = running.use(await startStepCa())
  followingStepCa = running.use(await startStepCa({ template: await templateOnPage() }))
}, 600_000)

afterAll(() => running.disposeAsync())

/** An issuer, under the name of its row. */
type Wanted = () => ConformanceRun

/** The peers that prove the harness, and the stand-in, before Keyferry's issuers are measured by it. */
const forCertificates: readonly Wanted[] = [
  () => ({ name: "cert-manager's CA, Issuer", manifests: builtInCa('Issuer'), unsupported: newKeyEachTime }),
  () => ({
    name: "cert-manager's CA, ClusterIssuer",
    manifests: builtInCa('ClusterIssuer'),
    unsupported: newKeyEachTime,
  }),
  () => ({
    name: "cert-manager's Vault issuer, on the stand-in",
    manifests: builtInVault(vaultStandIn.url, vaultStandIn.authority.rootPem, appRole),
    // It signs by a role, which gives leaves with the role's usages.
    unsupported: [...newKeyEachTime, 'KeyUsages', 'IssueCA'],
  }),
  ...forBothKinds((kind) => ({
    name: `${kind}, mockca`,
    manifests: keyferryIssuer(kind, mockCa()),
    unsupported: newKeyEachTime,
  })),
  ...forBothKinds((kind) => ({
    name: `${kind}, preset vault with sign-verbatim, on the stand-in`,
    manifests: keyferryIssuer(kind, vault(vaultStandIn, 'sign-verbatim', appRole)),
    // Vault makes CAs at another path only.
    unsupported: [...newKeyEachTime, 'IssueCA'],
  })),
  ...forBothKinds((kind) => ({
    name: `${kind}, preset vault with sign-intermediate, on the stand-in, for CAs only`,
    manifests: keyferryIssuer(kind, vault(vaultStandIn, 'sign-intermediate', appRole)),
    focus: 'CA certificate',
  })),
  ...forBothKinds((kind) => ({
    name: `${kind}, preset step-ca with the template of its page`,
    manifests: keyferryIssuer(kind, stepCa(followingStepCa)),
    unsupported: newKeyEachTime,
  })),
  () => ({
    name: "ExternalIssuer, preset step-ca with step-ca's own template",
    manifests: keyferryIssuer('ExternalIssuer', stepCa(plainStepCa)),
    // That gives leaves with usages of its own, and a subject of the common name, or of a name in its place.
    unsupported: [
      ...newKeyEachTime,
      'KeyUsages',
      'IssueCA',
      'LiteralCertificateSubject',
      'EmailSANs',
      'URISANs',
    ],
  }),
]

const forSigningRequests: readonly Wanted[] = [
  () => ({
    name: "cert-manager's CA, ClusterIssuer",
    manifests: builtInCa('ClusterIssuer'),
    signer: 'clusterissuers.cert-manager.io',
  }),
  () => ({
    name: 'ExternalClusterIssuer, mockca',
    manifests: keyferryIssuer('ExternalClusterIssuer', mockCa()),
    signer: 'externalclusterissuers.external-issuer.io',
  }),
]

function forBothKinds(run: (kind: KeyferryKind) => ConformanceRun): readonly Wanted[] {
  return (['ExternalIssuer', 'ExternalClusterIssuer'] as const).map((kind) => () => run(kind))
}

test.concurrent('issuers pass the suite for Certificates', async () => {
  const outcomes = await runAll(forCertificates)

  expect(outcomes.flatMap(shortcomings)).toEqual([])
  expect(await tableOnPage('certificates', outcomes)).toBe(resultsTable(outcomes))
})

test.concurrent('issuers pass the suite for CertificateSigningRequests', async () => {
  const outcomes = await runAll(forSigningRequests)

  expect(outcomes.flatMap(shortcomings)).toEqual([])
  expect(await tableOnPage('certificatesigningrequests', outcomes)).toBe(resultsTable(outcomes))
})

/** All at a time: each spec has a namespace of its own. */
function runAll(wanted: readonly Wanted[]): Promise<readonly Outcome[]> {
  return Promise.all(wanted.map((it) => outcomeOf(it())))
}

async function outcomeOf(run: ConformanceRun): Promise<Outcome> {
  const { name, unsupported = [] } = run
  return { name, unsupported, results: await runConformance(cluster, run) }
}

async function tableOnPage(name: string, outcomes: readonly Outcome[]): Promise<string> {
  if (isWriting) await writeTable(name, resultsTable(outcomes))
  return tableInPage(name)
}

function shortcomings({ name, results }: Outcome): readonly string[] {
  const failed = results.filter((it) => it.state !== 'passed')
  return failed.map((it) => `${name}: ${it.spec}: ${it.state}: ${it.message ?? ''}`)
}

/** For a provisioner of step-ca: the certificate is what the CSR says. */
async function templateOnPage(): Promise<string> {
  const page = await readFile('docs/pki/step-ca.md', 'utf8')
  return /```json\n([^`]+)```/.exec(page)?.[1] ?? ''
}
