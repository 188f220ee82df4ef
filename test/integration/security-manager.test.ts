import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { externalSecretKind } from '../../src/api/externalsecret.ts'
import { connect } from '../cluster/client.ts'
import { newNamespace, sharedCluster } from '../cluster/shared.ts'
import { type RecordingGateway, startRecordingGateway } from '../fakes/recording-gateway.ts'
import { eventually } from '../manager/eventually.ts'
import { type ManagerProcess, startManager } from '../manager/manager-process.ts'
import { newRoom, type Room } from '../manager/room.ts'
import { connectionsOf, listeningPortsOf } from '../manager/sockets.ts'
import { newWorld, type World } from '../manager/world.ts'

const cluster = sharedCluster()
const connection = connect(cluster)
let world: World
let room: Room
let gateway: RecordingGateway
let manager: ManagerProcess
let dumps: string

beforeAll(async () => {
  world = await newWorld(cluster)
  room = await newRoom(connection.client, world, 'security')
  gateway = await startRecordingGateway(world.akeyless.url)
  dumps = await mkdtemp(join(tmpdir(), 'keyferry-heap-'))
  manager = await startManager(cluster, {
    token: world.managerToken,
    args: ['--controller-class', world.controllerClass],
    logLevel: 'debug',
    nodeArgs: ['--heapsnapshot-signal=SIGUSR2', `--diagnostic-dir=${dumps}`],
  })
  await room.apply(room.store('akeyless', { akeylessGWApiURL: gateway.url }))
})

afterAll(async () => {
  await manager?.[Symbol.asyncDispose]()
  await gateway?.[Symbol.asyncDispose]()
  await world?.kubectl('delete', 'clustersecretstore', world.namespace, '--ignore-not-found')
  await world?.[Symbol.asyncDispose]()
  await connection[Symbol.asyncDispose]()
  await rm(dumps, { recursive: true, force: true })
})

const kubectl = (...args: readonly string[]) => world.kubectl('-n', room.namespace, ...args)

async function reason(name: string, wanted: string, namespace = room.namespace): Promise<void> {
  const path = `jsonpath={.status.conditions[?(@.type=="Ready")].reason}=${wanted}`
  await world.kubectl('-n', namespace, 'wait', `--for=${path}`, `externalsecret/${name}`, '--timeout=20s')
}

const reading = (name: string, key: string, more: object = {}) =>
  room.externalSecret(name, { data: [{ secretKey: 'a', remoteRef: { key: room.item(key) } }], ...more })

/** Every place in which a person or a machine may look, Secrets by their metadata alone. */
async function everythingShown(): Promise<string> {
  const secrets = JSON.parse(await kubectl('get', 'secrets', '-o', 'json', '--show-managed-fields')) as {
    items: { metadata: object }[]
  }
  return [
    await readFile(manager.logFile, 'utf8'),
    await manager.metricsText(),
    await kubectl(
      'get',
      'events.events.k8s.io,externalsecrets,secretstores',
      '-o',
      'json',
      '--show-managed-fields',
    ),
    ...secrets.items.map((it) => JSON.stringify(it.metadata)),
  ].join('\n')
}

describe('S8, S11: what is sent to a Gateway', () => {
  test('is the JWT of the ServiceAccount that the store names, for 10 minutes, with the audience asked for', async () => {
    world.akeyless.state.secret(room.item('jwt'), { value: 'value' })
    await room.apply(
      room.store('with-audience', {
        akeylessGWApiURL: gateway.url,
        authSecretRef: {
          kubernetesAuth: {
            accessID: 'p-app',
            k8sConfName: 'test',
            serviceAccountRef: { name: 'app', audiences: ['akeyless.example'] },
          },
        },
      }),
      reading('jwt', 'jwt'),
    )
    await reason('jwt', 'Synced')
    const claims = await eventually('a JWT with the audience is sent', () => {
      const all = gateway.requests.flatMap(({ body }) => jwtsIn(body)).map(claimsOf)
      return all.some((it) => it.aud.includes('akeyless.example')) && all
    })

    for (const { sub, exp, iat } of claims) {
      expect(sub).toBe(`system:serviceaccount:${room.namespace}:app`)
      expect(exp - iat).toBe(600)
    }
    expect(new Set(claims.map((it) => it.aud.join(' ')))).toEqual(
      new Set(['akeyless.example', 'https://kubernetes.default.svc.cluster.local']),
    )
  })

  test('is never the operator’s own token, nor an Authorization header', () => {
    const sent = gateway.requests.map((it) => JSON.stringify(it)).join('\n')

    expect(gateway.requests.length).toBeGreaterThan(2)
    expect(sent).not.toContain(world.managerToken)
    expect(gateway.requests.flatMap(({ body }) => jwtsIn(body))).not.toContain(world.managerToken)
    expect(gateway.requests.filter(({ headers }) => headers.authorization !== undefined)).toEqual([])
  })

  test('goes there and to the API server, and nowhere else', async () => {
    const [api, ofGateway] = [new URL(cluster.server).port, gateway.port].map((it) => `127.0.0.1:${it}`)
    const places = await connectionsOf(manager.pid)

    expect(places).toContain(api)
    // An idle connection to a Gateway is closed after a few seconds.
    expect(places.filter((it) => it !== api && it !== ofGateway)).toEqual([])
  })
})

