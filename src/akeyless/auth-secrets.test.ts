import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createBench, reading } from '../../test/contract/akeyless-bench.ts'
import { MemoryReferences } from '../../test/contract/memory-references.ts'
import { selfSigned } from '../../test/fakes/akeyless/certificates.ts'
import {
  type AkeylessStandIn,
  type ServingCertificate,
  startAkeyless,
} from '../../test/fakes/akeyless/stand-in.ts'
import { createIssuer } from '../../test/fakes/jwt.ts'
import type { AkeylessAuth } from '../api/akeyless-spec.ts'

const issuer = createIssuer('https://issuer.test')
const audience = 'https://akeyless.test'
let [pair, other]: ServingCertificate[] = []
beforeAll(async () => {
  ;[pair, other] = await Promise.all([selfSigned('app'), selfSigned('other')])
})

let akeyless: AkeylessStandIn
let bench: ReturnType<typeof createBench>
let references: MemoryReferences
let uidToken = ''

beforeEach(async () => {
  akeyless = await startAkeyless()
  const { state } = akeyless
  uidToken = state.universalIdentity({ accessId: 'p-uid' })
  state.jwtAuth({ accessId: 'p-jwt', publicKeyPem: issuer.publicKeyPem, issuer: issuer.issuer, audience })
  const caPem = pair?.certificatePem ?? ''
  state.authMethod({ type: 'cert', accessId: 'p-cert', caPem, boundCommonNames: ['app'] })
  state.secret('/a', { value: 'canary-value' })
  for (const accessId of ['p-uid', 'p-jwt', 'p-cert'])
    state.role({ accessId, rules: [{ path: '/*', capabilities: ['read'] }] })
  bench = createBench({ url: akeyless.url })
  references = new MemoryReferences()
  references.setAccount('app', (aud) => issuer.sign({ sub: 'system:serviceaccount:shop:app', aud }))
})
afterEach(async () => {
  await bench.close()
  await akeyless.stop()
  bench.refuseLeaks()
  if (bench.seen().includes(uidToken)) throw new Error('The universal identity token leaked')
})

/** What a store of this way in reads of `/a`, or why it cannot, and in which words. */
async function read(authSecretRef: AkeylessAuth): Promise<string> {
  const provider = bench.open({ authSecretRef }, references)
  const reason = await bench.reasonOf(provider.check(reading()))
  return reason === 'ok' ? ((await bench.read(provider, '/a'))[0] ?? '') : reason
}

const words = () => (bench.errors.at(-1) as Error).message

/** ESO's form: a Secret with id, type and parameter. */
function bySecret(accessId: string, type: string, param?: string): AkeylessAuth {
  references.set('login', { id: accessId, type, ...(param !== undefined && { param }) })
  const key = (name: string) => ({ name: 'login', key: name })
  const parameter = param === undefined ? {} : { accessTypeParam: key('param') }
  return { secretRef: { accessID: key('id'), accessType: key('type'), ...parameter } }
}

describe('universal identity', () => {
  const universalIdentityAuth = { accessID: 'p-uid', tokenSecretRef: { name: 'uid' } }

  test('logs in by its token as given, by block and by secretRef', async () => {
    references.set('uid', { token: `${uidToken}\n` })

    expect(await read({ universalIdentityAuth })).toBe('canary-value')
    expect(await read(bySecret('p-uid', 'universal_identity', uidToken))).toBe('canary-value')
    expect(akeyless.calls.count('/uid-rotate-token')).toBe(0)
  })

  test('logs in anew when somebody rotated the token and wrote it into the Secret', async () => {
    references.set('uid', { token: uidToken })
    await read({ universalIdentityAuth })
    uidToken = akeyless.state.universalIdentity({ accessId: 'p-uid' })
    references.set('uid', { token: uidToken })

    expect(await read({ universalIdentityAuth })).toBe('canary-value')
    expect(akeyless.calls.count('/auth')).toBe(2)
  })

  test('with an old token is AuthFailed that says who must write the new one', async () => {
    references.set('uid', { token: `u-${'0'.repeat(32)}` })

    expect(await read({ universalIdentityAuth })).toBe('AuthFailed')
    expect(words()).toContain('whoever rotates it must write the new one into the Secret')
  })

  test.each([
    ['something else', 't-canary-token', /tokenSecretRef: it is not a universal identity token/],
    ['nothing', '', /tokenSecretRef: it is not a universal identity token/],
  ])('with %s in the Secret is InvalidSpec and no call', async (_, token, said) => {
    references.set('uid', { token })

    expect(await read({ universalIdentityAuth })).toBe('InvalidSpec')
    expect(words()).toMatch(said)
    expect(akeyless.calls.count('/auth')).toBe(0)
  })
})

