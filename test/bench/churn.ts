import { externalSecretKind } from '../../src/api/externalsecret.ts'
import { secretKind } from '../../src/kube/kind.ts'
import type { KubeObject } from '../../src/kube/object.ts'
import { processFigures, round, slopeOf } from './figures.ts'
import type { Stage } from './first-sync.ts'
import { eachOf, nameOf } from './load.ts'
import type { RunningOperator } from './operator.ts'

/** What many watch events did to the memory of an operator. */
export interface Churn {
  readonly events: number
  readonly seconds: number
  readonly rssMbAtStart: number
  readonly rssMbAtEnd: number
  readonly peakRssMb: number
  /** Growth of resident memory over the second half, in 2^20 bytes for each 100,000 events. */
  readonly slopeMbPer100k: number
  /** The largest distance of a sample of the second half from the straight line through them. */
  readonly noiseMb: number
}

const foreign = 500
const atATime = 30
/** One of so many events is a change of an ExternalSecret, which is read and written for; the others are of Secrets. */
const oneIn = 100
const { signal } = new AbortController()

/** Changes foreign Secrets and ExternalSecrets as fast as the API server takes it, and watches resident memory. */
export async function measureChurn(
  { client, world, load }: Stage,
  running: RunningOperator,
  events: number,
  say: (line: string) => void,
): Promise<Churn> {
  const { namespace } = world
  await eachOf(foreign, atATime, async (index) => {
    const secret: KubeObject & { readonly data: object } = {
      metadata: { namespace, name: `foreign-${index}` },
      data: { a: 'eA==' },
    }
    await client.create(secretKind, secret, { fieldManager: 'bench', signal })
  })
  const samples: [number, number][] = []
  let done = 0
  const sample = async () => void samples.push([done, (await processFigures(running.pid)).rssMb])
  await sample()
  const sampler = setInterval(() => void sample(), 1000)
  const teller = setInterval(() => say(`  ${done} of ${events} events`), 15_000)
  const began = performance.now()
  await eachOf(events, atATime, async (index) => {
    const isOwn = index % oneIn === 0
    const ref = { namespace, name: isOwn ? nameOf(index % load.count) : `foreign-${index % foreign}` }
    const patch = { metadata: { labels: { turn: String(index) } } }
    await client.mergePatch(isOwn ? externalSecretKind : secretKind, ref, patch, {
      fieldManager: 'bench',
      signal,
    })
    done++
  })
  clearInterval(sampler)
  clearInterval(teller)
  await sample()
  const seconds = round((performance.now() - began) / 1000)
  const { peakRssMb } = await processFigures(running.pid)
  return { events, seconds, peakRssMb, ...trendOf(samples) }
}

function trendOf(samples: readonly [number, number][]) {
  const half = samples.slice(Math.floor(samples.length / 2))
  const slope = slopeOf(half)
  const [firstX, firstY] = half[0] ?? [0, 0]
  const distances = half.map(([x, y]) => Math.abs(y - (firstY + slope * (x - firstX))))
  return {
    rssMbAtStart: samples[0]?.[1] ?? 0,
    rssMbAtEnd: samples.at(-1)?.[1] ?? 0,
    slopeMbPer100k: round(slope * 100_000),
    noiseMb: round(Math.max(...distances)),
  }
}
