import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Agent, request } from 'undici'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { makeAuthority, makeServingCertificate } from '../../test/cluster/certificates.ts'
import { ManualClock } from '../../test/fakes/manual-clock.ts'
import type { SmallServer } from '../runtime/http.ts'
import { createLog } from '../std/log.ts'
import { createNoticeServer, type Leading, type NoticeServerOptions, noticePath } from './server.ts'

const token = 'canary-token-of-forwarders'
const body = JSON.stringify({ Akeyless_Events: { 'static-secret-updated': [{ name: '/shop/db' }] } })
const address = { host: '127.0.0.1', port: 0 }
let directory: string
let servers: SmallServer[] = []
let agents: Agent[] = []
let accepted: string[] = []
let results: string[] = []
let leading: Leading
let lines: string[] = []

const file = (name: string) => join(directory, name)

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'keyferry-notice-'))
  await makeAuthority(directory)
  await makeAuthority(directory, 'stranger')
  await makeServingCertificate(directory, 'one', ['IP:127.0.0.1'])
  await makeServingCertificate(directory, 'two', ['IP:127.0.0.1'])
  await makeServingCertificate(directory, 'mallory', ['IP:127.0.0.1'], 'stranger')
  await writeFile(file('token'), `${token}\n`)
  await writeFile(file('empty'), ' \n')
})

afterAll(() => rm(directory, { recursive: true, force: true }))

beforeEach(() => {
  ;[accepted, results, lines] = [[], [], []]
  leading = { isLeader: true, leaderUrl: undefined }
})

afterEach(async () => {
  await Promise.all([...servers.map((it) => it.stop()), ...agents.map((it) => it.destroy())])
  ;[servers, agents] = [[], []]
})

function serve(more: Partial<NoticeServerOptions> = {}): SmallServer {
  const server = createNoticeServer({
    address,
    files: { certFile: file('one.crt'), keyFile: file('one.key'), tokenFile: file('token') },
    leading: () => leading,
    accept: (items) => accepted.push(...items),
    observe: (result) => results.push(result),
    clock: new ManualClock(),
    log: createLog('debug', { write: (line) => void lines.push(line) }),
    ...more,
  })
  servers.push(server)
  return server
}

interface Sent {
  readonly path?: string
  readonly method?: 'POST' | 'GET'
  readonly authorization?: string
  readonly body?: string
  readonly client?: string
}

async function send(server: SmallServer, sent: Sent = {}): Promise<number> {
  const pair = sent.client === undefined ? {} : await pairOf(sent.client)
  const dispatcher = new Agent({ connect: { ca: await readFile(file('ca.crt'), 'utf8'), ...pair } })
  agents.push(dispatcher)
  const answer = await request(`https://127.0.0.1:${server.port}${sent.path ?? noticePath}`, {
    dispatcher,
    method: sent.method ?? 'POST',
    headers: { authorization: sent.authorization ?? `Bearer ${token}` },
    body: sent.method === 'GET' ? null : (sent.body ?? body),
  })
  await answer.body.dump()
  return answer.statusCode
}

async function pairOf(name: string) {
  const [cert, key] = await Promise.all(['crt', 'key'].map((it) => readFile(file(`${name}.${it}`), 'utf8')))
  return { cert: cert ?? '', key: key ?? '' }
}

describe('whoever has the token', () => {
  test('is heard', async () => {
    const server = serve()
    await server.start()

    expect(await send(server)).toBe(202)
    expect(accepted).toEqual(['/shop/db'])
  })

  test('may send it in base64, as Akeyless is given it', async () => {
    const server = serve()
    await server.start()

    const authorization = `bearer ${Buffer.from(token).toString('base64')}`

    expect(await send(server, { authorization })).toBe(202)
  })
})

describe('nobody is heard', () => {
  test.each(['', 'Bearer ', 'Bearer x', `Basic ${token}`, `Bearer ${token}x`, `Bearer ${token.slice(1)}`])(
    'with %j',
    async (authorization) => {
      const server = serve()
      await server.start()

      expect(await send(server, { authorization })).toBe(401)
      expect([accepted, results]).toEqual([[], ['denied']])
    },
  )

  test('who says that he forwards and has no key', async () => {
    const server = serve()
    await server.start()
    const dispatcher = new Agent({ connect: { ca: await readFile(file('ca.crt'), 'utf8') } })
    agents.push(dispatcher)

    const answer = await request(`https://127.0.0.1:${server.port}${noticePath}`, {
      dispatcher,
      method: 'POST',
      headers: { 'x-keyferry-forwarded': '00', authorization: `Bearer ${token}` },
      body,
    })

    expect(answer.statusCode).toBe(401)
  })

  test('and no log shows what was sent', async () => {
    const server = serve()
    await server.start()
    await send(server, { authorization: 'Bearer canary-guess', body: 'canary-body' })

    expect(lines.join('')).not.toContain('canary')
  })
})

describe('client certificates', () => {
  const files = () => ({ certFile: file('one.crt'), keyFile: file('one.key'), clientCaFile: file('ca.crt') })

  test.each([
    ['one of the CA is heard', 'two', 202],
    ['one of another CA is not', 'mallory', 401],
    ['nor is whoever has none', undefined, 401],
  ])('%s', async (_, client, expected) => {
    const server = serve({ files: files() })
    await server.start()

    expect(await send(server, { authorization: '', ...(client !== undefined && { client }) })).toBe(expected)
  })

  test('say nothing where they were not asked for', async () => {
    const server = serve()
    await server.start()

    expect(await send(server, { authorization: '', client: 'two' })).toBe(401)
  })
})

