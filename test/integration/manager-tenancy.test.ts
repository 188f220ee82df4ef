import { afterAll, beforeAll, expect, test } from 'vitest'
import { newNamespace, sharedCluster } from '../cluster/shared.ts'
import { auditLines } from '../manager/audit-log.ts'
import { newServedWorld, type ServedWorld } from '../manager/served-world.ts'
import type { World } from '../manager/world.ts'

const cluster = sharedCluster()
let scene: ServedWorld
let world: World
let teams: readonly [string, string]
const admitted: string[] = []

beforeAll(async () => {
  scene = await newServedWorld(cluster)
  world = scene.world
  teams = [await newNamespace('team-a'), await newNamespace('team-b')]
  world.akeyless.state.k8sAuth({ accessId: 'p-teams', config: 'teams', boundServiceAccounts: ['reader'] })
  for (const team of teams) {
    await world.kubectl('-n', team, 'create', 'serviceaccount', 'reader')
    world.akeyless.state.role({
      accessId: 'p-teams',
      rules: [{ path: `/teams/${team}/*`, capabilities: ['read', 'list'] }],
      subClaims: { namespace: [team] },
    })
    world.akeyless.state.secret(`/teams/${team}/password`, { value: `secret of ${team}` })
  }
  const shared = [{ path: '/teams/shared/*', capabilities: ['read', 'list'] as const }]
  world.akeyless.state.role({ accessId: 'p-teams', rules: shared })
  world.akeyless.state.secret('/teams/shared/motto', { value: 'for all' })
  await world.apply(clusterStore())
})

afterAll(async () => {
  await world.kubectl('delete', 'clustersecretstore', world.namespace, '--ignore-not-found')
  await scene?.[Symbol.asyncDispose]()
})

/** A store without a namespace for its ServiceAccount: each ExternalSecret brings its own. */
function clusterStore(): object {
  const kubernetesAuth = { accessID: 'p-teams', k8sConfName: 'teams', serviceAccountRef: { name: 'reader' } }
  const akeyless = { akeylessGWApiURL: world.akeyless.url, authSecretRef: { kubernetesAuth } }
  return {
    apiVersion: 'external-secrets.io/v1',
    kind: 'ClusterSecretStore',
    metadata: { name: world.namespace },
    spec: {
      controller: world.controllerClass,
      provider: { akeyless },
      conditions: [{ namespaces: [...teams] }, { namespaceSelector: { matchLabels: { secrets: 'shared' } } }],
    },
  }
}

function reading(
  namespace: string,
  name: string,
  key: string,
  store?: { kind: string; name: string },
): object {
  return {
    apiVersion: 'external-secrets.io/v1',
    kind: 'ExternalSecret',
    metadata: { namespace, name },
    spec: {
      secretStoreRef: store ?? { kind: 'ClusterSecretStore', name: world.namespace },
      data: [{ secretKey: 'password', remoteRef: { key } }],
    },
  }
}

/** Waits until the ExternalSecret of another namespace than the world's shows a reason. */
async function reasonIn(namespace: string, name: string, reason: string): Promise<void> {
  const jsonPath = `jsonpath={.status.conditions[?(@.type=="Ready")].reason}=${reason}`
  await world.kubectl('-n', namespace, 'wait', `--for=${jsonPath}`, `externalsecret/${name}`, '--timeout=30s')
}

test('a store whose identity each namespace brings is Ready as such, without a login', async () => {
  await world.reason('clustersecretstore', world.namespace, 'ReferentIdentity')
})

test('two teams read their own paths through one store, and neither the other one its', async () => {
  const [a, b] = teams
  await world.apply(
    reading(a, 'own', `/teams/${a}/password`),
    reading(b, 'own', `/teams/${b}/password`),
    reading(a, 'other', `/teams/${b}/password`),
    reading(b, 'other', `/teams/${a}/password`),
  )

  for (const team of teams) {
    await reasonIn(team, 'own', 'Synced')
    await reasonIn(team, 'other', 'AccessDenied')
    expect(await world.secret('own', team)).toEqual({ password: `secret of ${team}` })
    expect(await world.secret('other', team)).toBeUndefined()
  }
})

