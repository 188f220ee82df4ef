import { afterAll, beforeAll, expect, test } from 'vitest'
import { sharedCluster } from '../cluster/shared.ts'
import { eventually } from '../manager/eventually.ts'
import { newServedWorld, type ServedWorld } from '../manager/served-world.ts'
import type { World } from '../manager/world.ts'

const cluster = sharedCluster()
let scene: ServedWorld
let world: World

beforeAll(async () => {
  scene = await newServedWorld(cluster, { akeyless: { pageSize: 3 } })
  world = scene.world
  const { state } = world.akeyless
  state.secret(item('one/db-user'), { value: 'u', tags: ['db', 'prod'] })
  state.secret(item('one/db-password'), { value: 'cA==', tags: ['db'] })
  state.secret(item('two/db-user'), { value: 'v', tags: ['db'] })
  state.secret(item('two/api'), { value: 'w', tags: ['api'] })
  state.rotated(item('two/rotated'), { username: 'r' }, ['rotates'])
  state.dynamic(item('two/dynamic'))
  state.secret(item('nul/a'), { value: 'x\u0000' })
  for (let n = 0; n < 30; n++) state.secret(item(`many/key-${n}`), { value: `value ${n}` })
  const specs = Object.entries(found).map(([name, { from }]) =>
    world.externalSecret(name, { dataFrom: [from()] }),
  )
  await world.apply(world.store('akeyless'), ...specs)
})

afterAll(() => scene?.[Symbol.asyncDispose]())

const item = (name: string) => `/${world.namespace}/${name}`
const basename = [{ regexp: { source: '^.*/', target: '' } }]
const named = (regexp: string, rest: object = {}) => ({ name: { regexp }, ...rest })

const found: Record<string, { from: () => object; expected: () => Record<string, string> }> = {
  'by-name': {
    from: () => ({ find: named('/two/db-') }),
    expected: () => ({ [`_${world.namespace}_two_db-user`]: 'v' }),
  },
  'by-name-unicode': {
    from: () => ({ find: named('/two/db-', { conversionStrategy: 'Unicode' }) }),
    expected: () => ({ [`_U002f_${world.namespace}_U002f_two_U002f_db-user`]: 'v' }),
  },
  'by-name-rewrite': {
    from: () => ({ find: named('db-(user|password)$', { path: item('one') }), rewrite: basename }),
    expected: () => ({ 'db-user': 'u', 'db-password': 'cA==' }),
  },
  'by-name-path': {
    from: () => ({
      find: named('.*', { path: `${item('two')}/`, decodingStrategy: 'Auto' }),
      rewrite: basename,
    }),
    expected: () => ({ 'db-user': 'v', api: 'w', rotated: '{"username":"r"}' }),
  },
  'by-tag': {
    from: () => ({ find: { tags: { any: 'prod', other: 'api' } }, rewrite: basename }),
    expected: () => ({ 'db-user': 'u', api: 'w' }),
  },
  'by-tag-path': {
    from: () => ({
      find: { tags: { any: 'db' }, path: item('one'), decodingStrategy: 'Auto' },
      rewrite: basename,
    }),
    expected: () => ({ 'db-user': 'u', 'db-password': 'p' }),
  },
  'by-name-and-tag': {
    from: () => ({ find: named('/two/api$', { tags: { any: 'db' } }), rewrite: basename }),
    expected: () => ({ api: 'w' }),
  },
  'many-pages': {
    from: () => ({ find: named('/many/'), rewrite: basename }),
    expected: () =>
      Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`key-${n}`, `value ${n}`] as const)),
  },
}

test.each(Object.keys(found))('a Secret is made of what is found %s', async (name) => {
  await world.reason('externalsecret', name, 'Synced')

  expect(await world.secret(name)).toEqual(found[name]?.expected())
})

test('nothing was minted, and nothing described', () => {
  expect(world.akeyless.calls.byPath()).not.toHaveProperty('/get-dynamic-secret-value')
  expect(world.akeyless.calls.count('/describe-item')).toBe(0)
})

test.each([
  ['path-alone', () => ({ find: { path: item('one') } }), 'InvalidSpec', 'it needs name or tags'],
  [
    'nul-find',
    () => ({ find: named('/nul/', { nullBytePolicy: 'Fail' }), rewrite: basename }),
    'InvalidSpec',
    'the value of "a" holds a NUL byte',
  ],
  [
    'no-conversion',
    () => ({ find: named('/one/'), rewrite: [{ regexp: { source: 'z', target: '' } }] }),
    'InvalidSpec',
    'is no key that a Secret may hold',
  ],
  [
    'same-name',
    () => ({ find: named('db-user$'), rewrite: basename }),
    'InvalidSpec',
    'two keys both become "db-user"',
  ],
])('no Secret is made by %s', async (name, from, reason, words) => {
  await world.apply(world.externalSecret(name, { dataFrom: [from()] }))

  const { status } = await world.reason('externalsecret', name, reason)

  expect(status?.conditions?.find((it) => it.type === 'Ready')?.message).toContain(words)
  expect(await world.secret(name)).toBeUndefined()
})

test('one denied item among the hits leaves the Secret as it was, and is named', async () => {
  const { state } = world.akeyless
  state.secret(item('denied/a'), { value: '1' })
  state.secret(item('denied/b'), { value: '2' })
  const dataFrom = [{ find: named('/denied/'), rewrite: basename }]
  await world.apply(world.externalSecret('denied', { refreshInterval: '1s', dataFrom }))
  await world.reason('externalsecret', 'denied', 'Synced')
  // It may still be listed, as by a role that has no read.
  const fault = state.fault({
    kind: 'status',
    status: 401,
    path: '/get-secret-value',
    name: item('denied/b'),
  })
  state.putSecret(item('denied/a'), 'changed')

  const { status } = await world.reason('externalsecret', 'denied', 'AccessDenied')

  expect(status?.conditions?.find((it) => it.type === 'Ready')?.message).toContain(item('denied/b'))
  expect(await world.secret('denied')).toEqual({ a: '1', b: '2' })
  fault.remove()
  await eventually(
    'it is whole again',
    async () => (await world.secret('denied'))?.['a'] === 'changed',
    30_000,
  )
})

test('when nothing is found any more, the Secret keeps what it holds', async () => {
  const { state } = world.akeyless
  state.secret(item('gone/a'), { value: '1' })
  const dataFrom = [{ find: named('/gone/'), rewrite: basename }]
  await world.apply(world.externalSecret('gone', { refreshInterval: '1s', dataFrom }))
  await world.reason('externalsecret', 'gone', 'Synced')
  await eventually('it is there', async () => (await world.secret('gone'))?.['a'] === '1')

  state.deleteItem(item('gone/a'))
  await eventually('it says so', async () => {
    const { status } = await world.get('externalsecret', 'gone')
    return status?.conditions?.some((it) => it.message.includes('Nothing was found'))
  })

  expect(await world.secret('gone')).toEqual({ a: '1' })
  expect((await world.get('externalsecret', 'gone')).status?.conditions).toContainEqual(
    expect.objectContaining({ type: 'Ready', status: 'True' }),
  )
  state.secret(item('gone/b'), { value: '2' })
  await eventually('what is found again is written', async () => {
    return JSON.stringify(await world.secret('gone')) === '{"b":"2"}'
  })
})