test.each([
  [{ path: '/' }, 404],
  [{ method: 'GET' as const }, 405],
  [{ body: '{}' }, 400],
  [{ body: 'x'.repeat(1024 * 1024 + 1) }, 413],
])('what is no notice is refused: %#', async (sent, expected) => {
  const server = serve()
  await server.start()

  expect(await send(server, sent).catch((error: unknown) => String(error))).toBe(expected)
  expect(accepted).toEqual([])
})

async function sendMany(server: SmallServer, count: number, authorization: string): Promise<number[]> {
  const dispatcher = new Agent({ connect: { ca: await readFile(file('ca.crt'), 'utf8') }, connections: 4 })
  agents.push(dispatcher)
  const url = `https://127.0.0.1:${server.port}${noticePath}`
  return Promise.all(
    Array.from({ length: count }, async () => {
      const answer = await request(url, { dispatcher, method: 'POST', headers: { authorization }, body })
      await answer.body.dump()
      return answer.statusCode
    }),
  )
}

const counted = (statuses: readonly number[]) =>
  Object.fromEntries([...Map.groupBy(statuses, (it) => it)].map(([status, all]) => [status, all.length]))

test('whoever guesses is told to wait, and takes nothing from those who know the token', async () => {
  const server = serve()
  await server.start()

  expect(counted(await sendMany(server, 105, 'Bearer guess'))).toEqual({ 401: 100, 429: 5 })
  expect(counted(await sendMany(server, 300, `Bearer ${token}`))).toEqual({ 202: 300 })
})

test('what a replica forwards is not held against it', async () => {
  const leader = serve()
  await leader.start()
  const leaderUrl = `https://127.0.0.1:${leader.port}${noticePath}`
  const follower = serve({ leading: () => ({ isLeader: false, leaderUrl }) })
  await follower.start()

  expect(counted(await sendMany(follower, 300, `Bearer ${token}`))).toEqual({ 202: 300 })
  expect(accepted).toHaveLength(300)
})

describe('a replica that does not lead', () => {
  test('hands on to the one that leads, which believes it', async () => {
    const [leader, follower] = [serve(), serve({ leading: () => leading })]
    await leader.start()
    const url = `https://127.0.0.1:${leader.port}${noticePath}`
    const other = serve({ leading: () => ({ isLeader: false, leaderUrl: url }) })
    await Promise.all([follower.start(), other.start()])

    expect(await send(other)).toBe(202)
    expect(accepted).toEqual(['/shop/db'])
    expect(results).toEqual(['accepted', 'forwarded'])
  })

  test('sends nothing to a server with another certificate', async () => {
    const stranger = serve({
      files: { certFile: file('two.crt'), keyFile: file('two.key'), tokenFile: file('token') },
    })
    await stranger.start()
    const leaderUrl = `https://127.0.0.1:${stranger.port}${noticePath}`
    const follower = serve({ leading: () => ({ isLeader: false, leaderUrl }) })
    await follower.start()

    expect(await send(follower)).toBe(503)
    expect(accepted).toEqual([])
  })

  test.each([
    ['nobody leads', undefined],
    ['the one that led is gone', 'https://127.0.0.1:9/events/akeyless'],
  ])('has the sender try again while %s', async (_, leaderUrl) => {
    const follower = serve({ leading: () => ({ isLeader: false, leaderUrl }) })
    await follower.start()

    expect(await send(follower)).toBe(503)
  })

  test('does not hand on what was handed on', async () => {
    const second = serve({ leading: () => ({ isLeader: false, leaderUrl: 'https://127.0.0.1:9/' }) })
    await second.start()
    const leaderUrl = `https://127.0.0.1:${second.port}${noticePath}`
    const first = serve({ leading: () => ({ isLeader: false, leaderUrl }) })
    await first.start()

    expect(await send(first)).toBe(503)
    expect(results).toEqual(['unavailable', 'unavailable'])
  })
})

describe('its files', () => {
  test('are reread: a new certificate and a new token hold within ten seconds', async () => {
    for (const it of ['crt', 'key']) await copyFile(file(`one.${it}`), file(`live.${it}`))
    await copyFile(file('token'), file('live-token'))
    const clock = new ManualClock()
    const files = { certFile: file('live.crt'), keyFile: file('live.key'), tokenFile: file('live-token') }
    const server = serve({ clock, files })
    await server.start()
    for (const it of ['crt', 'key']) await copyFile(file(`two.${it}`), file(`live.${it}`))
    await writeFile(file('live-token'), 'another')
    clock.advance(10_000)

    await expect.poll(() => send(server, { authorization: 'Bearer another' })).toBe(202)
    expect(await send(server)).toBe(401)
  })

  test('that do not belong together leave the last good ones', async () => {
    for (const it of ['crt', 'key']) await copyFile(file(`one.${it}`), file(`torn.${it}`))
    const clock = new ManualClock()
    const files = { certFile: file('torn.crt'), keyFile: file('torn.key'), tokenFile: file('token') }
    const server = serve({ clock, files })
    await server.start()
    await copyFile(file('two.crt'), file('torn.crt'))
    clock.advance(10_000)
    await expect.poll(() => lines.join('')).toContain('the last good ones hold')

    expect(await send(server)).toBe(202)
  })

  test.each([
    [{ certFile: 'none.crt' }, 'it cannot be read (ENOENT)'],
    [{ keyFile: 'two.key' }, 'do not belong together'],
    [{ tokenFile: 'empty' }, 'it is empty'],
  ])('are refused at the start where they cannot be used: %j', async (wrong, words) => {
    const good = { certFile: 'one.crt', keyFile: 'one.key', tokenFile: 'token' }
    const { certFile, keyFile, tokenFile } = { ...good, ...wrong }
    const files = { certFile: file(certFile), keyFile: file(keyFile), tokenFile: file(tokenFile) }

    await expect(serve({ files }).start()).rejects.toThrow(words)
  })
})
