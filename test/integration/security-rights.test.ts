import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { sharedCluster } from '../cluster/shared.ts'
import { bind, newAccount } from '../manager/accounts.ts'
import { requestsOf } from '../manager/audit-log.ts'
import { type ManagerProcess, startManager } from '../manager/manager-process.ts'
import { newWorld, type World } from '../manager/world.ts'

const cluster = sharedCluster()
const roleFile = join(import.meta.dirname, '../../config/rbac/keyferry-external-secrets.yaml')
let world: World
let manager: ManagerProcess
let role: { rules: Rule[] }

interface Rule {
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly verbs: readonly string[]
}

beforeAll(async () => {
  world = await newWorld(cluster)
  role = parse(await readFile(roleFile, 'utf8')) as typeof role
  const withoutTokens = role.rules.filter((it) => !it.resources.includes('serviceaccounts/token'))
  const named = { name: `${world.namespace}-no-tokens` }
  const tokens = {
    apiGroups: [''],
    resources: ['serviceaccounts/token'],
    resourceNames: ['app'],
    verbs: ['create'],
  }
  const apiVersion = 'rbac.authorization.k8s.io/v1'
  await world.apply(
    { apiVersion, kind: 'ClusterRole', metadata: named, rules: withoutTokens },
    {
      apiVersion,
      kind: 'Role',
      metadata: { name: 'tokens-of-app', namespace: world.namespace },
      rules: [tokens],
    },
  )
  const token = await newAccount(world, 'narrow', [{ role: named.name }])
  await bind(world, 'narrow', { role: 'tokens-of-app', namespace: world.namespace, kind: 'Role' })
  manager = await startManager(cluster, { token, args: ['--controller-class', world.controllerClass] })
})

afterAll(async () => {
  await manager?.[Symbol.asyncDispose]()
  await world?.kubectl('delete', 'clusterrole', `${world.namespace}-no-tokens`, '--ignore-not-found')
  await world?.[Symbol.asyncDispose]()
})

test('S7: rights to tokens of one ServiceAccount reach that one, and a store that names another says what is missing', async () => {
  const other = {
    authSecretRef: {
      kubernetesAuth: { accessID: 'p-app', k8sConfName: 'test', serviceAccountRef: { name: 'reviewer' } },
    },
  }
  world.akeyless.state.secret(`/${world.namespace}/item`, { value: 'value' })
  const data = [{ secretKey: 'a', remoteRef: { key: `/${world.namespace}/item` } }]
  await world.apply(
    world.store('akeyless'),
    world.store('other', other),
    world.externalSecret('by-app', { data }),
    world.externalSecret('by-other', { data }, { name: 'other' }),
  )
  await world.reason('externalsecret', 'by-app', 'Synced')

  const seen = await world.reason('secretstore', 'other', 'AuthFailed')
  const refused = (await requestsOf(cluster, `${world.namespace}:narrow`)).filter((it) => it.status === 403)

  expect(seen.status?.conditions?.[0]?.message).toContain('grant it create on serviceaccounts/token there')
  expect(new Set(refused.map((it) => `${it.resource} ${it.name}`))).toEqual(
    new Set(['serviceaccounts/token reviewer']),
  )
  expect(await world.secret('by-other')).toBeUndefined()
})

// What fails without each of them: rights-external-secrets.test.ts.
test('S15: no right of the role is idle: each is used by a sync, but those that are for others’ faults', async () => {
  const granted = role.rules.flatMap(({ resources, verbs }) =>
    resources.flatMap((resource) => verbs.map((verb) => `${verb} ${resource}`)),
  )

  // The API server asks for create where an apply makes a Secret, and logs the patch; WatchList stands for list.
  const unlogged = ['create secrets', ...granted.filter((it) => it.startsWith('list '))]
  // A get by name is for one object that must be read live: a credential, a CA, a template, what stands in the way.
  const occasional = [
    'get secrets',
    'get configmaps',
    'get externalsecrets',
    'get secretstores',
    'get clustersecretstores',
    'create tokenreviews',
    'patch clustersecretstores/status',
    // The finalizer of those that hold leases.
    'patch externalsecrets',
    'patch events',
  ]
  const exempt = new Set([...occasional, ...unlogged])
  const idle = async () => {
    const requests = await requestsOf(cluster, `${world.namespace}:narrow`)
    const used = new Set(requests.map((it) => `${it.verb} ${it.resource}`))
    return granted.filter((it) => !used.has(it) && !exempt.has(it))
  }
  // An Event may be sent seconds after the status.
  await expect.poll(idle).toEqual([])
})

/**
 * Tests beside this one take stores of the cluster away that their ExternalSecrets still name: no class says any longer
 * whose those are, and they are told.
 */
function isAnswer(resource: string): boolean {
  return /^(externalsecrets(\/status)?|events)$/.test(resource)
}

test('S1: nothing was asked for by name outside the namespace of the store', async () => {
  const requests = await requestsOf(cluster, `${world.namespace}:narrow`)
  const named = requests.filter((it) => it.name !== undefined && it.namespace !== undefined)

  expect(named.length).toBeGreaterThan(2)
  expect(named.filter((it) => it.namespace !== world.namespace && !isAnswer(it.resource))).toEqual([])
})
