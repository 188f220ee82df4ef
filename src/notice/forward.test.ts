import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { makeAuthority, makeServingCertificate } from '../../test/cluster/certificates.ts'
import { startBlackHole } from '../../test/fakes/loopback-server.ts'
import { ManualClock } from '../../test/fakes/manual-clock.ts'
import { createLog } from '../std/log.ts'
import { Forwarder } from './forward.ts'
import { createNoticeServer, noticePath } from './server.ts'
import { readSecrets } from './tls-files.ts'

const body = Buffer.from(JSON.stringify({ Akeyless_Events: { updated: [{ name: '/shop/db' }] } }))
let directory: string
let forwarder: Forwarder

const file = (name: string) => join(directory, name)
const files = (name: string) => ({
  certFile: file(`${name}.crt`),
  keyFile: file(`${name}.key`),
  tokenFile: file('token'),
})

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'keyferry-forward-'))
  await makeAuthority(directory)
  for (const it of ['one', 'two']) await makeServingCertificate(directory, it, ['IP:127.0.0.1'])
  await writeFile(file('token'), 'canary-token')
})
afterAll(() => rm(directory, { recursive: true, force: true }))

beforeEach(() => {
  forwarder = new Forwarder()
})
afterEach(() => forwarder.stop())

/** The certificate that a server shows to a new connection. */
async function shownBy(port = 0): Promise<string | undefined> {
  const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false })
  await once(socket, 'secureConnect')
  const shown = socket.getPeerX509Certificate()?.fingerprint256
  socket.destroy()
  return shown
}

test('connections that were kept over a rotation cost no event', async () => {
  for (const it of ['crt', 'key']) await copyFile(file(`one.${it}`), file(`live.${it}`))
  const clock = new ManualClock()
  const accepted: string[] = []
  const leader = createNoticeServer({
    address: { host: '127.0.0.1', port: 0 },
    files: files('live'),
    leading: () => ({ isLeader: true, leaderUrl: undefined }),
    accept: (items) => accepted.push(...items),
    observe: () => undefined,
    clock,
    log: createLog('silent'),
  })
  await leader.start()
  const url = `https://127.0.0.1:${leader.port}${noticePath}`
  const forward = async (name: string) => forwarder.forward(url, body, await readSecrets(files(name)))

  const before = await Promise.all([forward('one'), forward('one'), forward('one')])
  for (const it of ['crt', 'key']) await copyFile(file(`two.${it}`), file(`live.${it}`))
  clock.advance(10_000)
  await expect
    .poll(() => shownBy(leader.port))
    .toBe(new X509Certificate(await readFile(file('two.crt'))).fingerprint256)
  const after = [await forward('two'), await forward('two'), await forward('two')]
  await leader.stop()

  expect([...before, ...after]).toEqual([202, 202, 202, 202, 202, 202])
  expect(accepted).toHaveLength(6)
})

test('a leader that is silent holds nobody longer than one deadline, however many wait for a connection to it', async () => {
  await using hole = await startBlackHole()
  const deadlineMs = 1000
  const hasty = new Forwarder(deadlineMs)
  const secrets = await readSecrets(files('one'))
  const started = performance.now()

  const ends = await Promise.allSettled(
    Array.from({ length: 100 }, () => hasty.forward(`https://127.0.0.1:${hole.port}/`, body, secrets)),
  )
  const tookMs = performance.now() - started
  hasty.stop()

  expect(new Set(ends.map((it) => (it.status === 'rejected' ? String(it.reason) : '')))).toEqual(
    new Set(['Error: there is no answer in time']),
  )
  expect(tookMs).toBeLessThan(3 * deadlineMs)
})
