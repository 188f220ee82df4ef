import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sharedCluster } from '../cluster/shared.ts'
import { eventually } from '../manager/eventually.ts'
import type { ManagerProcess } from '../manager/manager-process.ts'
import { newServedWorld, type ServedWorld } from '../manager/served-world.ts'
import type { World } from '../manager/world.ts'

const exec = promisify(execFile)
const cluster = sharedCluster()
let scene: ServedWorld
let world: World
let manager: ManagerProcess
let directory: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'keyferry-template-'))
  scene = await newServedWorld(cluster)
  world = scene.world
  manager = scene.manager
})

afterAll(async () => {
  await scene?.[Symbol.asyncDispose]()
  await rm(directory, { recursive: true, force: true })
})

const run = (...args: string[]) => world.kubectl('-n', world.namespace, ...args)
const openssl = async (...args: string[]) => (await exec('openssl', args, { cwd: directory })).stdout
const meta = (name: string) => ({ namespace: world.namespace, name })
const configMap = (name: string, data: object) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: meta(name),
  data,
})

/** An ExternalSecret with a store of its own that holds these values, and a template. */
function templated(name: string, values: Record<string, string>, template: object, spec: object = {}) {
  const items = Object.entries(values).map(([key, value]) => ({ key: `/${key}`, value }))
  const store = { controller: world.controllerClass, provider: { fake: { data: items } } }
  const data = Object.keys(values).map((key) => ({ secretKey: key, remoteRef: { key: `/${key}` } }))
  return [
    { apiVersion: 'external-secrets.io/v1', kind: 'SecretStore', metadata: meta(name), spec: store },
    world.externalSecret(name, { data, target: { template }, ...spec }, { name }),
  ]
}

interface Secret {
  readonly type: string
  readonly metadata: Record<'labels' | 'annotations', Record<string, string>> & {
    readonly finalizers?: string[]
  }
}

const secretObject = async (name: string) => (await world.get('secret', name)) as unknown as Secret

async function synced(...args: Parameters<typeof templated>) {
  await world.apply(...templated(...args))
  await world.reason('externalsecret', args[0], 'Synced')
  return { ...(await secretObject(args[0])), data: (await world.secret(args[0])) ?? {} }
}

async function failing(name: string, reason: string): Promise<string> {
  const seen = await world.reason('externalsecret', name, reason, 'Stalled')
  return seen.status?.conditions?.find((it) => it.type === 'Stalled')?.message ?? ''
}

