import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { CheckName, Finding } from '../../src/check/finding.ts'
import { run } from '../../src/cli/run.ts'
import { sharedCluster } from '../cluster/shared.ts'
import { PkiAuthority } from '../fakes/pki/authority.ts'
import { presetYaml } from '../fakes/pki/preset-yaml.ts'
import { startTpp } from '../fakes/pki/tpp.ts'
import { type CheckScene, failuresIn, newCheckScene } from '../manager/check-scene.ts'

const deadline = { timeout: 60_000 }
let scene: CheckScene

beforeAll(async () => {
  scene = await newCheckScene(sharedCluster())
}, 60_000)
afterAll(() => scene?.[Symbol.asyncDispose]())

describe('keyferry check', deadline, () => {
  test('finds everything well, names each leg, and ends with 0', async () => {
    const { code, findings } = await scene.check()

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
        object: `ExternalIssuer ${scene.world.namespace}/well`,
        status: 'ok',
      }) as Finding,
    )
  })

  test('prints a line for each finding and a summary', async () => {
    const { out } = await scene.print()

    expect(out).toMatch(/^ok {6}api-server {7}https:\/\/\S+: Kubernetes v/m)
    expect(out).toMatch(
      new RegExp(`^ok {6}login {12}SecretStore ${scene.world.namespace}/well: the login succeeds`, 'm'),
    )
    expect(out).toMatch(/\n\d+ ok, \d+ warnings, 0 failed, \d+ skipped$/)
  })

  test('a store that is not there, and a store of another controller', async () => {
    const only = ['--controllers', 'external-secrets', '--store']
    expect(await scene.check(...only, `${scene.world.namespace}/nobody`)).toMatchObject({
      code: 1,
      failed: ['store'],
    })
    const other = await scene.check(...only, `${scene.world.namespace}/well`, '--controller-class', 'another')
    expect(other).toMatchObject({ code: 0, failed: [] })
    expect(other.findings.find((it) => it.check === 'store')?.status).toBe('skipped')
  })

  test('a ClusterSecretStore whose identity is that of its users is checked for a namespace', async () => {
    const name = `${scene.world.namespace}-central`
    const kubernetes = { accessID: 'p-app', k8sConfName: 'test', serviceAccountRef: { name: 'app' } }
    const akeyless = {
      akeylessGWApiURL: scene.world.akeyless.url,
      authSecretRef: { kubernetesAuth: kubernetes },
    }
    const conditions = [
      { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': scene.world.namespace } } },
    ]
    await scene.world.apply({
      apiVersion: 'external-secrets.io/v1',
      kind: 'ClusterSecretStore',
      metadata: { name },
      spec: { controller: scene.world.controllerClass, conditions, provider: { akeyless } },
    })
    const whole = ['--external-secrets-service-account', `${scene.world.namespace}/keyferry`]
    const only = ['--controllers', 'external-secrets', '--store', name, ...whole]
    const outs = await Promise.all(
      [[], ['-n', scene.world.namespace], ['-n', 'default']].map((scope) => scene.print(only, scope)),
    )
    await scene.world.kubectl('delete', 'clustersecretstore', name)

    const title = `ClusterSecretStore ${name}`
    expect(outs[0]?.out).toContain(
      `skipped store            ${title}: its identity comes from the namespace of each`,
    )
    expect(outs[1]?.out).toContain(
      `ok      login            ${title} for ${scene.world.namespace}: the login succeeds`,
    )
    expect(outs[2]?.out).toContain(
      `skipped store            ${title} for default: its spec.conditions do not admit`,
    )
  })

  test('an issuer whose configuration is missing is told with its reason', async () => {
    await scene.world.apply(scene.issuer('unready', { configRef: { name: 'nowhere' } }))
    const { code, failed, findings } = await scene.check('--controllers', 'issuers')
    await scene.kubectl('delete', 'externalissuer', 'unready')

    expect({ code, failed }).toEqual({ code: 1, failed: ['issuer'] })
    expect(findings.find((it) => it.status === 'failed')).toMatchObject({
      object: `ExternalIssuer ${scene.world.namespace}/unready`,
      message: expect.stringMatching(/^IssuerFault: .*nowhere/) as string,
      remedy: expect.stringMatching(/^mend what it names/) as string,
    })
  })

  test('a refresh token that a login would spend is left to the manager', async () => {
    await using pki = await startTpp(await PkiAuthority.make())
    const metadata = { namespace: scene.world.namespace, name: 'tpp' }
    const token = pki.state.newRefreshToken()
    scene.tokens.push(token)
    const auth = { refreshToken: { secretName: 'tpp' } }
    const settings = { policyDN: pki.state.policy, clientId: pki.state.clientId, auth }
    await scene.world.apply(
      { apiVersion: 'v1', kind: 'Secret', metadata, stringData: { 'refresh-token': token } },
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata,
        data: { 'pki.yaml': presetYaml(pki, 'venafi-tpp', settings) },
      },
      scene.issuer('tpp', { signerType: 'pki', configRef: { name: 'tpp' } }),
    )
    const { code, findings } = await scene.check('--controllers', 'issuers')
    await scene.kubectl('delete', 'externalissuer', 'tpp')

    const finding = findings.find((it) => it.object === `ExternalIssuer ${scene.world.namespace}/tpp`)
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
      `${scene.world.namespace}/gone`,
    ]
    const { code, failed, findings } = await scene.check(...gone)

    expect(code).toBe(1)
    expect(failed).toEqual(['rights', 'identity'])
    expect(findings.filter((it) => it.check === 'store')).toMatchObject([{ status: 'skipped' }])
  })

  test('a Lease that nobody holds is a warning, one that is held tells by whom', async () => {
    const at = ['--controllers', 'issuers', '--leader-election-namespace', scene.world.namespace]
    const lease = (await scene.check(...at)).findings.find((it) => it.check === 'lease')
    expect(lease).toMatchObject({
      status: 'warn',
      message: expect.stringContaining('no manager has led') as string,
    })

    await scene.world.apply({
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { namespace: scene.world.namespace, name: 'keyferry' },
      spec: {
        holderIdentity: 'pod-1',
        leaseDurationSeconds: 15,
        renewTime: new Date().toISOString().replace('Z', '000Z'),
      },
    })
    const held = (await scene.check(...at)).findings.find((it) => it.check === 'lease')
    expect(held).toMatchObject({
      status: 'ok',
      message: expect.stringMatching(/^pod-1 leads, renewed \d+ s ago/) as string,
    })
  })

  test('ExternalSecrets that are not Ready are counted by reason', async () => {
    await scene.world.apply(
      scene.world.externalSecret(
        'waiting',
        { data: [{ secretKey: 'a', remoteRef: { key: '/a' } }] },
        { name: 'well' },
      ),
    )
    const { findings } = await scene.check('--controllers', 'external-secrets')

    expect(findings.find((it) => it.check === 'external-secrets')).toMatchObject({
      status: 'warn',
      message: '1 of 1 are not Ready: 1 without a status',
    })
  })

  test('an API server that is not there fails that leg, and the report is still a report', async () => {
    const { code, findings } = await scene.check('--kubeconfig', '/nonexistent/kubeconfig')

    expect(code).toBe(1)
    expect(findings).toMatchObject([{ check: 'api-server', status: 'failed' }])
  })

  test('an API server that nobody listens for is told with what to look at', async () => {
    const file = join(scene.directory, 'dead')
    const server = 'https://127.0.0.1:1'
    const config = {
      'current-context': 'x',
      clusters: [{ name: 'x', cluster: { server } }],
      users: [{ name: 'x', user: { token: 'none' } }],
      contexts: [{ name: 'x', context: { cluster: 'x', user: 'x' } }],
    }
    await writeFile(file, JSON.stringify(config))
    const { code, findings } = await scene.check('--kubeconfig', file)

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
    const all = scene.printed.join('\n')

    expect(scene.printed.length).toBeGreaterThan(13)
    expect(scene.tokens.filter((it) => all.includes(it))).toEqual([])
    expect(all).not.toMatch(/eyJ|\bt-[0-9a-f]{8}|<html/)
  })
})
