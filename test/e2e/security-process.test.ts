import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sharedCluster } from '../cluster/shared.ts'
import { type Bundle, buildBundle } from '../manager/bundle.ts'
import { eventually } from '../manager/eventually.ts'
import { type ManagerProcess, startManager } from '../manager/manager-process.ts'
import { listeningPortsOf } from '../manager/sockets.ts'
import { newWorld, type World } from '../manager/world.ts'

const cluster = sharedCluster()
const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
  type: 'pkcs8',
  format: 'pem',
})
let world: World
let bundle: Bundle
let folder: string

beforeAll(async () => {
  world = await newWorld(cluster)
  bundle = await buildBundle()
  folder = await mkdtemp(join(tmpdir(), 'keyferry-e2e-'))
  world.akeyless.state.secret(`/${world.namespace}/item`, { value: String(key) })
  await world.apply(world.store('akeyless', { akeylessGWApiURL: `http://localhost:${world.akeyless.port}` }))
})

afterAll(async () => {
  await bundle?.[Symbol.asyncDispose]()
  await world?.[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

/** The manager as it ships, with more flags of Node. */
function start(...nodeArgs: readonly string[]): Promise<ManagerProcess> {
  const args = ['--controller-class', world.controllerClass]
  return startManager(cluster, { entry: bundle.entry, token: world.managerToken, args, nodeArgs })
}

/** The reason that an ExternalSecret ends with whose template this is. */
async function sync(name: string, template: string): Promise<string> {
  const data = [{ secretKey: 'a', remoteRef: { key: `/${world.namespace}/item` } }]
  await world.apply(world.externalSecret(name, { data, target: { template: { data: { k: template } } } }))
  return eventually(`${name} is decided`, async () => {
    const { status } = await world.get('externalsecret', name)
    const reason = status?.conditions?.find((it) => it.type === 'Ready')?.reason
    return reason !== 'Progressing' && reason
  })
}

/** What a thread does, because it may take long. */
const slow = '{{ bcrypt "x" | len }}'

test('S39: the permission model of Node asks for file reads and one kind of thread, and nothing else', async () => {
  const reads = [dirname(bundle.entry), tmpdir(), cluster.directory, '/etc']
  await using manager = await start(
    '--permission',
    '--allow-worker',
    ...reads.map((it) => `--allow-fs-read=${it}`),
  )

  expect(await sync('permitted', '{{ .a | len }}')).toBe('Synced')
  expect(await sync('permitted-slow', slow)).toBe('Synced')
  expect(await world.secret('permitted-slow')).toEqual({ k: '60' })
  expect(manager.isRunning()).toBe(true)
  expect(await readFile(manager.logFile, 'utf8')).not.toMatch(/ERR_ACCESS_DENIED/)
})

test('S39: without the grant of threads slow templates fail, and everything else goes on', async () => {
  await using manager = await start('--permission', `--allow-fs-read=*`)

  expect(await sync('threadless', '{{ .a | len }}')).toBe('Synced')
  expect(await sync('threadless-slow', slow)).toBe('InternalError')
  expect(await sync('threadless-after', '{{ .a | len }}')).toBe('Synced')
  expect(manager.isRunning()).toBe(true)
})

test('S38: where MD5 and SHA-1 are refused, as under FIPS, everything works but templates that ask for them', async () => {
  const preload = import.meta.resolve('../manager/no-old-digests.ts')
  await using manager = await start('--import', preload)

  expect(await sync('approved', '{{ .a | sha256sum | len }}')).toBe('Synced')
  expect(await sync('unapproved', '{{ .a | sha1sum }}')).toBe('TemplateFailed')
  expect(await sync('approved-after', '{{ .a | len }}')).toBe('Synced')
  expect(manager.isRunning()).toBe(true)
})

test('S23: no code is made of strings, which Node can be told to refuse', async () => {
  await using manager = await start('--disallow-code-generation-from-strings')

  expect(await sync('no-eval', '{{ .a | len }}')).toBe('Synced')
  expect(await sync('no-eval-slow', slow)).toBe('Synced')
  expect(await readFile(manager.logFile, 'utf8')).not.toContain('EvalError')
})

test('S30: SIGUSR1 opens no inspector, though the bundle be started without the flag that says so', async () => {
  await using manager = await start('--no-disable-sigusr1')
  const before = await listeningPortsOf(manager.pid)

  manager.signal('SIGUSR1')
  await eventually('the signal is told of', async () =>
    (await readFile(manager.logFile, 'utf8')).includes('SIGUSR1 is ignored'),
  )

  expect(await listeningPortsOf(manager.pid)).toEqual(before)
  expect(await readFile(manager.logFile, 'utf8')).not.toContain('Debugger listening')
})

test('S13: what a crash prints holds the frames of an error, and neither its fields nor its cause', async () => {
  const canary = 'canary-crash-5d1f'
  const program = join(folder, 'crash.ts')
  const source = (name: string) => JSON.stringify(join(import.meta.dirname, '../../src', name))
  await writeFile(
    program,
    `import { createLog } from ${source('std/log.ts')}
     import { exitOnCrash } from ${source('runtime/crash.ts')}
     import { Redacted } from ${source('std/redacted.ts')}
     exitOnCrash(process, createLog('info'), (code) => process.exit(code))
     const secret = new Redacted('${canary}')
     const cause = new Error('inner', { cause: { body: '${canary}' } })
     const error = Object.assign(new Error(\`outer \${secret}\`, { cause }), { token: '${canary}', request: { headers: '${canary}' }, secret })
     Promise.reject(error)`,
  )
  const { spawnSync } = await import('node:child_process')

  const { stdout, stderr, status } = spawnSync(process.execPath, [program], { encoding: 'utf8' })

  expect(status).toBe(1)
  expect(stdout + stderr).toContain('outer [redacted]')
  expect(stdout + stderr).not.toContain(canary)
})
