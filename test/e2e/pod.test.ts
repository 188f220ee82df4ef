// The whole of it on a real node: image, chart, pods with in-cluster credentials. The plugins of CNI itself enforce no
// NetworkPolicy: the API server takes the objects here, and what they let through is not seen.
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFailed, test } from 'vitest'
import { findProgram } from '../cluster/binaries.ts'
import { chart } from '../cluster/helm.ts'
import { buildImage } from '../image/build.ts'
import { whyNoImage } from '../image/debian.ts'
import { eventually } from '../manager/eventually.ts'
import { type NodeAkeyless, startAkeylessOn } from '../node/akeyless.ts'
import { census } from '../node/census.ts'
import { importArchive, killContainer } from '../node/images.ts'
import { holderOf, leader, newLeader } from '../node/leader.ts'
import { kubectlOn, type NodeFacts, startNode } from '../node/node.ts'
import { hasCommit, olderSources } from '../node/older.ts'
import { helm, managers, namespace, type Release, withImage } from '../node/release.ts'
import { ownName, remainsOf, removeDead, removeNode } from '../node/remains.ts'
import { whyNoNode } from '../node/requirements.ts'
import { mayFromInside } from '../node/rights.ts'
import * as shop from '../node/shop.ts'
import { tellTimes, timed } from '../node/times.ts'

const say = (line: string) => process.stderr.write(`${line}\n`)
const reason = (await whyNoNode(say)) ?? (await whyNoImage())
const where = reason === undefined ? '' : ` (not on this machine: ${reason})`

/** The first version that people could have installed. */
const olderCommit = '9325836'
const hasOlder = await hasCommit(olderCommit)
const fromOlder = hasOlder ? 'from an older commit' : `(not here: no commit ${olderCommit})`

const name = ownName()
const tag = 'pod-test'
const image = `keyferry.test/keyferry:${tag}`
const olderTag = `${tag}-older`