describe('JWT', () => {
  const serviceAccountRef = { name: 'app', audiences: [audience] }
  const good = () => issuer.sign({ sub: 'app', aud: audience })

  test('of a ServiceAccount logs in, by block and by secretRef', async () => {
    expect(await read({ jwtAuth: { accessID: 'p-jwt', serviceAccountRef } })).toBe('canary-value')
    expect(await read({ ...bySecret('p-jwt', 'jwt'), serviceAccountRef })).toBe('canary-value')
  })

  test('of a Secret logs in, by block and by secretRef', async () => {
    references.set('jwt', { token: good() })

    expect(await read({ jwtAuth: { accessID: 'p-jwt', secretRef: { name: 'jwt' } } })).toBe('canary-value')
    expect(await read(bySecret('p-jwt', 'jwt', good()))).toBe('canary-value')
  })

  test('of a ServiceAccount needs an audience, for otherwise it would open the API server', async () => {
    expect(await read({ jwtAuth: { accessID: 'p-jwt', serviceAccountRef: { name: 'app' } } })).toBe(
      'InvalidSpec',
    )
    expect(words()).toContain('without audiences its token would be good for the API server')
    expect(references.tokenRequests).toBe(0)
  })

  test('that has expired is not sent', async () => {
    references.set('jwt', { token: issuer.sign({ aud: audience, exp: 1_700_000_000 }) })

    expect(await read({ jwtAuth: { accessID: 'p-jwt', secretRef: { name: 'jwt' } } })).toBe('AuthFailed')
    expect(words()).toContain('it expired at 2023-11-14T22:13:20.000Z; write a new one there')
    expect(akeyless.calls.count('/auth')).toBe(0)
  })

  test.each([
    ['another audience', { name: 'app', audiences: ['elsewhere'] }],
    ['several, none of them right', { name: 'app', audiences: ['x', 'y'] }],
  ])('for %s is AuthFailed', async (_, ref) => {
    expect(await read({ jwtAuth: { accessID: 'p-jwt', serviceAccountRef: ref } })).toBe('AuthFailed')
    expect(words()).toContain('the JWKS URL of the auth method')
  })

  test.each([[{}], [{ serviceAccountRef, secretRef: { name: 'jwt' } }]])(
    'from %j is InvalidSpec',
    async (auth) => {
      expect(await read({ jwtAuth: { accessID: 'p-jwt', ...auth } })).toBe('InvalidSpec')
    },
  )
})

describe('a certificate', () => {
  const certAuth = {
    accessID: 'p-cert',
    certificateSecretRef: { name: 'tls' },
    privateKeySecretRef: { name: 'tls' },
  }
  const tls = (certificate = pair, key = pair) =>
    references.set('tls', {
      'tls.crt': certificate?.certificatePem ?? '',
      'tls.key': key?.privateKeyPem ?? '',
    })

  test('logs in with its key, from a TLS Secret and as one PEM of secretRef', async () => {
    tls()

    expect(await read({ certAuth })).toBe('canary-value')
    expect(await read(bySecret('p-cert', 'cert', `${pair?.certificatePem}${pair?.privateKeyPem}`))).toBe(
      'canary-value',
    )
  })

  test('that the auth method does not know is AuthFailed', async () => {
    tls(other, other)

    expect(await read({ certAuth })).toBe('AuthFailed')
    expect(words()).toContain('signed by the CA of the auth method')
  })

  test.each([
    [
      'the key of another one',
      () => tls(pair, other),
      /privateKeySecretRef: it is not the key of the certificate/,
    ],
    [
      'no certificate',
      () => references.set('tls', { 'tls.crt': 'x', 'tls.key': pair?.privateKeyPem ?? '' }),
      /certificateSecretRef: it holds no certificate/,
    ],
    [
      'no key',
      () => references.set('tls', { 'tls.crt': pair?.certificatePem ?? '', 'tls.key': 'x' }),
      /privateKeySecretRef: it holds no unencrypted private key/,
    ],
    [
      'a broken certificate',
      () =>
        references.set('tls', {
          'tls.crt': '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----',
          'tls.key': pair?.privateKeyPem ?? '',
        }),
      /cannot be read/,
    ],
  ])('with %s is InvalidSpec and no call', async (_, write, said) => {
    write()

    expect(await read({ certAuth })).toBe('InvalidSpec')
    expect(words()).toMatch(said)
    expect(akeyless.calls.count('/auth')).toBe(0)
  })
})

