import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { helm } from '../cluster/helm.ts'
import { sharedCluster } from '../cluster/shared.ts'
import { type InnerManager, startInnerManager } from '../manager/inner-manager.ts'
import { newWorld, type World } from '../manager/world.ts'

const cluster = sharedCluster()
/** Far more than a verdict takes, and what a failure at once must stay below. */
const timeoutSeconds = 50

let world: World
let manager: InnerManager
let directory: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'keyferry-helm-wait-'))
  world = await newWorld(cluster)
  await world.apply(world.store('akeyless'))
  const server = { url: cluster.server, caPem: cluster.caPem }
  manager = await startInnerManager(world, { server, args: ['--namespace', world.namespace] })
  await world.reason('secretstore', 'akeyless', 'Valid', 'Ready', 30_000)
})

afterAll(async () => {
  await manager?.[Symbol.asyncDispose]()
  await world?.[Symbol.asyncDispose]()
  await rm(directory, { recursive: true, force: true })
})

test("helm install --wait of a user's chart returns once the Secret is there", async () => {
  world.akeyless.state.secret(item('there'), { value: 'hello' })

  await install('there')

  expect(await world.secret('there')).toEqual({ token: 'hello' })
})

test('helm install --wait fails at once, and names the ExternalSecret, when a person must act', async () => {
  const startMs = Date.now()

  const said = await install('missing').then(
    () => 'installed',
    (error: { stderr: string }) => error.stderr,
  )

  expect(said).toContain(`ExternalSecret/${world.namespace}/missing`)
  expect(said).toContain('status: Failed')
  expect(said).toContain(item('missing'))
  expect(Date.now() - startMs).toBeLessThan(timeoutSeconds * 1000)
})

function item(name: string): string {
  return `/${world.namespace}/${name}`
}

/** Installs a chart with one ExternalSecret, which reads the item of its name. */
async function install(name: string): Promise<void> {
  const chart = join(directory, name)
  await mkdir(join(chart, 'templates'), { recursive: true })
  await writeFile(join(chart, 'Chart.yaml'), `{apiVersion: v2, name: ${name}, version: 1.0.0}`)
  const data = [{ secretKey: 'token', remoteRef: { key: item(name) } }]
  const object = world.externalSecret(name, { refreshInterval: '1h', target: { name }, data })
  await writeFile(join(chart, 'templates/externalsecret.yaml'), JSON.stringify(object))
  await helm(cluster, 'install', name, chart, '-n', world.namespace, '--wait', `--timeout=${timeoutSeconds}s`)
}
