import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freePort } from '../cluster/free-port.ts'
import { kubeconfigOf } from '../cluster/kubeconfig.ts'
import { tail } from '../cluster/process.ts'
import { newNamespace, sharedCluster } from '../cluster/shared.ts'
import { buildImage } from '../image/build.ts'
import { mountedAt, rssMb, startContainer, type Unpacked } from '../image/container.ts'
import { whyNoImage } from '../image/debian.ts'
import { configOf, unpackImage } from '../image/oci.ts'
import { eventually } from '../manager/eventually.ts'
import { takeTurn } from '../manager/turn.ts'

const missing = await whyNoImage()

/** The promise is 1 s. */
const readyWithinMs = 3000
/** The promise is 50: what it is here is printed. */
const idleAboveBareMb = 80

describe.skipIf(missing !== undefined)(`the image${missing === undefined ? '' : ` (${missing})`}`, () => {
  let directory: string
  let turn: AsyncDisposable
  let unpacked: Unpacked

  beforeAll(async () => {
    // Beside seven others a start of 0.4 s takes 3.
    turn = await takeTurn(sharedCluster())
    directory = await mkdtemp(join(tmpdir(), 'keyferry-image-'))
    const output = join(directory, 'image.tar')
    const folder = join(directory, 'root')
    await buildImage({ tag: 'started', output, progress: say })
    await unpackImage(output, folder)
    unpacked = { folder, config: await configOf(output) }
  }, 600_000)

  afterAll(async () => {
    await turn[Symbol.asyncDispose]()
    await rm(directory, { recursive: true, force: true })
  })

  test('is ready within its deadline on a read-only root, as its own user without any right', async () => {
    const times: number[] = []
    for (let start = 0; start < 3; start++) {
      await using keyferry = await startKeyferry(unpacked)
      times.push(keyferry.readyMs)
      const status = await readFile(`/proc/${keyferry.pid}/status`, 'utf8')

      expect(status).toMatch(/^Uid:\t65532\t65532\t65532\t65532$/m)
      expect(status).toMatch(/^Gid:\t65532\t65532\t65532\t65532$/m)
      expect(status).toMatch(/^CapEff:\t0+$/m)
      expect(await rootOptions(keyferry.pid)).toContain('ro')
    }

    say(`the image is ready in ${times.map((it) => `${Math.round(it)} ms`).join(', ')}`)
    const [, usual] = times.toSorted((a, b) => a - b)
    expect(usual).toBeLessThan(readyWithinMs)
  })

  test('keeps little memory beside that of Node itself', async () => {
    await using bare = await startContainer(unpacked, {
      entrypoint: ['node'],
      args: ['-e', 'setInterval(() => {}, 1e6)'],
    })
    await using keyferry = await startKeyferry(unpacked)

    await sleep(5000)
    const [idle, floor] = [await rssMb(keyferry.pid), await rssMb(bare.pid)]

    say(`the image idles at ${Math.round(idle)} MB, bare Node at ${Math.round(floor)} MB`)
    expect(idle - floor).toBeLessThan(idleAboveBareMb)
  })
})

function say(line: string): void {
  process.stderr.write(`${line}\n`)
}

type Keyferry = Awaited<ReturnType<typeof startContainer>> & { readonly readyMs: number }

/** Both halves with leader election, as the chart runs them, in a namespace where nothing is. */
async function startKeyferry(image: Unpacked): Promise<Keyferry> {
  const namespace = await newNamespace('image')
  const [metrics, probes] = await Promise.all([freePort(), freePort()])
  const { server, caPem, adminToken: token } = sharedCluster()
  const options = {
    '--kubeconfig': `${mountedAt}/kubeconfig`,
    '--namespace': namespace,
    '--leader-elect': 'true',
    '--leader-election-namespace': namespace,
    '--metrics-bind-address': `127.0.0.1:${metrics}`,
    '--health-probe-bind-address': `127.0.0.1:${probes}`,
  }
  const started = performance.now()
  const container = await startContainer(image, {
    args: ['manager', ...Object.entries(options).map(([name, value]) => `${name}=${value}`)],
    files: { kubeconfig: kubeconfigOf({ server, caPem, token }) },
  })
  await becameReady(`http://127.0.0.1:${probes}/readyz`, container)
  return { ...container, readyMs: performance.now() - started }
}

async function becameReady(
  url: string,
  container: Awaited<ReturnType<typeof startContainer>>,
): Promise<void> {
  try {
    await eventually('the container is ready', async () => {
      if (!container.isRunning()) throw new Error('the container ended')
      return (await fetch(url)).status === 200
    })
  } catch (cause) {
    await container.end('SIGKILL')
    throw new Error(`Not ready:\n${await tail(container.logFile)}`, { cause })
  }
}

/** The mount options of the root that a process sees. */
async function rootOptions(pid: number): Promise<readonly string[]> {
  const mounts = (await readFile(`/proc/${pid}/mountinfo`, 'utf8')).split('\n').map((it) => it.split(' '))
  return mounts.findLast((it) => it[4] === '/')?.[5]?.split(',') ?? []
}
