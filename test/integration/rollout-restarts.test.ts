import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sharedCluster } from '../cluster/shared.ts'
import { strike } from '../fakes/fault-proxy/fault.ts'
import type { ProxiedRequest } from '../fakes/fault-proxy/proxied-request.ts'
import { bind } from '../manager/accounts.ts'
import { type EventEndpoint, type EventSender, newEventSender } from '../manager/event-endpoint.ts'
import { eventually } from '../manager/eventually.ts'
import { type Lane, newLane } from '../manager/lane.ts'
import { type ManagerProcess, startManager } from '../manager/manager-process.ts'
import { newWorld, type Seen, type World } from '../manager/world.ts'

const cluster = sharedCluster()
const kinds = ['Deployment', 'StatefulSet', 'DaemonSet', 'Rollout'] as const
let world: World
let sender: EventSender
let endpoint: EventEndpoint
let lane: Lane
let manager: ManagerProcess

beforeAll(async () => {
  world = await newWorld(cluster)
  await bind(world, 'keyferry', { role: 'keyferry-rollout-restart' })
  sender = await newEventSender()
  endpoint = await sender.newEndpoint()
  lane = await newLane(cluster, world)
  await world.apply(rolloutCrd)
  await world.kubectl('wait', '--for=condition=Established', 'crd/rollouts.argoproj.io', '--timeout=30s')
  manager = await start()
  await world.apply(world.store('akeyless'))
})

afterAll(async () => {
  for (const it of [manager, lane, sender, world]) await it?.[Symbol.asyncDispose]()
})

function start(): Promise<ManagerProcess> {
  const own = ['--controller-class', world.controllerClass, '--namespace', world.namespace]
  const args = [...own, '--enable-rollout-restart', ...endpoint.args]
  return startManager(cluster, { token: world.managerToken, server: lane.server, args })
}

/** What of Argo's CRD a restart needs. */
const rolloutCrd = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'rollouts.argoproj.io' },
  spec: {
    group: 'argoproj.io',
    scope: 'Namespaced',
    names: { kind: 'Rollout', plural: 'rollouts', singular: 'rollout' },
    versions: [
      {
        name: 'v1alpha1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: { type: 'object', properties: { restartAt: { type: 'string', format: 'date-time' } } },
            },
          },
        },
      },
    ],
  },
}

function workload(kind: (typeof kinds)[number], name: string): object {
  const metadata = { namespace: world.namespace, name }
  if (kind === 'Rollout') return { apiVersion: 'argoproj.io/v1alpha1', kind, metadata, spec: {} }
  const labels = { app: name }
  const containers = [{ name: 'app', image: 'app' }]
  const template = { metadata: { labels }, spec: { containers } }
  const more = kind === 'StatefulSet' ? { serviceName: name } : {}
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata,
    spec: { selector: { matchLabels: labels }, template, ...more },
  }
}

const item = (name: string) => `/${world.namespace}/${name}`
const targets = (name: string, of: readonly string[] = ['Deployment']) => ({
  rolloutRestartTargets: of.map((kind) => ({ kind, name })),
})

async function ask(name: string, spec: object, text = 'one'): Promise<void> {
  world.akeyless.state.secret(item(name), { value: text })
  const data = [{ secretKey: 'value', remoteRef: { key: item(name) } }]
  await world.apply(world.externalSecret(name, { refreshInterval: '1h', data, ...spec }))
  await world.reason('externalsecret', name, 'Synced')
}

async function rotate(name: string, value: string): Promise<void> {
  world.akeyless.state.putSecret(item(name), value)
  await eventually('the event is taken', async () => (await endpoint.tell([item(name)])) === 202)
}

async function holds(name: string, value: string): Promise<void> {
  const isThere = async () => (await world.secret(name))?.['value'] === value
  await eventually(`Secret ${name} holds ${value}`, isThere, 20_000)
}

const generation = async (kind: string, name: string) => (await world.get(kind, name)).metadata.generation
const restarted = (kind: string, name: string, times: number) =>
  eventually(
    `${kind} ${name} was restarted`,
    async () => (await generation(kind, name)) === 1 + times,
    20_000,
  )

