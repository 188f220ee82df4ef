import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { CheckName } from '../../src/check/finding.ts'
import { sharedCluster } from '../cluster/shared.ts'
import { type Authority, makeAuthority } from '../fakes/akeyless/authority.ts'
import { type AkeylessStandIn, startAkeyless } from '../fakes/akeyless/stand-in.ts'
import { type CheckScene, failuresIn, newCheckScene } from '../manager/check-scene.ts'
import { kubernetesAuth } from '../manager/kubernetes-auth.ts'

const cluster = sharedCluster()
const canaryJwt = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.Y2FuYXJ5LXNpZ25hdHVyZQ'
const deadline = { timeout: 60_000 }

let scene: CheckScene
let html: AkeylessStandIn
let overTls: AkeylessStandIn
let authority: Authority

beforeAll(async () => {
  scene = await newCheckScene(cluster)
  authority = await makeAuthority()
  overTls = await startAkeyless({ tls: await authority.issue() })
  html = await startAkeyless()
  html.state.fault({ kind: 'html' })
}, 60_000)
afterAll(async () => {
  await Promise.all([html?.stop(), overTls?.stop()])
  await authority?.[Symbol.asyncDispose]()
  await scene?.[Symbol.asyncDispose]()
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
      scene.world.akeyless.state.k8sAuth({
        accessId: 'p-bound',
        config: 'bound',
        boundServiceAccounts: ['other'],
      })
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
      scene.world.akeyless.state.k8sAuth({ accessId: 'p-blind', config: 'blind', k8s })
      return kubernetesAuth({ accessID: 'p-blind', k8sConfName: 'blind' })
    },
    says: /status is 50\d, though it answers and the JWT is good/,
    remedy: /its own TokenReview fails/,
  },
  {
    name: 'refused-jwt',
    leg: 'token-review',
    changes: async () => {
      await scene.kubectl('create', 'secret', 'generic', 'jwt', `--from-literal=token=${canaryJwt}`)
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
    args: () => ['--external-secrets-service-account', `${scene.world.namespace}/poor`],
    says: /^missing: patch secrets in world-\w+$/,
    remedy: /^bind ClusterRole keyferry-external-secrets to system:serviceaccount:world-\w+:poor$/,
  },
]

describe('keyferry check', deadline, () => {
  test.each(broken)(
    'tells that $leg is broken: $name',
    async ({ name, leg, changes, args, says, remedy }) => {
      const { code, findings } = await scene.checkStore(name, await changes(), ...(args?.() ?? []))

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
    const { findings } = await scene.checkStore('with-ca', { akeylessGWApiURL: overTls.url, caBundle })

    expect(findings.find((it) => it.check === 'tls')).toMatchObject({
      status: expect.stringMatching(/^(ok|warn)$/) as string,
      message: expect.stringMatching(
        /^TLSv1.3; signed by "keyferry-test-gateways", trusted by the CA of spec.provider.akeyless.caBundle; expires in /,
      ) as string,
    })
  })

  test('nothing that it printed holds a JWT, a token or what a Gateway answered', () => {
    const all = scene.printed.join('\n')

    expect(scene.printed.length).toBeGreaterThan(10)
    expect([canaryJwt, ...scene.tokens].filter((it) => all.includes(it))).toEqual([])
    expect(all).not.toMatch(/eyJ|\bt-[0-9a-f]{8}|<html/)
  })
})