interface Claims {
  readonly sub: string
  readonly exp: number
  readonly iat: number
  readonly aud: readonly string[]
}

/** JWTs as they are, and as Kubernetes auth sends them: in base64. */
function jwtsIn(body: string): readonly string[] {
  const texts = body.match(/[A-Za-z0-9+/_.=-]{100,}/g) ?? []
  const both = texts.flatMap((it) => [it, Buffer.from(it, 'base64').toString()])
  return both.filter((it) => /^eyJ[\w-]+\.eyJ[\w-]+\.[\w-]+$/.test(it))
}

function claimsOf(jwt: string): Claims {
  return JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString()) as Claims
}

describe('S22: names of JavaScript’s own objects', () => {
  test('are keys of a Secret like any other, by extract, template and tags', async () => {
    const value = '{"__proto__":"p","constructor":"c","toString":"t","hasOwnProperty":"h"}'
    world.akeyless.state.secret(room.item('names'), { value, format: 'json' })
    const key = room.item('names')
    await room.apply(
      room.externalSecret('names', { dataFrom: [{ extract: { key } }] }),
      room.externalSecret('names-templated', {
        dataFrom: [{ extract: { key } }],
        target: {
          template: { data: { ['constructor']: '{{ .toString }}', valueOf: 'x{{ index . "__proto__" }}' } },
        },
      }),
      room.externalSecret('names-absent', {
        dataFrom: [{ extract: { key } }],
        target: { template: { data: { a: '{{ .valueOf }}' } } },
      }),
    )
    await reason('names', 'Synced')
    await reason('names-templated', 'Synced')
    await reason('names-absent', 'TemplateFailed')

    expect(JSON.parse(await kubectl('get', 'secret', 'names', '-o', 'jsonpath={.data}'))).toEqual(
      JSON.parse('{"__proto__":"cA==","constructor":"Yw==","toString":"dA==","hasOwnProperty":"aA=="}'),
    )
    expect(await world.secret('names-templated', room.namespace)).toEqual({ constructor: 't', valueOf: 'xp' })
  })
})

describe('S3: a ClusterSecretStore that asks for a label', () => {
  test('serves a namespace no longer than it bears it', async () => {
    const inside = await newNamespace('labelled')
    await world.kubectl('label', 'namespace', inside, `keyferry-test=${world.namespace}`)
    await world.kubectl('-n', inside, 'create', 'serviceaccount', 'app')
    world.akeyless.state.role({
      accessId: 'p-app',
      rules: [{ path: `/${inside}/*`, capabilities: ['read'] }],
    })
    world.akeyless.state.secret(`/${inside}/a`, { value: 'before' })
    const store = room.store(world.namespace, { akeylessGWApiURL: gateway.url }) as { spec: object }
    await world.apply(
      {
        ...store,
        kind: 'ClusterSecretStore',
        metadata: { name: world.namespace },
        spec: {
          ...store.spec,
          conditions: [
            { namespaceSelector: { matchLabels: { 'keyferry-test': world.namespace } } },
            { namespaceRegexes: ['labelled', 'labelled-'] },
          ],
        },
      },
      {
        apiVersion: 'external-secrets.io/v1',
        kind: 'ExternalSecret',
        metadata: { namespace: inside, name: 'flip' },
        spec: {
          refreshInterval: '1h',
          secretStoreRef: { kind: 'ClusterSecretStore', name: world.namespace },
          data: [{ secretKey: 'a', remoteRef: { key: `/${inside}/a` } }],
        },
      },
    )
    await reason('flip', 'Synced', inside)

    await world.kubectl('label', 'namespace', inside, 'keyferry-test-')
    await reason('flip', 'AccessDenied', inside)
    const calls = world.akeyless.calls.all.filter((it) => it.names.includes(`/${inside}/a`)).length
    world.akeyless.state.secret(`/${inside}/a`, { value: 'after' })
    await world.kubectl('-n', inside, 'annotate', 'externalsecret', 'flip', 'force-sync=1')
    await sleep(1000)

    expect(world.akeyless.calls.all.filter((it) => it.names.includes(`/${inside}/a`))).toHaveLength(calls)
    expect(await world.secret('flip', inside)).toEqual({ a: 'before' })
  })
})