// Each test goes on where the one before it ended: a node is too dear to start anew.
describe.skipIf(reason !== undefined)(`a real pod${where}`, () => {
  let node: NodeFacts
  let akeyless: NodeAkeyless
  let release: Release
  let before: readonly string[]

  const kubectl = (words: string) => kubectlOn(node, ...words.split(' '))

  beforeAll(async () => {
    await removeDead()
    const built = await timed('image', () => buildImage({ tag, progress: say }))
    node = await timed('node', () => startNode(name, { progress: say }))
    await timed('import of the image', () => importArchive(node, built.archive))
    release = { node, helm: await findProgram('helm', say) }
    akeyless = await startAkeylessOn(node, '/shop/*')
    await kubectl(`create namespace ${namespace}`)
    await kubectl(`label namespace ${namespace} pod-security.kubernetes.io/enforce=restricted`)
  }, 900_000)

  afterAll(async () => {
    await akeyless?.[Symbol.asyncDispose]()
    await removeNode(name)
    tellTimes(say)
  }, 60_000)

  let hasFailed = false
  beforeEach((context) => {
    context.skip(hasFailed, 'a test before this one failed')
    onTestFailed(() => {
      hasFailed = true
    })
  })

  /** A new value in Akeyless reaches the file that the workload mounts. */
  async function rotate(value: string): Promise<void> {
    await akeyless.put(shop.item, value)
    const secret = () => shop.passwordOf(node)
    await timed(`${value}: to the Secret`, () =>
      eventually('the Secret is new', async () => (await secret()) === value, 60_000),
    )
    await timed(`${value}: to the mounted file`, () =>
      eventually('the file is new', async () => (await shop.fileOfWorkload(node)) === value, 60_000),
    )
  }

  test('helm installs two replicas into a namespace that enforces Pod Security restricted', async () => {
    before = await eventually('the namespace has its accounts', async () => {
      const found = await census(node)
      return found.includes(`ServiceAccount ${namespace}/default`) ? found : undefined
    })
    await timed('helm install --wait', () =>
      helm(release, 'install', chart, ...withImage(tag), '--wait', '--timeout=120s'),
    )
    const pods = await managers(node)
    expect(pods.map((it) => it.status.containerStatuses?.map((one) => one.ready))).toEqual([[true], [true]])
    expect(await census(node)).toContain(`NetworkPolicy ${namespace}/keyferry`)
  })

  test('a workload mounts a Secret that came by Kubernetes auth, and sees its rotation without a restart', async () => {
    await akeyless.put(shop.item, 'first')
    await shop.makeShop(node, akeyless)
    await timed('store and ExternalSecret to Ready', () =>
      kubectl(`wait --for=condition=Ready externalsecret/database -n ${shop.namespace} --timeout=60s`),
    )
    await timed('workload to Ready', () => shop.startWorkload(node, image))
    expect(await shop.fileOfWorkload(node)).toBe('first')
    await rotate('second')
    expect(await shop.restartsOfWorkload(node)).toBe(0)
  })

  test('accounts may do from inside a pod what is theirs, and no more', async () => {
    const lease = { group: 'coordination.k8s.io', resource: 'leases', namespace, name: 'keyferry' }
    const secrets = { resource: 'secrets', namespace: shop.namespace }
    const may = (account: string | undefined, ...rights: Parameters<typeof mayFromInside>[2]) =>
      mayFromInside(node, account, rights)

    expect(
      await may(
        undefined,
        { verb: 'patch', ...lease },
        { verb: 'get', ...secrets },
        { verb: 'create', ...secrets },
      ),
    ).toEqual([true, false, false])
    expect(
      await may(
        'keyferry-external-secrets',
        { verb: 'create', ...secrets },
        { verb: 'delete', ...secrets },
        { verb: 'create', resource: 'pods', namespace: shop.namespace },
      ),
    ).toEqual([true, false, false])
    expect(await may('keyferry-issuer', { verb: 'get', ...secrets }, { verb: 'create', ...secrets })).toEqual(
      [false, false],
    )
  })

  test('helm test finds all well', async () => {
    const told = await timed('helm test', () => helm(release, 'test', '--timeout=60s'))
    expect(told).toContain('Succeeded')
  })

  test('when the pod that leads is deleted by force the other one takes over', async () => {
    const old = await leader(node)
    const pod = `pod/${old.metadata.name}`
    await kubectl(`delete ${pod} -n ${namespace} --grace-period=0 --force`)
    const next = await timed('takeover after a forced deletion', () => newLeader(node, old))
    expect(next.metadata.uid).not.toBe(old.metadata.uid)
    await rotate('third')
  })

  test('when the process that leads is killed on the node another one takes over', async () => {
    const holder = await holderOf(node)
    const [container] = (await leader(node)).status.containerStatuses ?? []
    await killContainer(node, container?.containerID ?? '')
    await timed('takeover after SIGKILL', () =>
      eventually('the Lease has another holder', async () => (await holderOf(node)) !== holder, 60_000),
    )
    await rotate('fourth')
  })

  test.skipIf(!hasOlder)(`upgrades ${fromOlder}, there and back, rewrite no Secret`, async () => {
    const written = await shop.versionsOfSecrets(node)
    const sources = await olderSources(join(node.directory, 'older'), olderCommit)
    const built = await timed('older image', () => buildImage({ tag: olderTag, sources, progress: say }))
    await importArchive(node, built.archive)
    const older = join(sources.folder, 'charts/keyferry')
    const upgrade = async (to: string, withTag: string) => {
      const old = await leader(node)
      await helm(release, 'upgrade', to, ...withImage(withTag), '--wait', '--timeout=120s')
      await newLeader(node, old)
      await shop.syncNow(node)
    }
    await timed('helm upgrade to the older chart', () => upgrade(older, olderTag))
    expect(await shop.versionsOfSecrets(node)).toEqual(written)
    await timed('helm upgrade back', () => upgrade(chart, tag))
    expect(await shop.versionsOfSecrets(node)).toEqual(written)
  })

  test('helm uninstall leaves the CRDs, the Secrets of users, and nothing else', async () => {
    await timed('helm uninstall --wait', () => helm(release, 'uninstall', '--wait', '--timeout=60s'))
    // The API server itself makes an APIService for each version of a group.
    const kept = /^(CustomResourceDefinition|APIService) /
    const left = async () =>
      (await census(node)).filter((it) => !before.includes(it) && !shop.owns(it) && !kept.test(it))
    // Pods and what belongs to them go in the background.
    await eventually('all is gone', async () => (await left()).length === 0, 40_000).catch(() => {})
    expect(await left()).toEqual([])
    expect((await census(node)).filter((it) => it.startsWith('CustomResourceDefinition '))).toHaveLength(5)
    expect(await shop.passwordOf(node)).toBe('fourth')
  })

  test('the node leaves nothing on the machine', async () => {
    await akeyless[Symbol.asyncDispose]()
    await timed('end of the node', () => removeNode(name))
    expect(await remainsOf(name)).toEqual([])
  })
})
