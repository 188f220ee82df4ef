import { afterEach, beforeEach, expect, test } from 'vitest'
import { login, post } from './bare-client.ts'
import type { Capability } from './roles.ts'
import { type AkeylessStandIn, startAkeyless } from './stand-in.ts'

const all: readonly Capability[] = ['create', 'read', 'update', 'delete']

let akeyless: AkeylessStandIn
let token: string

beforeEach(async () => {
  akeyless = await startAkeyless()
  akeyless.state.accessKey({ accessId: 'p-1', accessKey: 'made-up' })
  akeyless.state.role({ accessId: 'p-1', rules: [{ path: '/mine/*', capabilities: all }] })
  akeyless.state.role({ accessId: 'p-1', rules: [{ path: '/theirs/*', capabilities: ['read'] }] })
  token = await login(akeyless.url, 'p-1', 'made-up')
})
afterEach(() => akeyless.stop())

function send(command: string, body: object) {
  return post(akeyless.url, `/${command}`, { token, ...body })
}

async function valueOf(name: string): Promise<unknown> {
  return (await send('get-secret-value', { names: [name] })).json[name]
}

test('a secret is created once', async () => {
  const created = await send('create-secret', { name: 'mine/a', value: 'one', tags: ['x'] })
  const again = await send('create-secret', { name: '/mine/a', value: 'two' })

  expect(created.json).toEqual({ name: '/mine/a' })
  expect(again.status).toBe(akeyless.state.guesses.existsStatus)
  expect(await valueOf('/mine/a')).toBe('one')
})

test('a password secret is created from its fields', async () => {
  await send('create-secret', { name: '/mine/p', type: 'password', username: 'u', password: 'p', value: '' })

  expect(await valueOf('/mine/p')).toBe('{"username":"u","password":"p"}')
})

test('an update keeps the version before, unless told otherwise', async () => {
  akeyless.state.secret('/mine/a', { value: 'one' })
  await send('update-secret-val', { name: '/mine/a', value: 'two' })
  await send('update-secret-val', { name: '/mine/a', value: 'three', 'keep-prev-version': 'false' })

  const { json } = await send('describe-item', { name: '/mine/a', 'show-versions': true })

  expect(json['last_version']).toBe(3)
  expect((json['item_versions'] as { version: number }[]).map((it) => it.version)).toEqual([1, 3])
})

test('an update that expects another last version is refused', async () => {
  akeyless.state.secret('/mine/a', { value: 'one' })
  akeyless.state.putSecret('/mine/a', 'two')

  const { status } = await send('update-secret-val', { name: '/mine/a', value: 'x', 'last-version': 1 })

  expect(status).toBe(409)
})

test('one version or the whole item is deleted', async () => {
  akeyless.state.secret('/mine/a', { value: 'one' })
  akeyless.state.putSecret('/mine/a', 'two')

  await send('delete-item', { name: '/mine/a', version: 2 })
  const left = await valueOf('/mine/a')
  await send('delete-item', { name: '/mine/a' })
  const gone = await send('describe-item', { name: '/mine/a' })

  expect(left).toBe('one')
  expect(gone.status).toBe(404)
})

test('a rollback makes the older value the next version', async () => {
  akeyless.state.secret('/mine/a', { value: 'one' })
  akeyless.state.putSecret('/mine/a', 'two')

  await send('rollback-secret', { name: '/mine/a', 'old-version': 1 })

  const { json } = await send('describe-item', { name: '/mine/a' })
  expect([await valueOf('/mine/a'), json['last_version']]).toEqual(['one', 3])
})

test.each([
  ['version', 2],
  ['dateOnly', 1],
] as const)(
  'a rotation on request changes the password and moves what is guessed: %s',
  async (rotationMoves, version) => {
    akeyless.state.guesses = { ...akeyless.state.guesses, rotationMoves }
    akeyless.state.rotated('/mine/r', { username: 'u', password: 'p' })

    await send('gateway-rotate-secret', { name: '/mine/r' })

    const { json } = await send('describe-item', { name: '/mine/r' })
    expect(json['last_version']).toBe(version)
    expect(akeyless.state.items.get('/mine/r')?.versions.at(-1)?.content).not.toMatchObject({ password: 'p' })
  },
)

test.each([
  ['create-secret', { name: '/theirs/new', value: 'v' }],
  ['update-secret-val', { name: '/theirs/a', value: 'v' }],
  ['delete-item', { name: '/theirs/a' }],
  ['rollback-secret', { name: '/theirs/a', 'old-version': 1 }],
])('%s without the capability is refused and changes nothing', async (command, body) => {
  akeyless.state.secret('/theirs/a', { value: 'one' })

  const { status } = await send(command, body)

  expect(status).toBe(akeyless.state.guesses.deniedWriteStatus)
  expect(await valueOf('/theirs/a')).toBe('one')
})

test('a value over 16 KB is refused', async () => {
  const fits = await send('create-secret', { name: '/mine/fits', value: 'a'.repeat(16_384) })
  const over = await send('create-secret', { name: '/mine/over', value: 'a'.repeat(16_385) })

  expect([fits.status, over.status]).toEqual([200, akeyless.state.guesses.tooLargeStatus])
})

test('a protected item is not deleted', async () => {
  await send('create-secret', { name: '/mine/a', value: 'v', delete_protection: 'true' })

  const { status } = await send('delete-item', { name: '/mine/a' })

  expect(status).toBe(403)
})