describe('S12, S13, S31: nothing that is shown anywhere', () => {
  const id = randomBytes(8).toString('hex')
  const value = `canary-value-${id}`
  const pem = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
    type: 'pkcs8',
    format: 'pem',
  })

  test('holds a value, a key, a body of the provider, or a digest by which a value could be guessed', async () => {
    const { state } = world.akeyless
    state.secret(room.item('value'), { value })
    state.secret(room.item('pem'), { value: String(pem) })
    state.secret(room.item('json'), { value: JSON.stringify({ password: value, key: pem }), format: 'json' })
    for (const it of ['html', 'status', 'raw']) state.secret(room.item(it), { value: 'x' })
    state.fault({ kind: 'status', status: 418, text: `<h1>${value}</h1>`, name: room.item('status') })
    state.fault({ kind: 'raw', body: `{"error":"${value}`, name: room.item('raw') })
    state.fault({ kind: 'raw', body: `{"error":"${value}"}`, status: 403, name: room.item('html') })
    const template = (text: string) => ({ target: { template: { data: { k: text } } } })
    await room.apply(
      reading('value', 'value'),
      reading('pem', 'pem'),
      room.externalSecret('extract', { dataFrom: [{ extract: { key: room.item('json') } }] }),
      reading('status', 'status'),
      reading('raw', 'raw'),
      reading('html', 'html'),
      reading('fails', 'value', template('{{ fail .a }}')),
      reading('decodes', 'value', template('{{ .a | fromJson }}{{ .a | b64dec }}')),
      reading('parses', 'pem', template('{{ pkcs12key .a }}')),
      reading('misread', 'value', {
        data: [{ secretKey: 'a', remoteRef: { key: room.item('value'), property: 'x' } }],
      }),
      room.externalSecret('as-map', { dataFrom: [{ extract: { key: room.item('value') } }] }),
      room.externalSecret('as-base64', {
        data: [{ secretKey: 'a', remoteRef: { key: room.item('value'), decodingStrategy: 'Base64' } }],
      }),
    )
    for (const it of ['value', 'pem', 'extract']) await reason(it, 'Synced')
    for (const it of ['fails', 'decodes', 'parses']) await reason(it, 'TemplateFailed')
    const others = ['status', 'raw', 'html', 'misread', 'as-map', 'as-base64']
    for (const it of others) {
      const conditions = async () =>
        kubectl('get', 'externalsecret', it, '-o', 'jsonpath={.status.conditions}')
      await eventually(`${it} has failed`, async () => /"status":"False"/.test(await conditions()))
    }

    const shown = await everythingShown()
    expect(shown).toContain(room.item('value'))
    const secrets = [
      value,
      ...String(pem)
        .split('\n')
        .filter((it) => it.length > 20 && !it.startsWith('-----')),
    ]
    for (const it of secrets) expect(formsOf(it).filter((form) => shown.includes(form))).toEqual([])
    expect(shown).not.toContain(world.managerToken)
    expect(digestsOf([value, String(pem)]).filter((it) => shown.includes(it))).toEqual([])
    expect(/\bt-[0-9a-f]{16,}|eyJ[\w-]{10,}\.eyJ|PRIVATE KEY/.exec(shown)?.[0]).toBeUndefined()
  })

  test('S14: metrics name ExternalSecrets and stores, and nothing of what they read', async () => {
    const metrics = await manager.metricsText()

    expect(metrics).toContain(`name="value",namespace="${room.namespace}"`)
    for (const it of [room.item(''), 'p-app', gateway.url]) expect(metrics).not.toContain(it)
  })

  test('S41: each login, read and write is one record, with the same fields always', async () => {
    const records = (await manager.logs()).flatMap((it) =>
      it['audit'] === undefined ? [] : [it['audit'] as Readonly<Record<string, unknown>>],
    )
    const known: Readonly<Record<string, readonly string[]>> = {
      login: ['accessId', 'action', 'gateway', 'method', 'onBehalfOf', 'result'],
      find: ['accessId', 'action', 'gateway', 'item', 'onBehalfOf', 'result'],
      read: ['accessId', 'action', 'gateway', 'item', 'onBehalfOf', 'result', 'version'],
    }
    const strange = records.flatMap((record) => {
      const fields = known[String(record['action'])] ?? Object.keys(record)
      return Object.keys(record).filter((it) => !fields.includes(it))
    })
    expect(strange).toEqual([])
    const of = (action: string) => records.filter((it) => it['action'] === action)
    const whom = { kind: 'ExternalSecret', namespace: room.namespace, name: 'value' }

    expect(new Set(records.map((it) => it['action']))).toEqual(new Set(['login', 'read', 'write']))
    expect(of('read')).toContainEqual(
      expect.objectContaining({
        onBehalfOf: expect.objectContaining(whom) as unknown,
        item: room.item('value'),
        accessId: 'p-app',
        result: 'ok',
      }),
    )
    expect(of('login').every((it) => typeof it['result'] === 'string' && it['accessId'] === 'p-app')).toBe(
      true,
    )
    expect(of('write').map((it) => it['secret'])).toContain(`${room.namespace}/value`)
  })
})

