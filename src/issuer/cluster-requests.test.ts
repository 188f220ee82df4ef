import { afterEach, beforeEach, expect, test } from 'vitest'
import { approved, denied, IssuerWorld } from '../../test/fakes/issuer/issuer-world.ts'
import { failing, pending } from '../../test/fakes/issuer/scripted-signer.ts'
import { settle } from '../../test/fakes/manual-clock.ts'
import { certificateSigningRequestKind } from '../api/certificatesigningrequest.ts'
import { ApiError } from '../kube/errors.ts'

let world: IssuerWorld

beforeEach(() => {
  world = new IssuerWorld()
})

afterEach(() => world.end())

const issuerRef = { name: 'corp', kind: 'ExternalClusterIssuer', group: 'external-issuer.io' }

async function withIssuer(spec: object = {}): Promise<void> {
  world.clusterIssuer('corp', spec)
  world.clusterIssuer('corp.example.com', spec)
  await world.start()
}

function kubernetesStatus(name: string): {
  certificate?: string
  conditions?: { type: string; message?: string }[]
} {
  return world.cluster.get(certificateSigningRequestKind, { name })?.status ?? {}
}

test('S4: a request of a namespace that the issuer does not allow is Failed, without a call of the CA', async () => {
  world.namespace('shop', { team: 'web' })
  await withIssuer({ allowedNamespaces: { names: ['bank-*'], selector: { matchLabels: { team: 'pay' } } } })
  world.request('a', { spec: { issuerRef } })
  await settle()

  expect(world.ready('a')).toBe('False Failed')
  expect(world.message('a')).toBe(
    'ExternalClusterIssuer corp does not allow requests of namespace "shop": see its spec.allowedNamespaces',
  )
  expect(world.signer.submits).toEqual([])
})

test.each([
  ['its name', { names: ['sh*'] }],
  ['its labels', { selector: { matchLabels: { team: 'web' } } }],
])('S4: a namespace is allowed by %s', async (_, allowedNamespaces) => {
  world.namespace('shop', { team: 'web' })
  await withIssuer({ allowedNamespaces })
  world.request('a', { spec: { issuerRef } })
  await settle()

  expect(world.ready('a')).toBe('True Issued')
})

test.each([
  ['a cluster issuer', 'externalclusterissuers.external-issuer.io/corp'],
  ['a cluster issuer with dots in its name', 'externalclusterissuers.external-issuer.io/corp.example.com'],
])(
  'C1: a Kubernetes request for %s is signed, and its status holds nothing but the certificate',
  async (_, name) => {
    await withIssuer()
    world.kubernetesRequest('k', name)
    await settle()

    const { certificate = '', conditions } = kubernetesStatus('k')
    expect(Buffer.from(certificate, 'base64').toString()).toBe('LEAF')
    expect(conditions).toEqual([approved])
    expect(world.writes('certificatesigningrequests')).toBe(1)
  },
)

test.each([
  ['the namespaced kind', 'externalissuers.external-issuer.io/shop.ca', [approved]],
  ['no name', 'externalclusterissuers.external-issuer.io/', [approved]],
  ['a path for a name', 'externalclusterissuers.external-issuer.io/a/b', [approved]],
  ['another signer', 'kubernetes.io/kubelet-serving', [approved]],
  ['what is not approved', 'externalclusterissuers.external-issuer.io/corp', []],
  ['what is denied', 'externalclusterissuers.external-issuer.io/corp', [approved, denied]],
])('C1: %s is left alone', async (_, name, conditions) => {
  await withIssuer()
  world.kubernetesRequest('k', name, conditions)
  await settle()

  expect([world.writes('certificatesigningrequests'), world.signer.submits]).toEqual([0, []])
})

test('C1: a permanent error is condition Failed', async () => {
  await withIssuer()
  world.signer.onSubmit = [failing('Refused', 'the policy forbids it')]
  world.kubernetesRequest('k', 'externalclusterissuers.external-issuer.io/corp')
  await settle()

  expect(kubernetesStatus('k').conditions).toEqual([
    approved,
    expect.objectContaining({
      type: 'Failed',
      status: 'True',
      reason: 'SignerFailed',
      message: 'the policy forbids it',
    }),
  ])
})

test('C1: duration comes from the annotation, else from expirationSeconds', async () => {
  await withIssuer()
  world.kubernetesRequest('k', 'externalclusterissuers.external-issuer.io/corp', [approved], {
    expirationSeconds: 7200,
  })
  await settle()

  expect(world.signer.submits[0]).toMatchObject({
    durationSeconds: 7200,
    isCA: false,
    usages: ['client auth'],
  })
})

test('C1: an id is on record before it is asked for, and goes with the certificate', async () => {
  await withIssuer()
  world.signer.onSubmit = [pending('order-7', 5000)]
  world.kubernetesRequest('k', 'externalclusterissuers.external-issuer.io/corp')
  await settle()
  expect(kubernetesStatus('k').conditions?.map((it) => it.type)).toEqual([
    'Approved',
    'external-issuer.io/Pending',
  ])
  await world.clock.pass(6000, 1000)

  expect(kubernetesStatus('k').certificate).toBeDefined()
  expect(kubernetesStatus('k').conditions).toEqual([approved])
  expect([world.signer.submits.length, world.signer.polls.length]).toEqual([1, 1])
})

test('a request whose namespace may not be looked at says so, and goes on when it may', async () => {
  world.namespace('shop', { team: 'shop' })
  world.clusterIssuer('corp', { allowedNamespaces: { selector: { matchLabels: { team: 'shop' } } } })
  await world.start()
  await world.clock.pass(100)
  const forbidden = new ApiError('forbidden', { status: 403, reason: 'Forbidden' })
  world.cluster.refusals.set('get namespaces', [forbidden, forbidden])
  world.request('a', { spec: { issuerRef } })
  await settle()
  expect([world.ready('a'), world.message('a')]).toEqual([
    'False Pending',
    expect.stringMatching(
      /^Cannot read the labels of namespace "shop", .*: the issuer half has no right to get namespaces$/,
    ),
  ])

  await world.clock.pass(10_000, 1000)
  expect(world.ready('a')).toBe('True Issued')
})

test('C1: a Kubernetes request has no status for it, so that Events say what it waits for, each once', async () => {
  await world.start()
  world.kubernetesRequest('k', 'externalclusterissuers.external-issuer.io/corp')
  await world.clock.pass(60_000, 1000)
  expect(world.told('k')).toEqual(['Normal WaitingForIssuerExist'])

  const down = failing('Unavailable', 'the PKI does not answer')
  world.signer.onSubmit = [down, down, { kind: 'issued', certificates: [] }]
  world.clusterIssuer('corp')
  await world.clock.pass(10_000, 100)
  expect(world.told('k')).toEqual([
    'Normal WaitingForIssuerExist',
    'Normal WaitingForIssuerReady', // it has no Ready condition
    'Normal WaitingForIssuerReady', // it is Initializing
    'Warning RetryableError',
    'Normal Issued',
  ])
  expect(world.writes('certificatesigningrequests')).toBe(1)
})
