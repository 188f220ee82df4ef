import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { CheckName, Finding } from '../../src/check/finding.ts'
import { runCheck } from '../../src/cli/check.ts'
import { addCheckFlags, type CheckFlags } from '../../src/cli/check-flags.ts'
import { run } from '../../src/cli/run.ts'
import { sharedCluster } from '../cluster/shared.ts'
import { type Authority, makeAuthority } from '../fakes/akeyless/authority.ts'
import { type AkeylessStandIn, startAkeyless } from '../fakes/akeyless/stand-in.ts'
import { PkiAuthority } from '../fakes/pki/authority.ts'
import { presetYaml } from '../fakes/pki/preset-yaml.ts'
import { startTpp } from '../fakes/pki/tpp.ts'
import { newWorld, type World } from '../manager/world.ts'

/**
 * The check as a scoped install has it: a process account that may request the tokens of two halves, and halves that
 * are bound in one namespace, so that cluster-wide objects of other tests are nobody's matter here.
 */
const cluster = sharedCluster()
const canaryJwt = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.Y2FuYXJ5LXNpZ25hdHVyZQ'
const deadline = { timeout: 60_000 }

let world: World
let html: AkeylessStandIn
let overTls: AkeylessStandIn
let authority: Authority
let directory: string
const kubeconfigs = new Map<string, string>()
const printed: string[] = []
const tokens: string[] = []

beforeAll(async () => {
  world = await newWorld(cluster)
  directory = await mkdtemp(join(tmpdir(), 'keyferry-check-'))
  authority = await makeAuthority()
  overTls = await startAkeyless({ tls: await authority.issue() })
  html = await startAkeyless()
  html.state.fault({ kind: 'html' })
  const names = ['checker', 'es', 'poor', 'issuer']
  for (const it of names) await kubectl('create', 'serviceaccount', it)
  await bind('es', '--clusterrole=keyferry-external-secrets')
  await bind('issuer', '--clusterrole=keyferry-issuer')
  await kubectl('create', 'role', 'inputs', '--verb=get,list,watch', '--resource=secrets,configmaps')
  await bind('issuer', '--role=inputs')
  const accounts = [...names, 'keyferry'].map((it) => `--resource-name=${it}`)
  await kubectl(
    'create',
    'role',
    'identities',
    '--verb=create',
    '--resource=serviceaccounts/token',
    ...accounts,
  )
  await bind('checker', '--role=identities')
  await bind('checker', '--clusterrole=keyferry-leader-election')
  await applyPoorRole()
  await bind('poor', '--role=poor')
  await mayReview('es')
  await mayReview('poor')
  for (const it of names) kubeconfigs.set(it, await writeKubeconfig(it))
  await world.apply(world.store('well'), mockIssuer('well'))
}, 60_000)
afterAll(async () => {
  await Promise.all([html.stop(), overTls.stop()])
  await authority[Symbol.asyncDispose]()
  await rm(directory, { recursive: true })
  await world[Symbol.asyncDispose]()
})

function kubectl(...args: readonly string[]): Promise<string> {
  return world.kubectl('-n', world.namespace, ...args)
}

function bind(account: string, role: string): Promise<string> {
  const name = `${account}-${role.replaceAll(/[^a-z-]/g, '')}`
  return kubectl('create', 'rolebinding', name, role, `--serviceaccount=${world.namespace}:${account}`)
}

function mayReview(account: string): Promise<string> {
  const subject = `--serviceaccount=${world.namespace}:${account}`
  const name = `${world.namespace}-${account}-reviews`
  return world.kubectl('create', 'clusterrolebinding', name, '--clusterrole=system:auth-delegator', subject)
}

interface Rule {
  readonly resources: readonly string[]
  readonly verbs: readonly string[]
}

/** All that the half may do, less the right to write Secrets. */
async function applyPoorRole(): Promise<void> {
  const json = await world.kubectl('get', 'clusterrole', 'keyferry-external-secrets', '-o', 'json')
  const { rules } = JSON.parse(json) as { rules: readonly Rule[] }
  const poorer = rules.map((it) =>
    it.resources.includes('secrets') ? { ...it, verbs: it.verbs.filter((verb) => verb !== 'patch') } : it,
  )
  const metadata = { namespace: world.namespace, name: 'poor' }
  await world.apply({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata, rules: poorer })
}

