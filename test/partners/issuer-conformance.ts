import { execFile } from 'node:child_process'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { findProgram } from '../cluster/binaries.ts'
import type { ClusterFacts } from '../cluster/cluster.ts'
import { partnerFolder } from './partner.ts'

/** Features of an issuer by cert-manager's names; specs that need one that is unsupported are not run. */
export type IssuerFeature =
  | 'IPAddresses'
  | 'Duration'
  | 'Wildcards'
  | 'ECDSA'
  | 'ReusePrivateKey'
  | 'URISANs'
  | 'EmailSANs'
  | 'CommonName'
  | 'KeyUsages'
  | 'OnlySAN'
  | 'SaveCAToSecret'
  | 'SaveRootCAToSecret'
  | 'Ed25519'
  | 'IssueCA'
  | 'LongDomain'
  | 'LiteralCertificateSubject'

export interface ConformanceRun {
  /** What the specs are told of: the issuer's kind and what stands behind it. */
  readonly name: string
  /** What each spec needs, the issuer last; the word NAMESPACE stands for the spec's own namespace. */
  readonly manifests: readonly object[]
  readonly unsupported?: readonly IssuerFeature[]
  /** `PLURAL.GROUP` of the issuer's kind: runs the suite for CertificateSigningRequests in place of Certificates. */
  readonly signer?: string
  /** Specs whose names match this regular expression only. */
  readonly focus?: string
}

export interface SpecResult {
  readonly spec: string
  /** Ginkgo's word: passed, failed, skipped, timedout, panicked. */
  readonly state: string
  readonly seconds: number
  /** Why it failed or was skipped. */
  readonly message?: string
}

/**
 * Runs cert-manager's own conformance suite against an issuer and gives what came of each spec. Certificates need
 * cert-manager's controllers to run in the cluster, in all namespaces. Specs that cert-manager overtook run once more.
 */
export async function runConformance(
  cluster: ClusterFacts,
  run: ConformanceRun,
): Promise<readonly SpecResult[]> {
  const results = await runOnce(cluster, run)
  const overtaken = results.filter(wasOvertaken).map((it) => it.spec.replaceAll(/[^\w ]/g, '.'))
  if (overtaken.length === 0) return results
  const again = await runOnce(cluster, { ...run, focus: overtaken.join('|') })
  return results.map((it) => (wasOvertaken(it) && again.find(({ spec }) => spec === it.spec)) || it)
}

/**
 * With stale caches cert-manager issues a Certificate twice: the Secret that the suite then reads is newer than the
 * status that it read. cert-manager wrote both, so that no issuer can be at fault.
 */
function wasOvertaken({ state, message = '' }: SpecResult): boolean {
  return state === 'failed' && /Expected certificate expiry date to be \d{4}-/.test(message)
}

async function runOnce(cluster: ClusterFacts, run: ConformanceRun): Promise<readonly SpecResult[]> {
  const directory = partnerFolder('conformance')
  try {
    const manifests = join(directory, 'manifests.json')
    const report = join(directory, 'report.json')
    await writeFile(manifests, JSON.stringify(run.manifests))
    const words = await runSpecs(cluster, run, { manifests, report, directory })
    return (await readReport(report, words)).filter((it) => run.focus === undefined || wasChosen(it))
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

/** A spec that is skipped for a reason of its own says so. */
function wasChosen({ state, message = '' }: SpecResult): boolean {
  return state !== 'skipped' || message !== ''
}

/** A spec that fails makes the program fail; what it says tells more than its exit code. */
async function runSpecs(
  cluster: ClusterFacts,
  run: ConformanceRun,
  files: { manifests: string; report: string; directory: string },
): Promise<string> {
  const args = [
    `--kubeconfig=${cluster.kubeconfigFile}`,
    `--kubectl=${await findProgram('kubectl')}`,
    `--suite=${run.signer === undefined ? 'certificates' : 'certificatesigningrequests'}`,
    `--signer=${run.signer ?? ''}`,
    `--name=${run.name}`,
    `--manifests=${files.manifests}`,
    `--report=${files.report}`,
    `--unsupported=${(run.unsupported ?? []).join(',')}`,
    '--ginkgo.no-color',
    ...(run.focus === undefined ? [] : [`--ginkgo.focus=${run.focus}`]),
  ]
  const env = { ...process.env, HOME: files.directory }
  const options = { env, cwd: files.directory, maxBuffer: 64 * 1024 * 1024 }
  const ended = promisify(execFile)(await findProgram('issuer-conformance'), args, options)
  const { stdout, stderr } = await ended.catch(
    (error: unknown) => error as { stdout: string; stderr: string },
  )
  return `${stdout}\n${stderr}`
}

async function readReport(file: string, words: string): Promise<readonly SpecResult[]> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new Error(`The conformance suite did not run:\n${words.slice(-4000)}`, { cause })
  })
  return JSON.parse(text) as SpecResult[]
}