describe('secretRef', () => {
  test('with access type k8s logs in as the ServiceAccount beside it, never as Keyferry itself', async () => {
    const auth = bySecret('p-k8s', 'k8s', 'prod')

    expect(await read(auth)).toBe('InvalidSpec')
    expect(words()).toContain("the token of Keyferry's own pod is not lent; name a ServiceAccount in ")
    expect(await read({ ...auth, serviceAccountRef: { name: 'app' } })).toBe('AuthFailed')
    expect(words()).toContain('(ServiceAccount shop/app)')
  })

  test('with access type k8s gives no JWT to the public service', async () => {
    const provider = bench.open(
      {
        akeylessGWApiURL: 'https://api.akeyless.io',
        authSecretRef: { ...bySecret('p-k8s', 'k8s', 'prod'), serviceAccountRef: { name: 'app' } },
      },
      references,
    )

    expect(await bench.reasonOf(provider.check(reading()))).toBe('InvalidSpec')
    expect(references.tokenRequests).toBe(0)
  })

  test('with an API key ignores a ServiceAccount beside it, as ESO does', async () => {
    akeyless.state.accessKey({ accessId: 'p-key', accessKey: 'canary-key' })
    akeyless.state.role({ accessId: 'p-key', rules: [{ path: '/*', capabilities: ['read'] }] })

    expect(
      await read({ ...bySecret('p-key', 'api_key', 'canary-key'), serviceAccountRef: { name: 'none' } }),
    ).toBe('canary-value')
  })

  test.each(['access_key', 'k8s', 'jwt', 'cert', 'universal_identity'])(
    'with access type %s and no parameter is InvalidSpec that names the field',
    async (type) => {
      expect(await read(bySecret('p-key', type))).toBe('InvalidSpec')
      expect(words()).toContain('secretRef.accessTypeParam')
    },
  )

  test.each(['saml', '', 'constructor', 'canary-what is this'])(
    'with access type "%s" lists what there is',
    async (type) => {
      expect(await read(bySecret('p-key', type, 'x'))).toBe('InvalidSpec')
      expect(words()).toMatch(
        /accessType: its Secret holds no access type; it takes api_key, .*, universal_identity$/,
      )
    },
  )

  test('is not looked at beside a block, and two blocks are refused', async () => {
    references.set('uid', { token: uidToken })
    const universalIdentityAuth = { accessID: 'p-uid', tokenSecretRef: { name: 'uid' } }

    expect(await read({ ...bySecret('p-none', 'saml'), universalIdentityAuth })).toBe('canary-value')
    expect(await read({ universalIdentityAuth, gcpAuth: { accessID: 'p-gcp' } })).toBe('InvalidSpec')
    expect(words()).toContain('takes one of gcpAuth and universalIdentityAuth, not both')
  })
})

test('tenants with the same access id and another credential share no login', async () => {
  const [one, two] = [new MemoryReferences('one'), new MemoryReferences('two')]
  one.set('uid', { token: uidToken })
  two.set('uid', { token: `u-${'1'.repeat(32)}` })
  const authSecretRef = { universalIdentityAuth: { accessID: 'p-uid', tokenSecretRef: { name: 'uid' } } }

  const reads = [
    await bench.reasonOf(bench.open({ authSecretRef }, one).check(reading())),
    await bench.reasonOf(bench.open({ authSecretRef }, two).check(reading())),
  ]

  expect(reads).toEqual(['ok', 'AuthFailed'])
})
