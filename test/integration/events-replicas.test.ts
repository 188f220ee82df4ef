import { copyFile } from 'node:fs/promises'
import { connect } from 'node:tls'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeServingCertificate } from '../cluster/certificates.ts'
import { sharedCluster } from '../cluster/shared.ts'
import { newAccount } from '../manager/accounts.ts'
import { type EventEndpoint, type EventSender, newEventSender } from '../manager/event-endpoint.ts'
import { eventually } from '../manager/eventually.ts'
import { type ManagerProcess, startManager } from '../manager/manager-process.ts'
import { newWorld, type World } from '../manager/world.ts'

interface Replica {
  readonly manager: ManagerProcess
  readonly endpoint: EventEndpoint
}

const cluster = sharedCluster()
const lease = 'keyferry'
/** Promises, at three times their value. */
const followedMs = 3000
const takenOverMs = 3 * 3000
let world: World
let sender: EventSender
let token: string

beforeAll(async () => {
  world = await newWorld(cluster)
  sender = await newEventSender()
  token = await newAccount(world, 'replicas', [
    { role: 'keyferry-external-secrets' },
    { role: 'keyferry-leader-election', namespace: world.namespace },
  ])
  await world.apply(world.store('akeyless'))
})

afterAll(async () => {
  await sender?.[Symbol.asyncDispose]()
  await world?.[Symbol.asyncDispose]()
})

const item = (name: string) => `/${world.namespace}/${name}`
const election = () => [
  '--leader-elect',
  `--leader-election-id=${lease}`,
  `--leader-election-namespace=${world.namespace}`,
  `--controller-class=${world.controllerClass}`,
]

async function startReplica(): Promise<Replica> {
  const endpoint = await sender.newEndpoint()
  const args = [...election(), ...endpoint.args]
  return { endpoint, manager: await startManager(cluster, { token, args }) }
}

async function leads({ manager }: Replica): Promise<boolean> {
  return (await manager.metric('leader_election_master_status', { name: lease })) === 1
}

async function synced(name: string): Promise<void> {
  world.akeyless.state.secret(item(name), { value: 'one' })
  const data = [{ secretKey: 'value', remoteRef: { key: item(name) } }]
  await world.apply(world.externalSecret(name, { refreshInterval: '1h', data }))
  await world.reason('externalsecret', name, 'Synced')
}

async function follows(name: string, value: string): Promise<void> {
  const holds = async () => (await world.secret(name))?.['value'] === value
  await eventually(`Secret ${name} holds ${value}`, holds, followedMs)
}

test('whichever replica is told, the one that leads acts; also after another one leads', async () => {
  const first = await startReplica()
  await using firstManager = first.manager
  await eventually('the first leads', () => leads(first))
  const second = await startReplica()
  await using secondManager = second.manager
  await synced('shared')

  world.akeyless.state.putSecret(item('shared'), 'two')
  await eventually('the follower hands it on', async () => (await tell(second)) === 202, followedMs)
  await follows('shared', 'two')
  expect(await secondManager.metric('keyferry_event_requests_total', { result: 'forwarded' })).toBe(1)

  firstManager.signal('SIGTERM')
  await eventually('the second leads', () => leads(second), takenOverMs)
  const third = await startReplica()
  await using thirdManager = third.manager
  world.akeyless.state.putSecret(item('shared'), 'three')
  await eventually('the new follower hands it on', async () => (await tell(third)) === 202, followedMs)
  await follows('shared', 'three')
  expect(await thirdManager.metric('keyferry_event_requests_total', { result: 'forwarded' })).toBe(1)
})

const tell = ({ endpoint }: Replica) => endpoint.tell([item('shared')])

test('a new certificate and a new token hold without a restart', async () => {
  const { endpoint, manager } = await startReplica()
  await using _ = manager
  await eventually('it leads', async () => (await endpoint.tell([item('renewed')])) === 202, 30_000)
  const before = await certificateAt(endpoint.port)
  await makeServingCertificate(sender.file('.'), 'renewed', ['IP:127.0.0.1'])
  for (const it of ['crt', 'key']) await copyFile(sender.file(`renewed.${it}`), sender.file(`events.${it}`))

  await eventually(
    'the new one is shown',
    async () => (await certificateAt(endpoint.port)) !== before,
    30_000,
  )

  expect(await endpoint.tell([item('renewed')])).toBe(202)
})

function certificateAt(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().fingerprint256)
      socket.destroy()
    })
    socket.once('error', reject)
  })
}

test.each([
  [['--event-listen-address=127.0.0.1:1'], 'needs --event-tls-cert-file and --event-tls-key-file'],
  [
    ['--event-listen-address=127.0.0.1:1', '--event-tls-cert-file=/c', '--event-tls-key-file=/k'],
    'needs --event-token-file or --event-client-ca-file',
  ],
  [
    [
      '--event-listen-address=127.0.0.1:1',
      '--event-tls-cert-file=/c',
      '--event-tls-key-file=/k',
      '--event-token-file=/t',
    ],
    'Cannot use file "/c" for the event endpoint: it cannot be read (ENOENT)',
  ],
  [
    ['--event-listen-address=:1', '--leader-elect'],
    '--event-advertise-address is needed where POD_IP is not set',
  ],
  [['--event-listen-address=127.0.0.1:1', '--controllers=issuers'], 'add external-secrets to --controllers'],
])('%j is refused, and the message tells what to do', async (args, words) => {
  const scope = [
    `--leader-election-namespace=${world.namespace}`,
    `--controller-class=${world.controllerClass}`,
  ]

  await expect(startManager(cluster, { token, args: [...scope, ...args] })).rejects.toThrow(words)
})
