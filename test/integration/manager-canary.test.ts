import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sharedCluster } from '../cluster/shared.ts'
import type { ManagerProcess } from '../manager/manager-process.ts'
import { newServedWorld, type ServedWorld } from '../manager/served-world.ts'
import type { World } from '../manager/world.ts'

const cluster = sharedCluster()
let scene: ServedWorld
let world: World
let manager: ManagerProcess

beforeAll(async () => {
  scene = await newServedWorld(cluster, { logLevel: 'debug' })
  world = scene.world
  manager = scene.manager
})

afterAll(() => scene?.[Symbol.asyncDispose]())

/** Every place in which a person or a machine may look. */
async function everythingShown(): Promise<Record<string, string>> {
  const run = (...args: string[]) => world.kubectl('-n', world.namespace, ...args)
  return {
    log: await readFile(manager.logFile, 'utf8'),
    metrics: await manager.metricsText(),
    Events: await run('get', 'events.events.k8s.io', '-o', 'yaml'),
    ExternalSecrets: await run('get', 'externalsecrets', '-o', 'yaml'),
    stores: await run('get', 'secretstores', '-o', 'yaml'),
  }
}

test('no value, key, token or JWT is shown anywhere, whatever goes well or wrong', async () => {
  const canary = (name: string) => `canary-${name}-${randomBytes(12).toString('hex')}`
  const canaries = [
    canary('value'),
    canary('field'),
    canary('key'),
    canary('body'),
    canary('rotated'),
  ] as const
  const [value, field, accessKey, body, rotated] = canaries
  const { state } = world.akeyless
  const item = (name: string) => `/${world.namespace}/${name}`
  state.secret(item('plain'), { value })
  state.secret(item('json'), { value: JSON.stringify({ field, broken: body }), format: 'json' })
  state.secret(item('not-json'), { value: `{"${body}": ` })
  state.rotated(item('rotated'), { username: 'u', password: rotated })
  state.accessKey({ accessId: 'p-key', accessKey })
  state.role({ accessId: 'p-key', rules: [{ path: `/${world.namespace}/*`, capabilities: ['read'] }] })
  state.fault({ kind: 'status', status: 500, text: body, name: item('failing') })
  const key = (name: string, literal: string) => ({
    name: 'key',
    key: literal,
    ...(name === '' ? {} : { namespace: name }),
  })
  await world.kubectl(
    '-n',
    world.namespace,
    'create',
    'secret',
    'generic',
    'key',
    `--from-literal=id=p-key`,
    '--from-literal=type=access_key',
    `--from-literal=param=${accessKey}`,
    `--from-literal=wrong=${accessKey}x`,
  )
  const secretRef = {
    accessID: key('', 'id'),
    accessType: key('', 'type'),
    accessTypeParam: key('', 'param'),
  }
  const reads = (name: string, remoteRef: object, store = 'akeyless') =>
    world.externalSecret(name, { data: [{ secretKey: 'a', remoteRef }] }, { name: store })
  await world.apply(
    world.store('akeyless'),
    world.store('by-key', { authSecretRef: { secretRef } }),
    world.store('by-wrong-key', {
      authSecretRef: { secretRef: { ...secretRef, accessTypeParam: key('', 'wrong') } },
    }),
    reads('plain', { key: item('plain') }),
    reads('field', { key: item('json'), property: 'field' }, 'by-key'),
    reads('rotated', { key: item('rotated'), property: 'password' }),
    reads('no-field', { key: item('json'), property: 'missing' }),
    reads('no-json', { key: item('not-json'), property: 'missing' }),
    reads('failing', { key: item('failing') }),
    reads('refused', { key: item('plain') }, 'by-wrong-key'),
  )
  for (const name of ['plain', 'field', 'rotated']) await world.reason('externalsecret', name, 'Synced')
  for (const name of ['no-field', 'no-json']) await world.reason('externalsecret', name, 'KeyNotFound')
  await world.reason('externalsecret', 'failing', 'GatewayUnreachable')
  await world.reason('externalsecret', 'refused', 'AuthFailed')

  for (const [place, text] of Object.entries(await everythingShown())) {
    for (const it of canaries) {
      expect(text.includes(it), `${place} shows ${it}`).toBe(false)
      expect(
        text.includes(Buffer.from(it).toString('base64').slice(0, 24)),
        `${place} shows ${it} in base64`,
      ).toBe(false)
    }
    expect(text.includes(world.managerToken), `${place} shows the manager's token`).toBe(false)
    expect(/eyJ[\w-]{10,}\.eyJ/.test(text), `${place} shows a JWT`).toBe(false)
    expect(/\bt-[0-9a-f]{16,}/.test(text), `${place} shows an Akeyless token`).toBe(false)
  }
})

test('audit records tell of logins, reads and writes: for whom, which reference, with what result', async () => {
  const records = (await manager.logs()).flatMap((it) =>
    it['audit'] === undefined ? [] : [it['audit'] as object],
  )
  const actions = new Set(records.map((it) => ('action' in it ? it.action : undefined)))

  expect(actions).toEqual(new Set(['login', 'read', 'write']))
  expect(records).toContainEqual(
    expect.objectContaining({ action: 'read', item: `/${world.namespace}/plain`, result: 'ok' }),
  )
  expect(records).toContainEqual(
    expect.objectContaining({ action: 'write', secret: `${world.namespace}/plain`, outcome: 'created' }),
  )
})
