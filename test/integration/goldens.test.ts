import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { KubeObject } from '../../src/kube/object.ts'
import { sharedCluster } from '../cluster/shared.ts'
import { changeAccount, fillAccount, guesses } from '../goldens/account.ts'
import { applyObjects } from '../goldens/apply.ts'
import { comparable, expected } from '../goldens/comparable.ts'
import { type Difference, differences, refused } from '../goldens/differences.ts'
import {
  changedManifests,
  manifestFiles,
  namespace,
  storeManifests,
  targetsOf,
} from '../goldens/manifests.ts'
import { type Outcome, outcomesOf } from '../goldens/outcome.ts'
import { pending } from '../goldens/pending.ts'
import { recordedGoldens } from '../goldens/recorded.ts'
import { eventually } from '../manager/eventually.ts'
import { startManager } from '../manager/manager-process.ts'
import { newWorld, type World } from '../manager/world.ts'

type Outcomes = ReadonlyMap<string, Outcome>
type State = 'before' | 'after'

const cluster = sharedCluster()
const goldens = await recordedGoldens()
const names = [...goldens.keys()]
const special = new Set([...pending, ...Object.keys(differences), ...Object.keys(refused)])
const ours: Record<State, Outcomes> = { before: new Map(), after: new Map() }
let world: World

// One run of all manifests through both states, as the recording was made.
beforeAll(async () => {
  world = await newWorld(cluster, { guesses })
  fillAccount(world.akeyless.state)
  await world.kubectl('create', 'namespace', namespace)
  await grantDeletion()
  const files = await manifestFiles()
  const objects = files.flatMap((it) => it.objects).filter((it) => refused[it.metadata.name] === undefined)
  const changed = await changedManifests()
  const targets = targetsOf([...objects, ...changed])
  await applyObjects(world, [...(await storeManifests(world.akeyless.url)), ...objects])
  ours.before = await settled('before', targets)
  changeAccount(world.akeyless.state)
  await applyObjects(world, changed)
  ours.after = await settled('after', targets)
}, 300_000)

afterAll(() => world?.[Symbol.asyncDispose]())

/** Longer than the manifests' interval: what is as it should be must stay so. */
const aRefreshMs = 2500
/** Two words of success say the same in both. */
const sharedReasons = ['SecretDeleted', 'SecretMissing']
const isHash = (name: string) => name === 'reconcile.external-secrets.io/data-hash'

/** ESO may delete Secrets always, our operator only where somebody granted it. */
async function grantDeletion(): Promise<void> {
  const account = `--serviceaccount=${world.namespace}:keyferry`
  const run = (...args: readonly string[]) => world.kubectl('create', '-n', namespace, ...args)
  await run('role', 'deletes', '--verb=delete', '--resource=secrets')
  await run('rolebinding', 'deletes', '--role=deletes', account)
}

/** Runs the manager until everything is as it should be, or for so long that it will not be. */
async function settled(state: State, targets: ReadonlyMap<string, readonly string[]>): Promise<Outcomes> {
  const args = ['--controller-class', namespace]
  await using _ = await startManager(cluster, { token: world.managerToken, args })
  let last: Outcomes = new Map()
  const isSettled = async () => {
    last = await outcomesOf(world, targets)
    return names.every((it) => refused[it] !== undefined || isAsExpected(it, state, last.get(it)))
  }
  await eventually('all is settled', isSettled, 100_000).catch(() => undefined)
  await sleep(aRefreshMs)
  return outcomesOf(world, targets)
}

function isAsExpected(name: string, state: State, outcome: Outcome | undefined): boolean {
  const golden = goldens.get(name)?.[state]
  if (golden === undefined || outcome === undefined) return golden === outcome
  if (pending.has(name)) return outcome.reason === 'InvalidSpec'
  return isDeepStrictEqual(comparable(outcome), expected(golden, differences[name]?.[state]))
}

/** What we should make of a manifest: what ESO made of it, with the deliberate change. */
function wantedOf(name: string) {
  const { before, after } = goldens.get(name) ?? {}
  const changes: Partial<Difference> = differences[name] ?? {}
  return {
    ...(before === undefined ? {} : { before: expected(before, changes.before) }),
    ...(after === undefined ? {} : { after: expected(after, changes.after) }),
  }
}

function oursOf(name: string) {
  const [before, after] = [ours.before.get(name), ours.after.get(name)]
  return {
    ...(before === undefined ? {} : { before: comparable(before) }),
    ...(after === undefined ? {} : { after: comparable(after) }),
  }
}

test.each(names.filter((it) => !special.has(it)))('the manifest gives what ESO makes of it: %s', (name) => {
  expect(oursOf(name)).toEqual(wantedOf(name))
})

test.each(Object.entries(differences).map(([name, it]) => [it.number, name, it] as const))(
  'difference %s: %s',
  (_, name, { before, after }) => {
    expect(oursOf(name)).toEqual(wantedOf(name))
    for (const state of ['before', 'after'] as const) {
      const golden = goldens.get(name)?.[state]
      const change = { before, after }[state]
      if (golden === undefined || change === undefined) continue
      expect(expected(golden, change)).not.toEqual(comparable(golden))
    }
  },
)

test('difference 10: no ExternalSecret that has nothing outside to undo has a finalizer', async () => {
  const json = await world.kubectl('get', 'externalsecrets', '-n', namespace, '-o', 'json')
  const { items } = JSON.parse(json) as { items: readonly KubeObject[] }

  const held = items.filter((it) => (it.metadata.finalizers ?? []).length > 0)

  expect(items.length).toBeGreaterThan(100)
  expect(held.map((it) => it.metadata.name)).toEqual([])
})

test('difference 11: reasons are our own, and no hash of a value is written', () => {
  const reasonsOf = (outcomes: Iterable<Outcome>) => [...new Set([...outcomes].map((it) => it.reason))]
  const secrets = [...ours.after.values()].flatMap((it) => Object.values(it.secrets))

  const theirs = reasonsOf([...goldens.values()].map((it) => it.after)).filter(
    (it) => !sharedReasons.includes(it),
  )

  expect(reasonsOf(ours.after.values()).filter((it) => theirs.includes(it))).toEqual([])
  expect(secrets.flatMap((it) => Object.keys(it?.annotations ?? {})).filter(isHash)).toEqual([])
})

test.each(Object.entries(refused))('what can never work is not taken: %s', async (name, words) => {
  const files = await manifestFiles()
  const object = files.flatMap((it) => it.objects).find((it) => it.metadata.name === name)
  if (object === undefined) throw new Error(`there is no manifest ${name}`)

  const attempt = applyObjects(world, [object])

  await expect(attempt).rejects.toThrow(words)
  expect(goldens.get(name)?.after).toMatchObject({ ready: 'False', secrets: { [name]: null } })
})

test.each([...pending])('the manifest waits for what is not built: %s', async (name) => {
  const { status } = await world.get('externalsecret', name, namespace)

  const words = status?.conditions?.find((it) => it.reason === 'InvalidSpec')?.message

  expect(words).toContain('not supported')
})
