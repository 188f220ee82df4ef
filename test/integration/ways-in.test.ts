import { createPublicKey, type JsonWebKey, randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newNamespace, sharedCluster } from '../cluster/shared.ts'
import {
  type CloudWorld,
  clientId,
  objectId,
  otherClientId,
  roleArn,
  startCloudWorld,
  tenantId,
} from '../contract/cloud-world.ts'
import { selfSigned } from '../fakes/akeyless/certificates.ts'
import { requestsOf } from '../manager/audit-log.ts'
import { type ManagerProcess, startManager } from '../manager/manager-process.ts'
import { newWorld, type World } from '../manager/world.ts'

const cluster = sharedCluster()
const entry = join(import.meta.dirname, '../manager/cloud-manager-process.ts')
const audience = 'https://akeyless.test'
const azureAnnotations = {
  'azure.workload.identity/client-id': clientId,
  'azure.workload.identity/tenant-id': tenantId,
}
const roleAnnotation = { 'eks.amazonaws.com/role-arn': roleArn }
const canary = (name: string) => `canary-${name}-${randomBytes(12).toString('hex')}`
const value = canary('value')
const awsUser = {
  accessKeyId: 'AKIAINTEGRATION00001',
  secretAccessKey: canary('aws-secret'),
  arn: 'arn:aws:iam::123456789012:user/app',
}

let world: World
let clouds: CloudWorld
let manager: ManagerProcess
let issuer: string

beforeAll(async () => {
  world = await newWorld(cluster)
  const keys = JSON.parse(await world.kubectl('get', '--raw', '/openid/v1/jwks')) as { keys: JsonWebKey[] }
  const config = JSON.parse(await world.kubectl('get', '--raw', '/.well-known/openid-configuration'))
  issuer = (config as { issuer: string }).issuer
  clouds = await startCloudWorld(new Map([[issuer, keys.keys]]))
  clouds.metadata.aws = { role: 'node', keys: { ...awsUser, sessionToken: canary('aws-session') } }
  await seed(keys.keys)
  const env = { KEYFERRY_TEST_CLOUDS: JSON.stringify(placesOf(clouds)) }
  const args = ['--controller-class', world.controllerClass, '--allow-ambient-cloud-identity']
  manager = await startManager(cluster, { token: world.managerToken, args, entry, env })
})

afterAll(async () => {
  await world.kubectl('delete', 'clustersecretstore', '-l', `world=${world.namespace}`, '--ignore-not-found')
  await manager?.[Symbol.asyncDispose]()
  await world?.[Symbol.asyncDispose]()
  await clouds?.[Symbol.asyncDispose]()
})

function placesOf({ sts, entra, metadata, caPem }: CloudWorld): object {
  return { sts: sts.url, entra: entra.url, metadata: metadata.url, caPem }
}

const item = () => `/${world.namespace}/value`
const run = (...args: string[]) => world.kubectl('-n', world.namespace, ...args)
const subjectOf = (name: string, namespace = world.namespace) => `system:serviceaccount:${namespace}:${name}`

/** What Akeyless, AWS and Entra know of this cluster, and the Secrets and ServiceAccounts that stores name. */
async function seed([key]: readonly JsonWebKey[]): Promise<void> {
  const { state } = world.akeyless
  clouds.seed(state, `/${world.namespace}/*`)
  clouds.sts.role({ arn: roleArn, subject: subjectOf('aws') })
  clouds.sts.principal(awsUser)
  clouds.entra.client({ tenantId, clientId, federated: [{ issuer, subject: subjectOf('azure') }] })
  state.secret(item(), { value })
  const pem = createPublicKey({ key: key ?? {}, format: 'jwk' }).export({ type: 'spki', format: 'pem' })
  state.jwtAuth({ accessId: 'p-jwt', publicKeyPem: String(pem), issuer, audience })
  const pair = await selfSigned('app')
  state.authMethod({
    type: 'cert',
    accessId: 'p-cert',
    caPem: pair.certificatePem,
    boundCommonNames: ['app'],
  })
  const uid = state.universalIdentity({ accessId: 'p-uid' })
  for (const accessId of ['p-jwt', 'p-cert', 'p-uid'])
    state.role({ accessId, rules: [{ path: `/${world.namespace}/*`, capabilities: ['read', 'list'] }] })
  await world.apply(
    account('azure', azureAnnotations),
    account('azure-stranger', azureAnnotations),
    account('azure-bare'),
    account('aws', roleAnnotation),
    account('aws-stranger', roleAnnotation),
    secret('uid', { token: uid }),
    secret('cert', { 'tls.crt': pair.certificatePem, 'tls.key': pair.privateKeyPem }),
    secret('aws-keys', { id: awsUser.accessKeyId, secret: awsUser.secretAccessKey, wrong: canary('wrong') }),
    secret('login-azure', { id: 'p-azure', type: 'azure_ad', param: '' }),
    secret('login-k8s', { id: 'p-app', type: 'k8s', param: 'test' }),
    secret('login-gcp', { id: 'p-gcp', type: 'gcp', param: 'akeyless.io' }),
  )
}

