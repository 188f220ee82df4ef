import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, expect, test } from 'vitest'
import { sharedCluster } from '../cluster/shared.ts'
import { editLines, whole } from '../fakes/fault-proxy/fault.ts'
import { type FaultProxy, startFaultProxy } from '../fakes/fault-proxy/fault-proxy.ts'
import { PkiAuthority } from '../fakes/pki/authority.ts'
import { Electors } from '../fakes/runtime/electors.ts'
import { eventually } from '../manager/eventually.ts'
import { startInnerManager } from '../manager/inner-manager.ts'
import { startIssuerManager } from '../manager/issuer-manager.ts'
import { customSide, pkiIssuer } from '../manager/issuer-pki.ts'
import { newIssuerScene } from '../manager/issuer-scene.ts'
import { newWorld } from '../manager/world.ts'
import { applyCertManagerCrds } from '../partners/cert-manager.ts'

const cluster = sharedCluster()
/** Longer than the lease. */
const frozenMs = 60_000
/** A call that were made would be made in a moment. */
const momentMs = 1000

beforeAll(() => applyCertManagerCrds(cluster), 300_000)

const startProxy = () => startFaultProxy({ upstream: cluster.server, upstreamCaPem: cluster.caPem })

/**
 * The process stands still past its lease while the answer to a write of this status, which says `word` by now, waits
 * in its socket: as it goes on, it reads the answer before any timer fires.
 */
function freezeAtStatusOf(name: string, word: string, proxy: FaultProxy, { clock }: Electors): void {
  const freeze = editLines((line) => {
    if (line.includes(word)) clock.freeze(frozenMs)
    return [whole(line)]
  })
  const isIt = ({ method, path }: { method: string; path: string }) =>
    method === 'PATCH' && path.includes(`/${name}/status`)
  proxy.on(isIt, freeze)
}

test('a leader that was frozen before a submit asks no CA when it goes on', async () => {
  await using stack = new AsyncDisposableStack()
  const scene = await newIssuerScene(cluster)
  const side = await customSide(await PkiAuthority.make())
  stack.defer(() => side.server.down())
  await scene.apply(...pkiIssuer(scene, 'ca', side))
  const proxy = stack.use(await startProxy())
  const electors = new Electors()
  const { token, namespace } = scene
  const elector = electors.elector('first')
  const reached = { server: proxy.url, caPem: proxy.caPem }
  const manager = stack.use(
    await startIssuerManager({
      cluster: reached,
      token,
      args: ['--namespace', namespace, '--insecure-local-endpoints'],
      elector,
    }),
  )
  await scene.reason('externalissuer', 'ca', 'Checked')
  const askedBefore = side.server.seen.length

  freezeAtStatusOf('a', 'Ready', proxy, electors)
  await scene.request('a')
  await eventually('leadership is lost', () => elector.signal.aborted, 90_000)
  await sleep(momentMs)

  expect(side.server.seen.slice(askedBefore)).toEqual([])
  expect(manager.log.filter((it) => it.includes('defect'))).toEqual([])
})

test('a leader that was frozen before a mint asks no Gateway when it goes on', async () => {
  await using stack = new AsyncDisposableStack()
  const world = stack.use(await newWorld(cluster))
  const item = `/${world.namespace}/db`
  world.akeyless.state.dynamic(item, {})
  const proxy = stack.use(await startProxy())
  const electors = new Electors()
  const elector = electors.elector('first')
  const manager = stack.use(
    await startInnerManager(world, { server: { url: proxy.url, caPem: proxy.caPem }, elector }),
  )
  await world.apply(world.store('akeyless'))
  await world.reason('secretstore', 'akeyless', 'Valid')

  freezeAtStatusOf('db', 'Minting', proxy, electors)
  await world.apply(world.externalSecret('db', { data: [{ secretKey: 'all', remoteRef: { key: item } }] }))
  await eventually('leadership is lost', () => elector.signal.aborted, 90_000)
  await sleep(momentMs)

  expect(world.akeyless.state.leases.all).toEqual([])
  const audits = manager.log.filter((it) => it.includes('"audit"') && it.includes('lease_minted'))
  expect(audits.filter((it) => !it.includes('"result":"Aborted"'))).toEqual([])
})