describe('a recipe becomes a Secret of its type', () => {
  test.each([
    ['rsa', ['-newkey', 'rsa:2048'], []],
    ['ec', ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'], []],
    ['legacy', ['-newkey', 'rsa:2048'], ['-legacy']],
  ])('kubernetes.io/tls from PKCS#12 (%s), which openssl takes', async (kind, newKey, how) => {
    const files = { key: `${kind}.key`, crt: `${kind}.crt`, p12: `${kind}.p12` }
    await openssl(
      'req',
      '-x509',
      ...newKey,
      '-nodes',
      '-subj',
      '/CN=shop',
      '-keyout',
      files.key,
      '-out',
      files.crt,
    )
    await openssl(
      'pkcs12',
      '-export',
      ...how,
      '-inkey',
      files.key,
      '-in',
      files.crt,
      '-passout',
      'pass:secret',
      '-out',
      files.p12,
    )
    const p12 = (await readFile(join(directory, files.p12))).toString('base64')

    const { type, data } = await synced(
      `tls-${kind}`,
      { p12, pass: 'secret' },
      {
        type: 'kubernetes.io/tls',
        data: {
          'tls.crt': '{{ .p12 | b64dec | pkcs12certPass .pass }}',
          'tls.key': '{{ .p12 | b64dec | pkcs12keyPass .pass }}',
        },
      },
    )

    expect(type).toBe('kubernetes.io/tls')
    await writeFile(join(directory, 'out.crt'), data['tls.crt'] ?? '')
    await writeFile(join(directory, 'out.key'), data['tls.key'] ?? '')
    const fromCertificate = await openssl('x509', '-in', 'out.crt', '-noout', '-pubkey')
    expect(await openssl('pkey', '-in', 'out.key', '-pubout')).toBe(fromCertificate)
  })

  test('kubernetes.io/dockerconfigjson', async () => {
    const config =
      '{"auths":{"{{ .host }}":{"username":"{{ .user }}","password":"{{ .pass }}","auth":"{{ printf "%s:%s" .user .pass | b64enc }}"}}}'
    const { type, data } = await synced(
      'docker',
      { host: 'registry.example.com', user: 'anna', pass: 'p4ss' },
      { type: 'kubernetes.io/dockerconfigjson', data: { '.dockerconfigjson': config } },
    )

    expect(type).toBe('kubernetes.io/dockerconfigjson')
    expect(JSON.parse(data['.dockerconfigjson'] ?? '')).toEqual({
      auths: { 'registry.example.com': { username: 'anna', password: 'p4ss', auth: 'YW5uYTpwNHNz' } },
    })
  })

  test('kubernetes.io/basic-auth', async () => {
    const template = {
      type: 'kubernetes.io/basic-auth',
      data: { username: '{{ .u }}', password: '{{ .p }}' },
    }

    expect(await synced('basic', { u: 'anna', p: 'p4ss' }, template)).toMatchObject({
      type: 'kubernetes.io/basic-auth',
      data: { username: 'anna', password: 'p4ss' },
    })
  })

  test('kubernetes.io/ssh-auth', async () => {
    const template = { type: 'kubernetes.io/ssh-auth', data: { 'ssh-privatekey': '{{ .key }}' } }

    expect(await synced('ssh', { key: 'PEM\n' }, template)).toMatchObject({
      type: 'kubernetes.io/ssh-auth',
      data: { 'ssh-privatekey': 'PEM\n' },
    })
  })

  test('Opaque, with a connection string, marks and all kinds of sources', async () => {
    await world.apply(
      configMap('sources', {
        url: 'pg://{{ .u }}:{{ .p | urlquery }}@db/shop',
        more: 'a: "{{ .u }}"\nport: 5432\n',
      }),
    )
    const { type, data, metadata } = await synced(
      'opaque',
      { u: 'anna', p: 'p@ss' },
      {
        mergePolicy: 'Merge',
        metadata: { labels: { team: '{{ .u }}' }, annotations: { note: '{{ .u | upper }}!' } },
        templateFrom: [
          {
            configMap: {
              name: 'sources',
              items: [{ key: 'url' }, { key: 'more', templateAs: 'KeysAndValues' }],
            },
          },
          { literal: 'bin: {{ "\\xff\\x00" | b64enc }}', valuesDecodingStrategy: 'Base64' },
        ],
        data: { a: 'last word' },
      },
    )

    expect(type).toBe('Opaque')
    expect(data).toMatchObject({ u: 'anna', url: 'pg://anna:p%40ss@db/shop', a: 'last word', port: '5432' })
    expect(metadata).toMatchObject({ labels: { team: 'anna' }, annotations: { note: 'ANNA!' } })
    expect(await run('get', 'secret', 'opaque', '-o', 'jsonpath={.data.bin}')).toBe('/wA=')
  })
})

describe('a template that breaks', () => {
  test('keeps the last good Secret and says where', async () => {
    await synced('breaks', { p: 'canary-value' }, { data: { url: 'x://{{ .p }}' } })

    await world.apply(
      ...templated('breaks', { p: 'canary-value' }, { data: { url: '{{ .p }}\n{{ .p | fromJson }}' } }),
    )
    const message = await failing('breaks', 'TemplateFailed')

    expect(message).toMatch(/^Cannot render spec\.target\.template\.data\["url"\], line 2, column \d+: /)
    expect(message).not.toContain('canary-value')
    expect(await world.secret('breaks')).toEqual({ url: 'x://canary-value' })
    expect(JSON.stringify(await manager.logs())).not.toContain('canary-value')
  })

  test('gives what ESO gives where the ExternalSecret asks for it', async () => {
    await world.apply(...templated('compat', { p: 'x!' }, { data: { a: '{{ .p | b64dec }}' } }))
    await failing('compat', 'TemplateFailed')

    await run('annotate', 'externalsecret', 'compat', 'keyferry.io/template-compat=eso')

    await world.reason('externalsecret', 'compat', 'Synced')
    expect((await world.secret('compat'))?.['a']).toContain('illegal base64')
  })
})

describe('templates in other objects', () => {
  test('are rendered anew when they change, though nothing else did', async () => {
    await world.apply(configMap('changing', { a: 'one {{ .p }}' }))
    const templateFrom = [{ configMap: { name: 'changing', items: [{ key: 'a' }] } }]
    await synced('changed', { p: 'x' }, { templateFrom }, { refreshInterval: '0' })

    await world.apply(configMap('changing', { a: 'two {{ .p }}' }))

    await eventually(
      'the new template is rendered',
      async () => (await world.secret('changed'))?.['a'] === 'two x',
    )
  })

  test('that are missing are waited for', async () => {
    const templateFrom = [{ secret: { name: 'later', items: [{ key: 'a' }] } }]
    await world.apply(...templated('waits', { p: 'x' }, { templateFrom }))
    expect(await failing('waits', 'NotFound')).toContain('there is no Secret')

    await run('create', 'secret', 'generic', 'later', '--from-literal=a={{ .p }}y')

    await eventually('it is rendered', async () => (await world.secret('waits'))?.['a'] === 'xy')
  })
})

describe('the type of a Secret', () => {
  const basic = { data: { username: 'u', password: '{{ .p }}' } }

  test('that exists with another one cannot change: the last good Secret stays', async () => {
    await synced('retyped', { p: 'x' }, basic)

    await world.apply(
      ...templated(
        'retyped',
        { p: 'x' },
        { type: 'kubernetes.io/basic-auth', data: { ...basic.data, username: 'new' } },
      ),
    )

    expect(await failing('retyped', 'TargetImmutable')).toContain('delete it to have it made anew')
    expect(await world.secret('retyped')).toEqual({ username: 'u', password: 'x' })
    await run('delete', 'secret', 'retyped')
    await eventually(
      'it is made anew',
      async () => (await secretObject('retyped')).type === 'kubernetes.io/basic-auth',
    )
  })

  test('stays when the template names none any more', async () => {
    await synced('untyped', { p: 'x' }, { ...basic, type: 'kubernetes.io/basic-auth' })

    await world.apply(...templated('untyped', { p: 'y' }, basic))

    await eventually('the value is new', async () => (await world.secret('untyped'))?.['password'] === 'y')
    expect((await secretObject('untyped')).type).toBe('kubernetes.io/basic-auth')
  })

  test('that asks for keys which are not there says so', async () => {
    await world.apply(
      ...templated('keyless', { p: 'x' }, { type: 'kubernetes.io/tls', data: { a: '{{ .p }}' } }),
    )

    expect(await failing('keyless', 'TargetRejected')).toContain('data[tls.crt]')
  })
})

test('finalizers are put on, and never taken off', async () => {
  const finalizers = (...names: string[]) => ({ metadata: { finalizers: names }, data: { a: '{{ .p }}' } })
  const { metadata } = await synced('final', { p: 'x' }, finalizers('example.com/one'))
  expect(metadata.finalizers).toEqual(['example.com/one'])

  await world.apply(...templated('final', { p: 'y' }, finalizers('example.com/two')))
  await eventually(
    'the second one is there',
    async () => (await secretObject('final')).metadata.finalizers?.length === 2,
  )

  expect((await secretObject('final')).metadata.finalizers).toEqual(['example.com/one', 'example.com/two'])
  await run('patch', 'secret', 'final', '--type=merge', '-p', '{"metadata":{"finalizers":null}}')
})

describe('S19: a ServiceAccount token cannot be had through a template', () => {
  const name = 'kubernetes.io/service-account.name'
  const type = 'kubernetes.io/service-account-token'

  test.each([
    ['type', { type, data: { a: 'x' } }, 'InvalidSpec'],
    ['annotation', { metadata: { annotations: { [name]: 'default' } } }, 'TemplateFailed'],
    [
      'rendered',
      { templateFrom: [{ literal: `"{{ .n }}": default`, target: 'Annotations' }] },
      'TemplateFailed',
    ],
  ])('by its %s', async (how, template, reason) => {
    await world.apply(...templated(`token-${how}`, { n: name }, template))

    await failing(`token-${how}`, reason)
    expect(await world.secret(`token-${how}`)).toBeUndefined()
  })

  test('by an existing Secret of that type', async () => {
    const metadata = { ...meta('token-taken'), annotations: { [name]: 'default' } }
    await world.apply({ apiVersion: 'v1', kind: 'Secret', metadata, type })
    await world.apply(...templated('token-taken', { n: 'x' }, { data: { a: 'x' } }))

    await failing('token-taken', 'TargetConflict')
    expect(await world.secret('token-taken')).not.toHaveProperty('a')
  })
})

test('keys of a provider get their names from a template', async () => {
  const values = { json: '{"user name":"anna","pass":"p"}' }
  const [store, secret] = templated('renamed', values, {})
  const transform = { template: '{{ .value | replace " " "_" | upper }}' }
  const dataFrom = [{ extract: { key: '/json' }, rewrite: [{ transform }] }]
  await world.apply({ ...store }, world.externalSecret('renamed', { dataFrom }, { name: 'renamed' }))
  expect(secret).toBeDefined()

  await world.reason('externalsecret', 'renamed', 'Synced')
  expect(await world.secret('renamed')).toEqual({ USER_NAME: 'anna', PASS: 'p' })
})