function account(name: string, annotations: object = {}): object {
  return {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { namespace: world.namespace, name, annotations },
  }
}

function secret(name: string, stringData: Readonly<Record<string, string>>): object {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { namespace: world.namespace, name }, stringData }
}

/** ESO's three selectors, on a Secret `login-...`. */
function login(name: string): object {
  const at = (key: string) => ({ name: `login-${name}`, namespace: world.namespace, key })
  return { accessID: at('id'), accessType: at('type'), accessTypeParam: at('param') }
}

function clusterStore(name: string, authSecretRef: object): object {
  const akeyless = { akeylessGWApiURL: world.akeyless.url, authSecretRef }
  return {
    apiVersion: 'external-secrets.io/v1',
    kind: 'ClusterSecretStore',
    metadata: { name: clusterName(name), labels: { world: world.namespace } },
    spec: { controller: world.controllerClass, provider: { akeyless } },
  }
}

const clusterName = (name: string) => `${world.namespace}-${name}`
const reads = () => ({ data: [{ secretKey: 'value', remoteRef: { key: item() } }] })
const keysOf = (secretKey: string) => ({
  accessKeyID: { name: 'aws-keys', key: 'id' },
  secretAccessKey: { name: 'aws-keys', key: secretKey },
})

describe('a SecretStore is Valid and an ExternalSecret in sync', () => {
  test.each([
    [
      'universal-identity',
      () => ({ universalIdentityAuth: { accessID: 'p-uid', tokenSecretRef: { name: 'uid' } } }),
    ],
    [
      'jwt',
      () => ({ jwtAuth: { accessID: 'p-jwt', serviceAccountRef: { name: 'app', audiences: [audience] } } }),
    ],
    [
      'certificate',
      () => ({
        certAuth: {
          accessID: 'p-cert',
          certificateSecretRef: { name: 'cert' },
          privateKeySecretRef: { name: 'cert' },
        },
      }),
    ],
    ['azure', () => ({ azureAuth: { accessID: 'p-azure', serviceAccountRef: { name: 'azure' } } })],
    ['azure-as-in-eso', () => ({ secretRef: login('azure'), serviceAccountRef: { name: 'azure' } })],
    ['aws-role', () => ({ awsAuth: { accessID: 'p-aws', serviceAccountRef: { name: 'aws' } } })],
    ['aws-static', () => ({ awsAuth: { accessID: 'p-aws', secretRef: keysOf('secret') } })],
    ['k8s-by-secrets', () => ({ secretRef: login('k8s'), serviceAccountRef: { name: 'app' } })],
  ])('by %s', async (name, auth) => {
    await world.apply(
      world.store(name, { authSecretRef: auth() }),
      world.externalSecret(name, reads(), { name }),
    )

    await world.reason('secretstore', name, 'Valid')
    await world.reason('externalsecret', name, 'Synced')
    expect(await world.secret(name)).toEqual({ value })
  })
})

