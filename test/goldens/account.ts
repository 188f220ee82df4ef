import type { AkeylessState } from '../fakes/akeyless/state.ts'

/** Values of rotated items as the documents show them: ESO gives another envelope away as it is. */
export const guesses = { rotatedEnvelope: 'value' } as const

/** What the access id of the goldens may read, and what lies there at first. */
export function fillAccount(state: AkeylessState): void {
  state.accessKey({ accessId: 'p-goldens', accessKey: 'made-up-access-key' })
  state.role({ accessId: 'p-goldens', rules: [{ path: '/*', capabilities: ['read', 'list'] }] })
  state.denyPath('p-goldens', '/denied/*')
  for (const [name, value] of Object.entries(texts)) state.secret(name, { value })
  for (const [name, value] of Object.entries(documents))
    state.secret(name, { value: typeof value === 'string' ? value : JSON.stringify(value), format: 'json' })
  for (const [name, { value, tags }] of Object.entries(tagged)) state.secret(name, { value, tags })
  for (const value of ['first', 'second', 'third']) state.putSecret('/shop/versions', value)
  state.rotated('/shop/rotated', { username: 'rotating', password: 'r-1' })
  state.rotated('/shop/payload', { payload: 'a payload' })
  state.certificate('/shop/certificate', { certificatePem: 'CERTIFICATE\n', privateKeyPem: 'KEY\n' })
  state.classicKey('/shop/classic', { key: 'KEY\n' })
}

/** The change between the first and the second recording. */
export function changeAccount(state: AkeylessState): void {
  state.putSecret('/shop/password', 'p-2')
  state.putSecret('/shop/login', JSON.stringify({ username: 'anna', password: 'p-2', token: 'new' }))
  state.putSecret('/shop/rotated', { username: 'rotating', password: 'r-2' })
  state.secret('/find/team/d', { value: 'delta', tags: ['team-a'] })
  state.deleteItem('/find/team/a')
  state.deleteItem('/leaving/plain')
  state.deleteItem('/leaving/found')
  state.secret('/arriving/plain', { value: 'here now' })
}

const texts = {
  '/shop/password': 'p-1',
  '/shop/multiline': 'line 1\nline 2\n',
  '/shop/unicode': 'grüße 😀',
  '/shop/empty': '',
  '/shop/base64': 'aGVsbG8gd29ybGQ=',
  '/shop/base64url': '8J-YgA==',
  '/shop/unpadded': 'aGVsbG8',
  '/shop/not-base64': 'not base64!',
  '/shop/digits': '1234',
  '/shop/binary-as-base64': 'AAH//g==',
  '/shop/ssh-key': 'a private key\n',
  '/denied/plain': 'nobody reads this',
  '/leaving/plain': 'here still',
  '/leaving/found': 'found still',
  '/collide/x:y': '1',
  '/collide/x/y': '2',
} as const

const documents = {
  '/shop/login': { username: 'anna', password: 'p-1' },
  '/shop/odd-keys': { 'with space': '1', 'a/b': '2', ünï: '3', 'plain-1_2.3': '4' },
  '/shop/colliding-keys': { 'a b': '1', 'a/b': '2' },
  '/shop/with-empty': { empty: '', full: 'x', '': 'no key' },
  '/shop/base64-map': { one: 'b25l', two: 'dHdv' },
  '/shop/partly-base64': { one: 'b25l', two: 'not base64!' },
  '/shop/env': { 'db-host': 'db.example.com', 'db-port': '5432' },
  '/shop/array': ['x', 'y'],
  '/shop/mixed':
    '{"text":"t","number":1.50,"big":12345678901234567890,"yes":true,"none":null,"list":[1, 2],"map":{"a": "b"},"flat.key":"flat","flat":{"key":"nested"}}',
  '/shop/users': {
    users: [
      { name: 'anna', role: 'admin' },
      { name: 'bert', role: 'guest' },
    ],
    quoted: '{"inner":"a value"}',
    login: { user: 'u', password: 'p' },
  },
  '/shop/docker': { auths: { 'registry.example.com': { auth: 'dXNlcjpwYXNz' } } },
  '/merge/a': { host: 'a.example.com', port: '1' },
  '/merge/b': { host: 'b.example.com', user: 'u' },
  '/merge/c': { name: 'c', size: 3, deep: { x: 'y' } },
} as const

const tagged = {
  '/find/team/a': { value: 'alpha', tags: ['team-a'] },
  '/find/team/b': { value: 'beta', tags: ['team-a', 'prod'] },
  '/find/team/sub/c': { value: 'gamma', tags: ['prod'] },
  '/find/other/a': { value: 'other alpha', tags: ['prod', 'other'] },
  '/find/encoded/a': { value: 'b25l', tags: ['encoded'] },
} as const
