import { X509Certificate } from 'node:crypto'
import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { Agent, request } from 'undici'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeAuthority, makeServingCertificate } from '../cluster/certificates.ts'
import { sharedCluster } from '../cluster/shared.ts'
import { eventually } from '../manager/eventually.ts'
import { type ManagerProcess, startManager } from '../manager/manager-process.ts'
import { makeScrapers, type Scrapers } from '../manager/scrapers.ts'
import { newWorld, type World } from '../manager/world.ts'

const cluster = sharedCluster()
let world: World
let scrapers: Scrapers
let directory: string
let manager: ManagerProcess
/** Without files: a certificate of its own. */
let selfSigned: ManagerProcess
const agents: Agent[] = []

const file = (name: string) => join(directory, name)

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'keyferry-metrics-'))
  world = await newWorld(cluster)
  scrapers = await makeScrapers(world)
  await makeAuthority(directory)
  for (const name of ['one', 'two']) await makeServingCertificate(directory, name, ['IP:127.0.0.1'])
  for (const it of ['crt', 'key']) await copyFile(file(`one.${it}`), file(`live.${it}`))
  const files = ['--metrics-tls-cert-file', file('live.crt'), '--metrics-tls-key-file', file('live.key')]
  ;[manager, selfSigned] = await Promise.all([start(files), start([])])
})

afterAll(async () => {
  await Promise.all([...agents.map((it) => it.destroy()), manager, selfSigned].map(dispose))
  await world?.[Symbol.asyncDispose]()
  await rm(directory, { recursive: true, force: true })
})

async function dispose(it: ManagerProcess | void | Promise<void>): Promise<void> {
  if (it instanceof Promise) await it
  else if (it !== undefined) await it[Symbol.asyncDispose]()
}

function start(files: readonly string[]): Promise<ManagerProcess> {
  const args = ['--controller-class', world.controllerClass, '--metrics-secure', ...files]
  return startManager(cluster, { token: world.managerToken, args })
}

const urlOf = ({ metricsUrl }: ManagerProcess) => metricsUrl.replace('http:', 'https:')

interface Answer {
  readonly status: number
  readonly text: string
  readonly challenge: unknown
}

async function scrape(of: ManagerProcess, token?: string): Promise<Answer> {
  const ca = of === manager ? await readFile(file('ca.crt'), 'utf8') : (await presentedBy(of)).toString()
  const name = of === manager ? {} : { servername: 'keyferry-metrics' }
  const dispatcher = new Agent({ connect: { ca, ...name } })
  agents.push(dispatcher)
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
  const { statusCode, body, headers: told } = await request(urlOf(of), { dispatcher, headers })
  return { status: statusCode, text: await body.text(), challenge: told['www-authenticate'] }
}

function presentedBy(
  of: ManagerProcess,
  maxVersion: 'TLSv1.1' | 'TLSv1.3' = 'TLSv1.3',
): Promise<X509Certificate> {
  const { port, hostname: host } = new URL(urlOf(of))
  const weak = maxVersion === 'TLSv1.1' ? { minVersion: 'TLSv1' as const, ciphers: 'ALL:@SECLEVEL=0' } : {}
  return new Promise((resolve, reject) => {
    const options = { host, port: Number(port), rejectUnauthorized: false, maxVersion, ...weak }
    const socket = connect(options, () => {
      const certificate = socket.getPeerX509Certificate()
      socket.destroy()
      if (certificate === undefined) reject(new Error('it showed no certificate'))
      else resolve(certificate)
    })
    socket.once('error', reject)
  })
}

describe.each([
  ['with a certificate from files', () => manager],
  ['with one of its own', () => selfSigned],
])('S14: metrics %s', (_, of) => {
  test('are for whoever may get /metrics', async () => {
    const { status, text } = await scrape(of(), scrapers.reader)

    expect(status).toBe(200)
    expect(text).toContain('\nkeyferry_informer_live{')
  })

  test.each([
    ['no token', () => undefined, 401],
    ['a token that nobody made', () => `${scrapers.reader.slice(0, -8)}AAAAAAAA`, 401],
    ['what is no token at all', () => 'canary-guess', 401],
    ['a token for another audience', () => scrapers.ofAnotherAudience, 401],
    ['a token of a ServiceAccount without the right', () => scrapers.stranger, 403],
  ])('are not for %s', async (_name, token, expected) => {
    const { status, text, challenge } = await scrape(of(), token())

    expect([status, challenge]).toEqual([expected, expected === 401 ? 'Bearer' : undefined])
    expect(text).not.toContain('keyferry')
  })

  test('are not there by plain HTTP, nor by TLS 1.1', async () => {
    await expect(fetch(of().metricsUrl)).rejects.toThrow('fetch failed')
    await expect(presentedBy(of(), 'TLSv1.1')).rejects.toThrow(
      /alert protocol version|alert handshake failure/,
    )
    await expect(presentedBy(of())).resolves.toBeDefined()
  })

  test('show no token in the log', async () => {
    const log = await readFile(of().logFile, 'utf8')

    expect(log).toContain('Keyferry starts')
    for (const it of [scrapers.reader, scrapers.stranger, scrapers.ofAnotherAudience, 'canary-guess'])
      for (const part of it.split('.')) expect(log).not.toContain(part)
  })
})

test.concurrent('S14: a right that is granted counts within ten seconds', async () => {
  const { status } = await scrape(manager, scrapers.latecomer)
  await scrapers.grantLatecomer()

  expect(status).toBe(403)
  await eventually(
    'the right counts',
    async () => (await scrape(manager, scrapers.latecomer)).status === 200,
    30_000,
  )
}, 60_000)

test.concurrent('a certificate that is renewed is shown within ten seconds, and a broken one never', async () => {
  const before = await presentedBy(manager)
  await copyFile(file('two.crt'), file('live.crt'))
  await eventually(
    'the half that is new is refused',
    async () => (await readFile(manager.logFile, 'utf8')).includes('Cannot reread the files of /metrics'),
    30_000,
  )
  const torn = await presentedBy(manager)
  await copyFile(file('two.key'), file('live.key'))
  const after = await eventually(
    'the new one is shown',
    async () => {
      const now = await presentedBy(manager)
      return now.subject === before.subject ? undefined : now
    },
    30_000,
  )

  expect([before.subject, torn.subject, after.subject]).toEqual(['CN=one', 'CN=one', 'CN=two'])
  expect((await scrape(manager, scrapers.reader)).status).toBe(200)
}, 90_000)