describe('a ClusterSecretStore may use the identity of the pod or node', () => {
  test.each([
    ['ambient-azure', () => ({ azureAuth: { accessID: 'p-azure', objectID: objectId } })],
    ['ambient-gcp', () => ({ gcpAuth: { accessID: 'p-gcp' } })],
    ['ambient-gcp-as-in-eso', () => ({ secretRef: login('gcp') })],
    ['ambient-aws', () => ({ awsAuth: { accessID: 'p-aws' } })],
  ])('by %s', async (name, auth) => {
    clouds.sts.principal({ ...awsUser, sessionToken: clouds.metadata.aws?.keys.sessionToken ?? '' })
    const store = { kind: 'ClusterSecretStore', name: clusterName(name) }
    await world.apply(clusterStore(name, auth()), world.externalSecret(name, reads(), store))

    await world.reason('clustersecretstore', clusterName(name), 'Valid')
    await world.reason('externalsecret', name, 'Synced')
    expect(await world.secret(name)).toEqual({ value })
  })

  test('and a SecretStore may not', async () => {
    await world.apply(world.store('no-ambient', { authSecretRef: { gcpAuth: { accessID: 'p-gcp' } } }))

    const { status } = await world.reason('secretstore', 'no-ambient', 'InvalidSpec')
    expect(JSON.stringify(status)).toContain('which only a ClusterSecretStore may use')
  })
})

describe('a failure tells its leg', () => {
  test.each([
    [
      'entra',
      'AuthFailed',
      /at Entra .*\(AADSTS700213\); .* as its subject/,
      () => ({ azureAuth: { accessID: 'p-azure', serviceAccountRef: { name: 'azure-stranger' } } }),
    ],
    [
      'sts',
      'AuthFailed',
      /at STS .*AccessDenied: the trust policy/,
      () => ({ awsAuth: { accessID: 'p-aws', serviceAccountRef: { name: 'aws-stranger' } } }),
    ],
    [
      'signature',
      'AuthFailed',
      /Cannot log in as access id "p-aws" \(AWS access key\) at gateway/,
      () => ({ awsAuth: { accessID: 'p-aws', secretRef: keysOf('wrong') } }),
    ],
    [
      'annotation',
      'InvalidSpec',
      /azure-bare .*has no annotation azure\.workload\.identity\/tenant-id/,
      () => ({ azureAuth: { accessID: 'p-azure', serviceAccountRef: { name: 'azure-bare' } } }),
    ],
    [
      'account',
      'NotFound',
      /there is no ServiceAccount .*\/nobody/,
      () => ({ azureAuth: { accessID: 'p-azure', serviceAccountRef: { name: 'nobody' } } }),
    ],
    [
      'jwt',
      'AuthFailed',
      /the JWKS URL of the auth method/,
      () => ({
        jwtAuth: { accessID: 'p-jwt', serviceAccountRef: { name: 'app', audiences: ['elsewhere'] } },
      }),
    ],
  ] as const)('%s: %s', async (leg, reason, words, auth) => {
    await world.apply(world.store(`fails-${leg}`, { authSecretRef: auth() }))

    const { status } = await world.reason('secretstore', `fails-${leg}`, reason)
    expect(status?.conditions?.find((it) => it.type === 'Ready')?.message).toMatch(words)
  })

  test('of the metadata endpoint, and heals when that answers', async () => {
    const { google } = clouds.metadata
    clouds.metadata.google = undefined
    const auth = { gcpAuth: { accessID: 'p-gcp', audience: 'another' } }
    await world.apply(clusterStore('fails-metadata', auth))

    const { status } = await world.reason('clustersecretstore', clusterName('fails-metadata'), 'AuthFailed')
    clouds.metadata.google = google
    expect(JSON.stringify(status)).toContain('from the Google metadata server: status is 404')
  })
})

test('an annotation that is written later wakes the store', async () => {
  await world.apply(account('aws-later'))
  await world.apply(
    world.store('later', {
      authSecretRef: { awsAuth: { accessID: 'p-aws', serviceAccountRef: { name: 'aws-later' } } },
    }),
  )
  await world.reason('secretstore', 'later', 'InvalidSpec')
  const later = 'arn:aws:iam::123456789012:role/shop/later'
  clouds.sts.role({ arn: later, subject: subjectOf('aws-later') })

  await run('annotate', 'serviceaccount', 'aws-later', `eks.amazonaws.com/role-arn=${later}`)

  await world.reason('secretstore', 'later', 'AuthFailed')
  // The annotation wakes the store at once, which then must find the role.
  clouds.sts.role({ arn: roleArn, subject: subjectOf('aws-later') })
  await run('annotate', '--overwrite', 'serviceaccount', 'aws-later', `eks.amazonaws.com/role-arn=${roleArn}`)
  await world.reason('secretstore', 'later', 'Valid', 'Ready', 30_000)
  clouds.sts.role({ arn: roleArn, subject: subjectOf('aws') })
})

