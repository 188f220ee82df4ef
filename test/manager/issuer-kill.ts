import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ClusterFacts } from '../cluster/cluster.ts'
import { strike } from '../fakes/fault-proxy/fault.ts'
import { type FaultProxy, startFaultProxy } from '../fakes/fault-proxy/fault-proxy.ts'
import type { ProxiedRequest } from '../fakes/fault-proxy/proxied-request.ts'
import { PkiAuthority } from '../fakes/pki/authority.ts'
import { callName } from './call-name.ts'
import { eventually } from './eventually.ts'
import { type PkiSide, pkiIssuer } from './issuer-pki.ts'
import { type IssuerScene, newIssuerScene, type SeenObject } from './issuer-scene.ts'
import { type ManagerProcess, startManager } from './manager-process.ts'

/** Where a manager is killed: at one of its calls, before the other side hears of it or when it has answered. */
export interface KillMoment {
  readonly name: string
  readonly occurrence: number
  readonly side: 'api' | 'pki'
  readonly when: 'before' | 'after'
}

/** A PKI that is slow or quick, and what of its calls is worth dying at. */
export interface IssuingScene {
  readonly name: string
  makeSide(authority: PkiAuthority): Promise<PkiSide>
}

/** What a run left. */
export interface IssuingRun {
  readonly moments: readonly KillMoment[]
  /** CSRs that the PKI was handed, and certificates that it made of them. */
  readonly submits: number
  readonly made: number
  /** The request when it was left behind, and at the end. */
  readonly interim: SeenObject | undefined
  readonly end: SeenObject
}

/** A place for one run after the other: a namespace, a PKI, and proxies between them and the manager. */
export interface IssuingLane extends AsyncDisposable {
  /** Runs the scene to its end; with a moment the manager is killed there, and another one takes over. */
  run(moment?: KillMoment): Promise<IssuingRun>
}

const endMs = 45_000

/** Makes the lane for one scene, with the program `entry` as its manager. */
export async function newIssuingLane(
  cluster: ClusterFacts,
  entry: string,
  issuing: IssuingScene,
): Promise<IssuingLane> {
  const directory = await mkdtemp(join(tmpdir(), 'keyferry-lane-'))
  const scene = await newIssuerScene(cluster)
  const authority = await PkiAuthority.make()
  const api = await startFaultProxy({ upstream: cluster.server, upstreamCaPem: cluster.caPem })
  const caFile = join(directory, 'ca.crt')
  await writeFile(caFile, api.caPem)
  // The proxy must know the PKI, and the PKI's configuration must name the proxy.
  const unplaced = await issuing.makeSide(authority)
  const pki = await startFaultProxy({ upstream: unplaced.server.url, upstreamCaPem: authority.rootPem })
  const yaml = unplaced.yaml
    .replaceAll(unplaced.server.url, pki.url)
    .replace(indentedIn(unplaced.yaml), indent(pki.caPem))
  const side = { ...unplaced, yaml }
  await scene.apply(...pkiIssuer(scene, 'ca', side))
  const begin = () =>
    startOnFreePorts(cluster, {
      entry,
      token: scene.token,
      server: { url: api.url, caFile },
      args: ['--controllers', 'issuers', '--namespace', scene.namespace],
    })
  return {
    run: (moment) => runOnce({ scene, side, authority, begin, proxies: { api, pki } }, moment),
    async [Symbol.asyncDispose]() {
      await Promise.all([api.close(), pki.close(), side.server.down()])
      await rm(directory, { recursive: true, force: true })
    },
  }
}

/** Somebody else may take a port between its choice and its use. */
async function startOnFreePorts(...args: Parameters<typeof startManager>): Promise<ManagerProcess> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await startManager(...args)
    } catch (error) {
      if (attempt === 5 || !(error instanceof Error && error.message.includes('EADDRINUSE'))) throw error
    }
  }
}

interface Stage {
  readonly scene: IssuerScene
  readonly side: PkiSide
  readonly authority: PkiAuthority
  readonly begin: () => Promise<ManagerProcess>
  readonly proxies: Readonly<Record<KillMoment['side'], FaultProxy>>
}