async function writeKubeconfig(account: string): Promise<string> {
  const token = (await kubectl('create', 'token', account, '--duration=2h')).trim()
  tokens.push(token)
  const file = join(directory, account)
  const config = {
    'current-context': 'test',
    clusters: [
      { name: 'test', cluster: { server: cluster.server, 'certificate-authority': cluster.caFile } },
    ],
    users: [{ name: 'test', user: { token } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
  }
  await writeFile(file, JSON.stringify(config))
  return file
}

function mockIssuer(name: string, spec: object = {}): object {
  return {
    apiVersion: 'external-issuer.io/v1alpha1',
    kind: 'ExternalIssuer',
    metadata: { namespace: world.namespace, name },
    spec: { signerType: 'mockca', ...spec },
  }
}

interface Checked {
  readonly code: 0 | 1
  readonly findings: readonly Finding[]
  readonly failed: readonly CheckName[]
}

/** Runs the check as the process account, for the two halves of this namespace. */
async function check(...args: readonly string[]): Promise<Checked> {
  const text = await checkText('-o', 'json', ...args)
  const findings = JSON.parse(text.out) as Finding[]
  const failed = failuresIn(findings).map((it) => it.check)
  return { code: text.code, findings, failed }
}

async function checkText(...args: readonly string[]): Promise<{ code: 0 | 1; out: string }> {
  return checkAs(['-n', world.namespace], ...args)
}

async function checkAs(
  scope: readonly string[],
  ...args: readonly string[]
): Promise<{ code: 0 | 1; out: string }> {
  const { namespace, controllerClass } = world
  const own = ['--kubeconfig', kubeconfigs.get('checker') ?? '', ...scope, '--insecure-local-endpoints']
  const halves = [
    '--external-secrets-service-account',
    `${namespace}/es`,
    '--issuer-service-account',
    `${namespace}/issuer`,
  ]
  const argv = [...own, ...halves, '--controller-class', controllerClass, ...args]
  const flags = addCheckFlags(new Command()).parse(argv, { from: 'user' }).opts<CheckFlags>()
  const lines: string[] = []
  const code = await runCheck(flags, (line) => void lines.push(line))
  const out = lines.join('\n')
  printed.push(out)
  return { code, out }
}

function failuresIn(findings: readonly Finding[]): readonly Finding[] {
  return findings.filter((it) => it.status === 'failed')
}

/** A store of its own, and nothing but that store. */
async function checkStore(name: string, changes: object, ...args: readonly string[]): Promise<Checked> {
  await world.apply(world.store(name, changes))
  return check('--controllers', 'external-secrets', '--store', `${world.namespace}/${name}`, ...args)
}

const kubernetesAuth = (changes: object) => ({
  authSecretRef: {
    kubernetesAuth: {
      accessID: 'p-app',
      k8sConfName: 'test',
      serviceAccountRef: { name: 'app' },
      ...changes,
    },
  },
})

interface Broken {
  readonly name: string
  readonly leg: CheckName
  readonly changes: () => object | Promise<object>
  readonly args?: () => readonly string[]
  readonly says: RegExp
  readonly remedy: RegExp
}

const broken: readonly Broken[] = [
  {
    name: 'wrong-access-id',
    leg: 'login',
    changes: () => kubernetesAuth({ accessID: 'p-nobody' }),
    says: /p-nobody.*the API server accepts the JWT/,
    remedy: /check the access id/,
  },
  {
    name: 'unbound-service-account',
    leg: 'login',
    changes: () => {
      world.akeyless.state.k8sAuth({ accessId: 'p-bound', config: 'bound', boundServiceAccounts: ['other'] })
      return kubernetesAuth({ accessID: 'p-bound', k8sConfName: 'bound' })
    },
    says: /ServiceAccount .*\/app.*status is 401/,
    remedy: /the bounds of the auth method/,
  },
  {
    name: 'reviewer-of-the-gateway',
    leg: 'login',
    changes: () => {
      // As where its reviewer's token is over, or of another cluster.
      const k8s = { host: cluster.server, caPem: cluster.caPem, reviewerToken: 'over' }
      world.akeyless.state.k8sAuth({ accessId: 'p-blind', config: 'blind', k8s })
      return kubernetesAuth({ accessID: 'p-blind', k8sConfName: 'blind' })
    },
    says: /status is 50\d, though it answers and the JWT is good/,
    remedy: /its own TokenReview fails/,
  },
  {
    name: 'refused-jwt',
    leg: 'token-review',
    changes: async () => {
      await kubectl('create', 'secret', 'generic', 'jwt', `--from-literal=token=${canaryJwt}`)
      return kubernetesAuth({ serviceAccountRef: undefined, secretRef: { name: 'jwt' } })
    },
    says: /JWTRejected: the API server refuses the JWT/,
    remedy: /renew or replace the JWT/,
  },
  {
    name: 'no-service-account',
    leg: 'token-request',
    changes: () => kubernetesAuth({ serviceAccountRef: { name: 'nobody' } }),
    says: /there is no ServiceAccount/,
    remedy: /create it or correct the name/,
  },
  {
    name: 'forbidden-address',
    leg: 'store',
    changes: () => ({ akeylessGWApiURL: 'https://169.254.169.254/' }),
    says: /^InvalidSpec: .*metadata address/,
    remedy: /^correct the spec$/,
  },
  {
    name: 'unknown-name',
    leg: 'dns',
    changes: () => ({ akeylessGWApiURL: 'https://gateway.keyferry.invalid:8000' }),
    says: /Cannot look up gateway "gateway.keyferry.invalid:8000"/,
    remedy: /check the (host name|DNS)/,
  },
  {
    name: 'connection-refused',
    leg: 'tcp',
    changes: () => ({ akeylessGWApiURL: 'http://127.0.0.1:1' }),
    says: /the connection is refused \(ECONNREFUSED\)/,
    remedy: /check that it runs and may be reached/,
  },
  {
    name: 'wrong-ca',
    leg: 'tls',
    changes: () => ({ akeylessGWApiURL: overTls.url }),
    says: /unknown CA/,
    remedy: /set caBundle or caProvider/,
  },
  {
    name: 'web-page',
    leg: 'gateway',
    changes: () => ({ akeylessGWApiURL: html.url }),
    says: /text\/html, not JSON/,
    remedy: /the API and no web page/,
  },
  {
    name: 'missing-right',
    leg: 'rights',
    changes: () => ({}),
    args: () => ['--external-secrets-service-account', `${world.namespace}/poor`],
    says: /^missing: patch secrets in world-\w+$/,
    remedy: /^bind ClusterRole keyferry-external-secrets to system:serviceaccount:world-\w+:poor$/,
  },
]

describe('keyferry check', deadline, () => {
  test('finds everything well, names each leg, and ends with 0', async () => {
    const { code, findings } = await check()

    expect(failuresIn(findings)).toEqual([])
    expect(code).toBe(0)
    const statusOf = (name: CheckName) => findings.filter((it) => it.check === name).map((it) => it.status)
    expect(new Set(statusOf('rights'))).toEqual(new Set(['ok']))
    expect(findings).toEqual(
      expect.arrayContaining(
        (
          [
            'api-server',
            'clock',
            'tcp',
            'gateway',
            'gateway-clock',
            'token-request',
            'token-review',
            'login',
          ] as const
        ).map((name) => expect.objectContaining({ check: name, status: 'ok' }) as Finding),
      ),
    )
    expect(findings).toContainEqual(
      expect.objectContaining({
        check: 'issuer',
        object: `ExternalIssuer ${world.namespace}/well`,
        status: 'ok',
      }) as Finding,
    )
  })

  test('prints a line for each finding and a summary', async () => {
    const { out } = await checkText()

    expect(out).toMatch(/^ok {6}api-server {7}https:\/\/\S+: Kubernetes v/m)
    expect(out).toMatch(
      new RegExp(`^ok {6}login {12}SecretStore ${world.namespace}/well: the login succeeds`, 'm'),
    )
    expect(out).toMatch(/\n\d+ ok, \d+ warnings, 0 failed, \d+ skipped$/)
  })

  test.each(broken)(
    'tells that $leg is broken: $name',
    async ({ name, leg, changes, args, says, remedy }) => {
      const { code, findings } = await checkStore(name, await changes(), ...(args?.() ?? []))

      expect(failuresIn(findings)).toEqual([
        expect.objectContaining({
          check: leg,
          message: expect.stringMatching(says) as string,
          remedy: expect.stringMatching(remedy) as string,
        }),
      ])
      expect(code).toBe(1)
      const after: readonly (string | undefined)[] =
        leg === 'rights' ? ['ok'] : ['failed', 'skipped', undefined]
      expect(after).toContain(findings.find((it) => it.check === 'login')?.status)
    },
  )

  test('trusts the CA of a store and tells for how long its certificate is good', async () => {
    const caBundle = Buffer.from(authority.caPem).toString('base64')
    const { findings } = await checkStore('with-ca', { akeylessGWApiURL: overTls.url, caBundle })

    expect(findings.find((it) => it.check === 'tls')).toMatchObject({
      status: expect.stringMatching(/^(ok|warn)$/) as string,
      message: expect.stringMatching(
        /^TLSv1.3; signed by "keyferry-test-gateways", trusted by the CA of spec.provider.akeyless.caBundle; expires in /,
      ) as string,
    })
  })

  test('a store that is not there, and a store of another controller', async () => {
    const only = ['--controllers', 'external-secrets', '--store']
    expect(await check(...only, `${world.namespace}/nobody`)).toMatchObject({ code: 1, failed: ['store'] })
    const other = await check(...only, `${world.namespace}/well`, '--controller-class', 'another')
    expect(other).toMatchObject({ code: 0, failed: [] })
    expect(other.findings.find((it) => it.check === 'store')?.status).toBe('skipped')
  })

  test('a ClusterSecretStore whose identity is that of its users is checked for a namespace', async () => {
    const name = `${world.namespace}-central`
    const kubernetes = { accessID: 'p-app', k8sConfName: 'test', serviceAccountRef: { name: 'app' } }
    const akeyless = { akeylessGWApiURL: world.akeyless.url, authSecretRef: { kubernetesAuth: kubernetes } }
    const conditions = [
      { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': world.namespace } } },
    ]
    await world.apply({
      apiVersion: 'external-secrets.io/v1',
      kind: 'ClusterSecretStore',
      metadata: { name },
      spec: { controller: world.controllerClass, conditions, provider: { akeyless } },
    })
    const whole = ['--external-secrets-service-account', `${world.namespace}/keyferry`]
    const only = ['--controllers', 'external-secrets', '--store', name, ...whole]
    const outs = await Promise.all(
      [[], ['-n', world.namespace], ['-n', 'default']].map((scope) => checkAs(scope, ...only)),
    )
    await world.kubectl('delete', 'clustersecretstore', name)

    const title = `ClusterSecretStore ${name}`
    expect(outs[0]?.out).toContain(
      `skipped store            ${title}: its identity comes from the namespace of each`,
    )
    expect(outs[1]?.out).toContain(
      `ok      login            ${title} for ${world.namespace}: the login succeeds`,
    )
    expect(outs[2]?.out).toContain(
      `skipped store            ${title} for default: its spec.conditions do not admit`,
    )
  })

  test('an issuer whose configuration is missing is told with its reason', async () => {
    await world.apply(mockIssuer('unready', { configRef: { name: 'nowhere' } }))
    const { code, failed, findings } = await check('--controllers', 'issuers')
    await kubectl('delete', 'externalissuer', 'unready')

    expect({ code, failed }).toEqual({ code: 1, failed: ['issuer'] })
    expect(findings.find((it) => it.status === 'failed')).toMatchObject({
      object: `ExternalIssuer ${world.namespace}/unready`,
      message: expect.stringMatching(/^IssuerFault: .*nowhere/) as string,
      remedy: expect.stringMatching(/^mend what it names/) as string,
    })
  })

  test('a refresh token that a login would spend is left to the manager', async () => {
    await using pki = await startTpp(await PkiAuthority.make())
    const metadata = { namespace: world.namespace, name: 'tpp' }
    const token = pki.state.newRefreshToken()
    tokens.push(token)
    const auth = { refreshToken: { secretName: 'tpp' } }
    const settings = { policyDN: pki.state.policy, clientId: pki.state.clientId, auth }
    await world.apply(
      { apiVersion: 'v1', kind: 'Secret', metadata, stringData: { 'refresh-token': token } },
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata,
        data: { 'pki.yaml': presetYaml(pki, 'venafi-tpp', settings) },
      },
      mockIssuer('tpp', { signerType: 'pki', configRef: { name: 'tpp' } }),
    )
    const { code, findings } = await check('--controllers', 'issuers')
    await kubectl('delete', 'externalissuer', 'tpp')

    const finding = findings.find((it) => it.object === `ExternalIssuer ${world.namespace}/tpp`)
    expect(finding).toMatchObject({
      status: 'skipped',
      message: expect.stringContaining('spends a refresh token') as string,
    })
    expect({ code, logins: pki.state.logins }).toEqual({ code: 0, logins: 0 })
    expect([...pki.state.refreshTokens]).toEqual([token])
  })

  test('a half whose account is not there is told, and what it would do is skipped', async () => {
    const gone = [
      '--controllers',
      'external-secrets',
      '--external-secrets-service-account',
      `${world.namespace}/gone`,
    ]
    const { code, failed, findings } = await check(...gone)

    expect(code).toBe(1)
    expect(failed).toEqual(['rights', 'identity'])
    expect(findings.filter((it) => it.check === 'store')).toMatchObject([{ status: 'skipped' }])
  })

  test('a Lease that nobody holds is a warning, one that is held tells by whom', async () => {
    const at = ['--controllers', 'issuers', '--leader-election-namespace', world.namespace]
    const lease = (await check(...at)).findings.find((it) => it.check === 'lease')
    expect(lease).toMatchObject({
      status: 'warn',
      message: expect.stringContaining('no manager has led') as string,
    })

    await world.apply({
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { namespace: world.namespace, name: 'keyferry' },
      spec: {
        holderIdentity: 'pod-1',
        leaseDurationSeconds: 15,
        renewTime: new Date().toISOString().replace('Z', '000Z'),
      },
    })
    const held = (await check(...at)).findings.find((it) => it.check === 'lease')
    expect(held).toMatchObject({
      status: 'ok',
      message: expect.stringMatching(/^pod-1 leads, renewed \d+ s ago/) as string,
    })
  })

  test('ExternalSecrets that are not Ready are counted by reason', async () => {
    await world.apply(
      world.externalSecret(
        'waiting',
        { data: [{ secretKey: 'a', remoteRef: { key: '/a' } }] },
        { name: 'well' },
      ),
    )
    const { findings } = await check('--controllers', 'external-secrets')

    expect(findings.find((it) => it.check === 'external-secrets')).toMatchObject({
      status: 'warn',
      message: '1 of 1 are not Ready: 1 without a status',
    })
  })

  test('an API server that is not there fails that leg, and the report is still a report', async () => {
    const { code, findings } = await check('--kubeconfig', '/nonexistent/kubeconfig')

    expect(code).toBe(1)
    expect(findings).toMatchObject([{ check: 'api-server', status: 'failed' }])
  })

  test('an API server that nobody listens for is told with what to look at', async () => {
    const file = join(directory, 'dead')
    const server = 'https://127.0.0.1:1'
    const config = {
      'current-context': 'x',
      clusters: [{ name: 'x', cluster: { server } }],
      users: [{ name: 'x', user: { token: 'none' } }],
      contexts: [{ name: 'x', context: { cluster: 'x', user: 'x' } }],
    }
    await writeFile(file, JSON.stringify(config))
    const { code, findings } = await check('--kubeconfig', file)

    expect(code).toBe(1)
    expect(findings).toMatchObject([
      {
        check: 'api-server',
        object: server,
        status: 'failed',
        remedy: expect.stringContaining('network') as string,
      },
    ])
  })

  test.each([
    [['--store', 'A/B/C']],
    [['-o', 'yaml']],
    [['--timeout', 'soon']],
    [['-A', '-n', 'shop']],
    [['--nonsense']],
  ])('called wrongly with %j it ends with 2', async (argv) => {
    const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    const code = await run(['check', ...argv])
    stderr.mockRestore()

    expect(code).toBe(2)
  })

  test('nothing that it printed holds a JWT, a token or what a Gateway answered', () => {
    const all = printed.join('\n')

    expect(printed.length).toBeGreaterThan(15)
    expect([canaryJwt, ...tokens].filter((it) => all.includes(it))).toEqual([])
    expect(all).not.toMatch(/eyJ|\bt-[0-9a-f]{8}|<html/)
  })
})