test('two namespaces with a ServiceAccount of one name share neither token nor login through one store', async () => {
  const [one, two] = [await newNamespace('azure-one'), await newNamespace('azure-two')]
  clouds.entra.client({
    tenantId,
    clientId: otherClientId,
    federated: [{ issuer, subject: subjectOf('reader', one) }],
  })
  const azureAuth = {
    accessID: 'p-azure',
    clientID: otherClientId,
    tenantID: tenantId,
    serviceAccountRef: { name: 'reader' },
  }
  await world.apply(clusterStore('referent', { azureAuth }))
  await world.reason('clustersecretstore', clusterName('referent'), 'ReferentIdentity')
  for (const namespace of [one, two]) {
    await world.kubectl('-n', namespace, 'create', 'serviceaccount', 'reader')
    const object = world.externalSecret('own', reads(), {
      kind: 'ClusterSecretStore',
      name: clusterName('referent'),
    })
    await world.apply({ ...object, metadata: { namespace, name: 'own' } })
  }
  const until = async (namespace: string, reason: string) => {
    const path = `jsonpath={.status.conditions[?(@.type=="Ready")].reason}=${reason}`
    await world.kubectl('-n', namespace, 'wait', `--for=${path}`, 'externalsecret/own', '--timeout=20s')
  }
  await until(one, 'Synced')
  await until(two, 'AuthFailed')

  expect(await world.secret('own', one)).toEqual({ value })
  expect(await world.secret('own', two)).toBeUndefined()
})

test('no credential of any leg is shown anywhere', async () => {
  const shown = {
    log: await readFile(manager.logFile, 'utf8'),
    metrics: await manager.metricsText(),
    Events: await run('get', 'events.events.k8s.io', '-o', 'yaml'),
    stores: await run('get', 'secretstores,externalsecrets', '-o', 'yaml'),
    clusterStores: await world.kubectl(
      'get',
      'clustersecretstores',
      '-l',
      `world=${world.namespace}`,
      '-o',
      'yaml',
    ),
  }
  for (const [place, text] of Object.entries(shown)) {
    for (const pattern of [
      /canary-/,
      /eyJ[\w-]{10,}\.eyJ/,
      /\b[tu]-[0-9a-f]{16,}/,
      /X-Amz-Signature|Signature=/,
      /PRIVATE KEY/,
    ])
      expect(pattern.exec(text)?.[0], `${place} shows ${pattern}`).toBeUndefined()
    const encoded = Buffer.from('canary-').toString('base64').slice(0, 9)
    if (text.includes(encoded)) throw new Error(`${place} shows a credential in base64`)
  }
})

test('tokens are requested for the ServiceAccounts that stores name, and for no other', async () => {
  const requests = await requestsOf(cluster, `${world.namespace}:keyferry`)
  const asked = requests.filter((it) => it.resource === 'serviceaccounts/token').map((it) => it.name)

  expect(new Set(asked)).toEqual(
    new Set(['app', 'azure', 'azure-stranger', 'aws', 'aws-stranger', 'aws-later', 'reader']),
  )
})

test('logins are on record with their method', async () => {
  const records = (await manager.logs()).flatMap((it) => (it['audit'] === undefined ? [] : [it['audit']]))
  const good = records.filter(
    (it) => typeof it === 'object' && it !== null && 'result' in it && it.result === 'ok',
  )
  const methods = new Set(
    good.flatMap((it) => (typeof it === 'object' && it !== null && 'method' in it ? [it.method] : [])),
  )

  expect(methods).toEqual(new Set(['universal_identity', 'jwt', 'cert', 'azure_ad', 'aws_iam', 'gcp', 'k8s']))
})