async function settled(name: string): Promise<void> {
  await eventually(
    'nothing is left to tell',
    async () => {
      const { status } = (await world.get('externalsecret', name)) as Seen & { status?: object }
      return status !== undefined && !('pendingRestart' in status)
    },
    20_000,
  )
  await lane.quiet(300)
}

test('every kind of workload is restarted once for each change of data, and for nothing else', async () => {
  await world.apply(...kinds.map((it) => workload(it, 'each')))
  await ask('each', targets('each', kinds))
  const all = () => Promise.all(kinds.map((it) => generation(it.toLowerCase(), 'each')))
  await settled('each')
  expect(await all()).toEqual([1, 1, 1, 1])

  await rotate('each', 'two')
  await holds('each', 'two')
  await settled('each')
  expect(await all()).toEqual([2, 2, 2, 2])

  const labelled = { target: { template: { metadata: { labels: { team: 'a' } } } } }
  await ask('each', { ...targets('each', kinds), ...labelled }, 'two')
  await eventually('the label is there', async () => {
    const { metadata } = await world.get('secret', 'each')
    return metadata.labels?.['team'] === 'a'
  })
  await rotate('each', 'two')
  await settled('each')
  expect(await all()).toEqual([2, 2, 2, 2])

  await rotate('each', 'three')
  await holds('each', 'three')
  await settled('each')
  expect(await all()).toEqual([3, 3, 3, 3])
})

test('a workload that is not there is told of, and holds up nobody', async () => {
  await world.apply(workload('Deployment', 'present'))
  const both = [
    { kind: 'Deployment', name: 'absent' },
    { kind: 'Deployment', name: 'present' },
  ]
  await ask('absent', { rolloutRestartTargets: both })
  await rotate('absent', 'two')

  await restarted('deployment', 'present', 1)
  await eventually('an Event tells of it', async () => {
    const events = await world.kubectl('-n', world.namespace, 'get', 'events.events.k8s.io', '-o', 'json')
    return events.includes('Cannot restart Deployment \\"absent\\": it does not exist')
  })
})

describe('a manager that is killed', () => {
  const isPatchOf = (plural: string, name: string) => (it: ProxiedRequest) =>
    it.method === 'PATCH' && it.path.includes(`/namespaces/${world.namespace}/${plural}/${name}`)

  test.each([
    ['before the Secret is written', 'secrets', 'before'],
    ['after the Secret is written', 'secrets', 'after'],
    ['before the workload is told', 'deployments', 'before'],
    ['after the workload is told', 'deployments', 'after'],
  ] as const)('%s leaves exactly one restart', async (title, plural, when) => {
    const name = title.toLowerCase().replaceAll(' ', '-')
    await world.apply(workload('Deployment', name))
    await ask(name, targets(name))
    await settled(name)
    const kill = strike(when, () => manager.end('SIGKILL'))
    const remove = lane.api.on(isPatchOf(plural, name), kill, { times: 1 })
    await rotate(name, 'two')
    await eventually('it is killed', () => !manager.isRunning())
    remove()
    await manager[Symbol.asyncDispose]()

    manager = await start()

    await holds(name, 'two')
    await restarted('deployment', name, 1)
    await settled(name)
    expect(await generation('deployment', name)).toBe(2)
  })
})

test('without the flag the spec is refused, and the message names it', async () => {
  const controllerClass = `${world.controllerClass}-plain`
  const { spec, ...store } = world.store('plain') as { spec: object }
  await world.apply({ ...store, spec: { ...spec, controller: controllerClass } })
  await using _ = await startManager(cluster, {
    token: world.managerToken,
    args: ['--controller-class', controllerClass, '--namespace', world.namespace],
  })
  const data = [{ secretKey: 'value', remoteRef: { key: item('plain') } }]
  await world.apply(world.externalSecret('plain', { data, ...targets('plain') }, { name: 'plain' }))

  const { status } = await world.reason('externalsecret', 'plain', 'InvalidSpec')

  expect(status?.conditions?.[0]?.message).toContain('--enable-rollout-restart')
})