test('a namespace is denied what the conditions leave out, and admitted as soon as its labels say so', async () => {
  const outside = await newNamespace('outside')
  admitted.push(outside)
  await world.kubectl('-n', outside, 'create', 'serviceaccount', 'reader')
  await world.apply(reading(outside, 'shared', '/teams/shared/motto'))
  await reasonIn(outside, 'shared', 'AccessDenied')

  await world.kubectl('label', 'namespace', outside, 'secrets=shared')
  await reasonIn(outside, 'shared', 'Synced')

  expect(await world.secret('shared', outside)).toEqual({ password: 'for all' })
})

test('a namespaced store that names another namespace is refused, and nothing there is read', async () => {
  const victim = await newNamespace('victim')
  await world.kubectl('-n', victim, 'create', 'serviceaccount', 'reader')
  await world.kubectl(
    '-n',
    victim,
    'create',
    'secret',
    'generic',
    'key',
    '--from-literal=key=k',
    '--from-literal=id=p-app',
  )
  const auths = {
    'steals-token': {
      kubernetesAuth: {
        accessID: 'p-teams',
        k8sConfName: 'teams',
        serviceAccountRef: { name: 'reader', namespace: victim },
      },
    },
    'steals-jwt': {
      kubernetesAuth: {
        accessID: 'p-teams',
        k8sConfName: 'teams',
        secretRef: { name: 'key', namespace: victim, key: 'key' },
      },
    },
    'steals-key': {
      secretRef: {
        accessID: { name: 'key', namespace: victim, key: 'id' },
        accessType: { name: 'key', namespace: victim, key: 'id' },
        accessTypeParam: { name: 'key', namespace: victim, key: 'key' },
      },
    },
  }
  for (const [name, authSecretRef] of Object.entries(auths)) {
    await world.apply(
      world.store(name, { authSecretRef }),
      world.externalSecret(name, { data: [{ secretKey: 'a', remoteRef: { key: '/a' } }] }, { name }),
    )
    await world.reason('secretstore', name, 'InvalidSpec')
    await world.reason('externalsecret', name, 'InvalidSpec')
  }

  const touched = (await requestsOfManager()).filter((it) => it.namespace === victim)
  expect(touched).toEqual([])
})

interface AuditEvent {
  readonly user: { readonly username: string }
  readonly verb: string
  readonly objectRef?: {
    readonly namespace?: string
    readonly resource: string
    readonly name?: string
    readonly subresource?: string
  }
}

/** What the API server's audit log says that this manager asked for by name. */
async function requestsOfManager(): Promise<{ namespace: string | undefined; what: string }[]> {
  const username = `system:serviceaccount:${world.namespace}:keyferry`
  const lines = (await auditLines(cluster)).filter((it) => it.includes(username))
  return lines
    .map((it) => JSON.parse(it) as AuditEvent)
    .filter((it) => it.user.username === username && it.objectRef?.name !== undefined)
    .map(({ verb, objectRef }) => ({
      namespace: objectRef?.namespace,
      what: `${verb} ${objectRef?.resource}/${objectRef?.name} ${objectRef?.subresource ?? ''}`,
    }))
}

/**
 * Telling somebody that they are refused: a status, which may have to be read first, an Event. Tests beside this one
 * take stores of the cluster away that their ExternalSecrets still name, and no class says whose those are then.
 */
function isAnswer(what: string): boolean {
  return /^(get|patch) externalsecrets\//.test(what) || /^(create|patch) events\//.test(what)
}

test("the API server's audit log shows no request by name outside the namespaces that use our stores", async () => {
  const own = new Set<string | undefined>([world.namespace, ...teams, ...admitted, undefined])
  const requests = await requestsOfManager()

  expect(requests.length).toBeGreaterThan(5)
  expect(requests.filter((it) => !own.has(it.namespace) && !isAnswer(it.what))).toEqual([])
})

test('the manager neither updates nor deletes anything', async () => {
  const requests = await requestsOfManager()

  expect(requests.filter((it) => /^(update|delete|deletecollection) /.test(it.what))).toEqual([])
})