async function runOnce(stage: Stage, moment: KillMoment | undefined): Promise<IssuingRun> {
  const { scene, side, authority, proxies } = stage
  const before = { submits: side.submits(), made: authority.issued }
  const from = moment === undefined ? await issueUndisturbed(stage) : undefined
  const interim = moment === undefined ? undefined : await dieAt(moment, stage)
  await using successor = moment === undefined ? undefined : await stage.begin()
  const end = await scene.reason('certificaterequest', 'a', 'Issued', endMs)
  await quiet(proxies)
  const moments = from === undefined ? [] : momentsOf(proxies, from, scene.namespace)
  await successor?.end('SIGKILL')
  await scene.remove('certificaterequest', 'a')
  const submits = side.submits() - before.submits
  return { moments, submits, made: authority.issued - before.made, interim, end }
}

type Lengths = Readonly<Record<KillMoment['side'], number>>

/** Gives how many calls had been made before the request came. */
async function issueUndisturbed(stage: Stage): Promise<Lengths> {
  await using _ = await settled(stage)
  const { api, pki } = stage.proxies
  const from = { api: api.requests.length, pki: pki.requests.length }
  await stage.scene.request('a')
  await stage.scene.reason('certificaterequest', 'a', 'Issued', endMs)
  await quiet(stage.proxies)
  return from
}

/** A manager that has checked its issuer and has nothing left to do. */
async function settled({ begin, proxies, scene }: Stage): Promise<ManagerProcess> {
  const before = proxies.pki.requests.length
  const manager = await begin()
  await eventually('the issuer is checked', () => proxies.pki.requests.length > before, endMs)
  await scene.reason('externalissuer', 'ca', 'Checked', endMs)
  await quiet(proxies)
  return manager
}

/** Gives the request as it is left behind. */
async function dieAt(moment: KillMoment, stage: Stage): Promise<SeenObject> {
  const { proxies, scene } = stage
  await using victim = await settled(stage)
  let seen = 0
  const dead = Promise.withResolvers<void>()
  const isIt = (request: ProxiedRequest) =>
    nameOf(request, scene.namespace) === moment.name && seen++ === moment.occurrence
  const kill = () => victim.end('SIGKILL').then(dead.resolve)
  const remove = proxies[moment.side].on(isIt, strike(moment.when, kill), { times: 1 })
  await scene.request('a')
  await Promise.race([dead.promise, sleep(endMs)])
  remove()
  if (victim.isRunning()) throw new Error('the moment never came')
  return scene.get('certificaterequest', 'a')
}

function momentsOf(proxies: Stage['proxies'], from: Lengths, namespace: string): readonly KillMoment[] {
  return (['api', 'pki'] as const).flatMap((side) => {
    const counts = new Map<string, number>()
    return proxies[side].requests.slice(from[side]).flatMap((request): readonly KillMoment[] => {
      const name = nameOf(request, namespace)
      const occurrence = counts.get(name) ?? 0
      counts.set(name, occurrence + 1)
      const isOfIssuing = side === 'pki' || (name.includes('NAMESPACE') && !name.startsWith('WATCH'))
      return isOfIssuing
        ? (['before', 'after'] as const).map((when) => ({ name, occurrence, side, when }))
        : []
    })
  })
}

/** The same in every run: no namespace, no id of an order. */
function nameOf(request: ProxiedRequest, namespace: string): string {
  return callName(request, namespace).replace(/\/orders\/[^/?]+/, '/orders/ID')
}

async function quiet({ api, pki }: Stage['proxies']): Promise<void> {
  const count = () => api.requests.length + pki.requests.length
  for (let before = -1; before !== count(); await sleep(300)) before = count()
}

function indentedIn(yaml: string): string {
  const [found = ''] = / {4}-----BEGIN CERTIFICATE-----\n[^-]+-----END CERTIFICATE-----/.exec(yaml) ?? []
  return found
}

function indent(pem: string): string {
  return pem.trimEnd().replace(/^/gm, '    ')
}
