import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sharedCluster } from '../cluster/shared.ts'
import { eventually } from '../manager/eventually.ts'
import type { ManagerProcess } from '../manager/manager-process.ts'
import { newServedWorld, type ServedWorld } from '../manager/served-world.ts'
import type { World } from '../manager/world.ts'

interface Family {
  readonly type: string
  readonly labels: ReadonlySet<string>
}

let scene: ServedWorld
let world: World
let manager: ManagerProcess
let afterSync: string
let afterDeletion: string

/** One sync, one failure, one deletion. */
beforeAll(async () => {
  const cluster = sharedCluster()
  scene = await newServedWorld(cluster)
  world = scene.world
  manager = scene.manager
  const read = (name: string) => ({
    data: [{ secretKey: 'a', remoteRef: { key: `/${world.namespace}/${name}` } }],
  })
  world.akeyless.state.secret(`/${world.namespace}/there`, { value: 'one' })
  await world.apply(world.store('akeyless'))
  await world.apply(world.externalSecret('good', read('there')), world.externalSecret('bad', read('absent')))
  await world.reason('externalsecret', 'good', 'Synced')
  await world.reason('externalsecret', 'bad', 'NotFound')
  afterSync = await eventually('both are scheduled', async () => {
    const text = await manager.metricsText()
    return ['good', 'bad'].every((it) => text.includes(`keyferry_next_refresh_timestamp_seconds{${of(it)}`))
      ? text
      : undefined
  })
  await world.kubectl('-n', world.namespace, 'delete', 'externalsecret', 'good', 'bad')
  await world.kubectl('-n', world.namespace, 'delete', 'secretstore', 'akeyless')
  afterDeletion = await eventually('the series end', async () => {
    const text = await manager.metricsText()
    return text.includes(`namespace="${world.namespace}"`) ? undefined : text
  })
})

afterAll(() => scene?.[Symbol.asyncDispose]())

function of(name: string, controller = 'controller="externalsecret",'): string {
  return `${controller}name="${name}",namespace="${world.namespace}"`
}

function familiesOf(text: string): ReadonlyMap<string, Family> {
  const types = text.matchAll(/^# TYPE (\S+) (\S+)$/gm)
  const families = new Map(
    [...types].map(([, name = '', type = '']) => [name, { type, labels: new Set<string>() }]),
  )
  for (const [, sample = '', labels = ''] of text.matchAll(/^([a-z_]+)\{(.*)\} \S+$/gm)) {
    const { labels: known } =
      families.get(sample) ?? families.get(sample.replace(/_(bucket|sum|count)$/, '')) ?? {}
    for (const [, label = ''] of labels.matchAll(/([a-z]+)="/g)) if (label !== 'le') known?.add(label)
  }
  return families
}

async function documented(): Promise<ReadonlyMap<string, Family>> {
  const text = await readFile(join(import.meta.dirname, '../../docs/metrics.md'), 'utf8')
  const rows = text.matchAll(/^\| `(\w+)` \| (\w+) \| ([\w, ]*)\|/gm)
  return new Map(
    [...rows].map(([, name = '', type = '', labels = '']) => {
      return [
        name,
        {
          type,
          labels: new Set(
            labels
              .split(', ')
              .map((it) => it.trim())
              .filter((it) => it !== ''),
          ),
        },
      ]
    }),
  )
}

test('the page of metrics has the names and types that the manager serves, and no others', async () => {
  const served = [...familiesOf(afterSync)].filter(([name]) => !/^(process|nodejs)_/.test(name))
  const typed = (families: Iterable<[string, Family]>) =>
    Object.fromEntries([...families].map(([name, { type }]) => [name, type]))

  expect(typed(served)).toEqual(typed(await documented()))
})

test('and the labels', async () => {
  const told = await documented()
  const shown = [...familiesOf(afterSync)].filter(([name, { labels }]) => labels.size > 0 && told.has(name))

  expect(shown.length).toBeGreaterThan(30)
  for (const [name, { labels }] of shown) expect([name, labels]).toEqual([name, told.get(name)?.labels])
})

test('a sync and a failure show under ESO’s names as ESO counts them', () => {
  const lines = afterSync.split('\n')
  const good = of('good', '')
  const bad = of('bad', '')

  for (const line of [
    `externalsecret_sync_calls_total{${good}} 1`,
    `externalsecret_sync_calls_error{${good}} 0`,
    `externalsecret_status_condition{${good},condition="Ready",status="True"} 1`,
    `externalsecret_status_condition{${good},condition="Ready",status="False"} 0`,
    `externalsecret_status_condition{${bad},condition="Ready",status="True"} 0`,
    `externalsecret_status_condition{${bad},condition="Ready",status="False"} 1`,
    `secretstore_status_condition{${of('akeyless', '')},condition="Ready",status="True"} 1`,
    'externalsecret_provider_api_calls_count{provider="AKEYLESSLESS/SecretsManager",call="Auth",status="success"} 1',
  ])
    expect(lines).toContain(line)
  expect(afterSync).toMatch(/^externalsecret_sync_calls_error\{name="bad",.*\} [1-9]$/m)
  const nanoseconds = Number(
    lines.find((it) => it.startsWith(`externalsecret_reconcile_duration{${good}}`))?.split(' ')[1],
  )
  expect(nanoseconds).toBeGreaterThan(100_000)
  expect(nanoseconds).toBeLessThan(60e9)
})

test('a deleted object has no series left, and what is counted for all of them stays', () => {
  expect(afterDeletion).not.toContain(`namespace="${world.namespace}"`)
  expect(afterDeletion).toContain(
    'keyferry_sync_total{controller="externalsecret",result="error",reason="NotFound"}',
  )
})