/** A text as it may be shown: in base64 at its three places, in hexadecimal, escaped for a URL. */
function formsOf(text: string): string[] {
  const base64 = ['', 'x', 'xx'].map((it) =>
    Buffer.from(it + text)
      .toString('base64')
      .slice(4, -4),
  )
  return [text, ...base64, Buffer.from(text).toString('hex'), encodeURIComponent(text)]
}

/** Every plain digest of these, of their base64 and of them with a newline; the first 16 digits are enough to guess. */
function digestsOf(texts: readonly string[]): string[] {
  const variants = texts.flatMap((it) => [
    it,
    Buffer.from(it).toString('base64'),
    `${it}\n`,
    JSON.stringify(it),
  ])
  const algorithms = ['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512', 'sha3-224', 'sha3-256']
  return variants.flatMap((text) =>
    algorithms.flatMap((algorithm) => {
      const digest = createHash(algorithm).update(text).digest()
      return [
        digest.toString('hex').slice(0, 16),
        digest.toString('base64url').slice(0, 16),
        digest.toString('base64').slice(0, 16),
      ]
    }),
  )
}

describe('S30: the process', () => {
  test('opens no inspector when somebody sends it SIGUSR1', async () => {
    const before = await listeningPortsOf(manager.pid)

    manager.signal('SIGUSR1')
    await sleep(500)

    expect(manager.isRunning()).toBe(true)
    expect(await listeningPortsOf(manager.pid)).toEqual(before)
    expect(before).toHaveLength(2)
    expect(await readFile(manager.logFile, 'utf8')).not.toContain('Debugger listening')
  })

  test('holds no value after the sync that wrote it: 10 refreshes leave as few as 60', {
    timeout: 120_000,
  }, async () => {
    await room.apply(reading('heap', 'heap-0', { refreshInterval: '0' }))
    const held: number[] = []
    let turn = 0

    for (const refreshes of [10, 60]) {
      for (; turn < refreshes; turn++) await refreshTo(turn)
      held.push((await canariesInHeap()).size)
    }
    console.log(JSON.stringify({ valuesHeldAfter10And60Refreshes: held }))

    // The last one may still be in an answer that nobody has collected.
    expect(Math.max(...held)).toBeLessThanOrEqual(3)
  })
})

const heapValue = (turn: number) => `canary-heap-${turn}-${'z'.repeat(24)}`

/** Has the ExternalSecret read an item that holds a value of its own. */
async function refreshTo(turn: number): Promise<void> {
  world.akeyless.state.secret(room.item(`heap-${turn}`), { value: heapValue(turn) })
  const data = [{ secretKey: 'a', remoteRef: { key: room.item(`heap-${turn}`) } }]
  await room.patch(externalSecretKind, 'heap', { spec: { data } })
  await eventually(`refresh ${turn}`, () => room.isSynced('heap'))
}

/** The values of this test that a heap snapshot holds, as text or in base64. */
async function canariesInHeap(): Promise<ReadonlySet<string>> {
  const known = new Set(await readdir(dumps))
  manager.signal('SIGUSR2')
  const file = await eventually(
    'a heap snapshot is written',
    async () => {
      const name = (await readdir(dumps)).find((it) => !known.has(it) && it.endsWith('.heapsnapshot'))
      if (name === undefined) return undefined
      const text = await readFile(join(dumps, name), 'utf8')
      return text.trimEnd().endsWith('}') ? text : undefined
    },
    30_000,
  )
  if (!file.includes(room.item('heap-'))) throw new Error('the snapshot holds no strings')
  const base64 = [...Array(60).keys()].filter((it) =>
    file.includes(Buffer.from(heapValue(it)).toString('base64').slice(0, -4)),
  )
  return new Set([...(file.match(/canary-heap-\d+-z/g) ?? []), ...base64.map((it) => `canary-heap-${it}-z`)])
}
