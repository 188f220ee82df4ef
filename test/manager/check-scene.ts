import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import type { CheckName, Finding } from '../../src/check/finding.ts'
import { runCheck } from '../../src/cli/check.ts'
import { addCheckFlags, type CheckFlags } from '../../src/cli/check-flags.ts'
import type { ClusterFacts } from '../cluster/cluster.ts'
import { kubeconfigOf } from '../cluster/kubeconfig.ts'
import { newWorld, type World } from './world.ts'

export interface Printed {
  readonly code: 0 | 1
  readonly out: string
}

export interface Checked {
  readonly code: 0 | 1
  readonly findings: readonly Finding[]
  /** The legs that failed. */
  readonly failed: readonly CheckName[]
}

/**
 * `keyferry check` as a scoped install has it: a process account that may request the tokens of two halves, and halves
 * that are bound in one namespace, so that cluster-wide objects of other tests are nobody's matter here. There are a
 * store and an issuer `well` with which all is well, and an account `poor` that may not write Secrets.
 */
export interface CheckScene extends AsyncDisposable {
  readonly world: World
  /** For files of the test; it goes with the scene. */
  readonly directory: string
  /** All that was printed so far. */
  readonly printed: readonly string[]
  /** What must never be printed; tests add theirs. */
  readonly tokens: string[]
  kubectl(...args: readonly string[]): Promise<string>
  /** Runs the check of this namespace as the process account, for the two halves. */
  check(...args: readonly string[]): Promise<Checked>
  /** The same as people read it; `scope` takes the place of `-n` with this namespace. */
  print(args?: readonly string[], scope?: readonly string[]): Promise<Printed>
  /** Makes a store and checks nothing but that store. */
  checkStore(name: string, changes: object, ...args: readonly string[]): Promise<Checked>
  issuer(name: string, spec?: object): object
}

/** Makes the accounts, roles and objects that the check walks along. */
export async function newCheckScene(cluster: ClusterFacts): Promise<CheckScene> {
  await using stack = new AsyncDisposableStack()
  const world = stack.use(await newWorld(cluster))
  const directory = await mkdtemp(join(tmpdir(), 'keyferry-check-'))
  stack.defer(() => rm(directory, { recursive: true }))
  const { namespace } = world
  const kubectl = (...args: readonly string[]) => world.kubectl('-n', namespace, ...args)
  await makeAccounts(world, kubectl)
  const token = (await kubectl('create', 'token', 'checker', '--duration=2h')).trim()
  const kubeconfig = join(directory, 'checker')
  await writeFile(kubeconfig, kubeconfigOf({ server: cluster.server, caFile: cluster.caFile, token }))
  const printed: string[] = []
  const print = async (args: readonly string[] = [], scope: readonly string[] = ['-n', namespace]) => {
    const seen = await run(['--kubeconfig', kubeconfig, ...scope, ...flagsOf(world), ...args])
    printed.push(seen.out)
    return seen
  }
  const check = async (...args: readonly string[]) => {
    const { code, out } = await print(['-o', 'json', ...args])
    const findings = JSON.parse(out) as Finding[]
    return { code, findings, failed: failuresIn(findings).map((it) => it.check) }
  }
  await world.apply(world.store('well'), mockIssuer(namespace, 'well'))
  const whole = stack.move()
  return {
    world,
    directory,
    printed,
    tokens: [token],
    kubectl,
    check,
    print,
    checkStore: async (name, changes, ...args) => {
      await world.apply(world.store(name, changes))
      return check('--controllers', 'external-secrets', '--store', `${namespace}/${name}`, ...args)
    },
    issuer: (name, spec) => mockIssuer(namespace, name, spec),
    [Symbol.asyncDispose]: () => whole.disposeAsync(),
  }
}

/** What failed of what was found. */
export function failuresIn(findings: readonly Finding[]): readonly Finding[] {
  return findings.filter((it) => it.status === 'failed')
}

async function run(argv: readonly string[]): Promise<Printed> {
  const flags = addCheckFlags(new Command()).parse(argv, { from: 'user' }).opts<CheckFlags>()
  const lines: string[] = []
  const code = await runCheck(flags, (line) => void lines.push(line))
  return { code, out: lines.join('\n') }
}

function flagsOf({ namespace, controllerClass }: World): readonly string[] {
  return [
    ['--insecure-local-endpoints', '--controller-class', controllerClass],
    ['--external-secrets-service-account', `${namespace}/es`],
    ['--issuer-service-account', `${namespace}/issuer`],
  ].flat()
}

function mockIssuer(namespace: string, name: string, spec: object = {}): object {
  return {
    apiVersion: 'external-issuer.io/v1alpha1',
    kind: 'ExternalIssuer',
    metadata: { namespace, name },
    spec: { signerType: 'mockca', ...spec },
  }
}

type Run = (...args: readonly string[]) => Promise<string>

async function makeAccounts(world: World, kubectl: Run): Promise<void> {
  const subject = (account: string) => `--serviceaccount=${world.namespace}:${account}`
  const bind = (account: string, role: string) =>
    kubectl('create', 'rolebinding', `${account}-${role.replaceAll(/[^a-z-]/g, '')}`, role, subject(account))
  const names = ['checker', 'es', 'poor', 'issuer']
  for (const it of names) await kubectl('create', 'serviceaccount', it)
  await kubectl('create', 'role', 'inputs', '--verb=get,list,watch', '--resource=secrets,configmaps')
  const accounts = [...names, 'keyferry'].map((it) => `--resource-name=${it}`)
  const tokens = ['--verb=create', '--resource=serviceaccounts/token', ...accounts]
  await kubectl('create', 'role', 'identities', ...tokens)
  await applyPoorRole(world)
  await bind('es', '--clusterrole=keyferry-external-secrets')
  await bind('poor', '--role=poor')
  await bind('issuer', '--clusterrole=keyferry-issuer')
  await bind('issuer', '--role=inputs')
  await bind('checker', '--role=identities')
  await bind('checker', '--clusterrole=keyferry-leader-election')
  for (const account of ['es', 'poor']) {
    const name = `${world.namespace}-${account}-reviews`
    const role = '--clusterrole=system:auth-delegator'
    await kubectl('create', 'clusterrolebinding', name, role, subject(account))
  }
}

interface Rule {
  readonly resources: readonly string[]
  readonly verbs: readonly string[]
}

/** All that the half may do, less the right to write Secrets. */
async function applyPoorRole(world: World): Promise<void> {
  const json = await world.kubectl('get', 'clusterrole', 'keyferry-external-secrets', '-o', 'json')
  const { rules } = JSON.parse(json) as { rules: readonly Rule[] }
  const poorer = rules.map((it) =>
    it.resources.includes('secrets') ? { ...it, verbs: it.verbs.filter((verb) => verb !== 'patch') } : it,
  )
  const metadata = { namespace: world.namespace, name: 'poor' }
  await world.apply({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata, rules: poorer })
}
