import { afterAll, beforeAll, expect, test } from 'vitest'
import { sharedCluster } from '../cluster/shared.ts'
import { type Bundle, buildBundle } from '../manager/bundle.ts'
import {
  type IssuingRun,
  type IssuingScene,
  type KillMoment,
  newIssuingLane,
} from '../manager/issuer-kill.ts'
import { customSide, vaultSide } from '../manager/issuer-pki.ts'
import { applyCertManagerCrds } from '../partners/cert-manager.ts'

const cluster = sharedCluster()
/** A manager that starts keeps a core busy for a second. */
const laneCount = 3
let bundle: Bundle

beforeAll(async () => {
  await applyCertManagerCrds(cluster)
  bundle = await buildBundle()
}, 300_000)

afterAll(() => bundle?.[Symbol.asyncDispose]())

interface Expectation extends IssuingScene {
  /** Certificates beyond the first, by the moment of the kill: the PKI cannot know that a request comes again. */
  readonly doubles: readonly string[]
  /** CSRs that come again and are known, by the moment of the kill. */
  readonly repeats: readonly string[]
}

const submitOf = { orders: 'POST /api/orders', sign: 'POST /v1/pki/sign/web' } as const
const status = 'PATCH /apis/cert-manager.io/v1/namespaces/NAMESPACE/certificaterequests/a/status'

/** The CA has answered, and the first write to tell of it (the second of all) has not come through. */
function untold(submit: string): readonly string[] {
  return [`after pki ${submit} #0`, `before api ${status} #1`]
}

const scenes: readonly Expectation[] = [
  {
    name: 'an asynchronous PKI that knows an Idempotency-Key',
    makeSide: customSide,
    doubles: [],
    repeats: untold(submitOf.orders),
  },
  {
    name: 'an asynchronous PKI without idempotency',
    makeSide: async (authority) => {
      const side = await customSide(authority)
      return { ...side, yaml: side.yaml.replace(/^idempotency: .*$/m, '') }
    },
    doubles: untold(submitOf.orders),
    repeats: untold(submitOf.orders),
  },
  {
    name: 'a synchronous PKI without idempotency',
    makeSide: vaultSide,
    doubles: untold(submitOf.sign),
    repeats: untold(submitOf.sign),
  },
]

interface Killed {
  readonly words: string
  readonly run: IssuingRun
}

/** Kills at every moment of an undisturbed run, on a few lanes at once. */
async function sweep(issuing: IssuingScene): Promise<readonly Killed[]> {
  await using stack = new AsyncDisposableStack()
  const lanes = await Promise.all(
    Array.from({ length: laneCount }, async () =>
      stack.use(await newIssuingLane(cluster, bundle.entry, issuing)),
    ),
  )
  const { moments } = (await lanes[0]?.run()) ?? { moments: [] }
  const rest = [...moments]
  const killed: Killed[] = []
  const drive = async (lane: (typeof lanes)[number]) => {
    for (let it = rest.shift(); it !== undefined; it = rest.shift())
      killed.push({ words: wordsOf(it), run: await lane.run(it).catch(failedAt(it)) })
  }
  // Whoever fails waits for the others, so that no manager outlives the test.
  const ends = await Promise.allSettled(lanes.map(drive))
  for (const end of ends) if (end.status === 'rejected') throw end.reason
  return killed
}

function failedAt(moment: KillMoment): (cause: unknown) => never {
  return (cause) => {
    throw new Error(`Killed ${wordsOf(moment)}: ${cause instanceof Error ? cause.message : 'unknown'}`, {
      cause,
    })
  }
}

function wordsOf({ name, occurrence, side, when }: KillMoment): string {
  return `${when} ${side} ${name} #${occurrence}`
}

function stateOf({ status }: IssuingRun['end']) {
  const { certificate, ca, failureTime, conditions = [] } = status ?? {}
  const has = [certificate, ca, failureTime].map((it) => it !== undefined)
  return [...conditions.map((it) => `${it.type} ${it.status} ${it.reason}`).toSorted(), ...has]
}

const issued = ['Approved True test', 'Ready True Issued', true, true, false]
const steps: readonly unknown[] = [
  ['Approved True test', false, false, false],
  ['Approved True test', 'Ready Unknown Initializing', false, false, false],
  [
    'Approved True test',
    'Ready False Pending',
    'external-issuer.io/Pending True Submitted',
    false,
    false,
    false,
  ],
  ['Approved True test', 'Ready False Pending', false, false, false],
  issued,
]

test.each(scenes)(
  'F3, F51, R20, I4: killed at any call to $name, a request is issued, and submitted once',
  async (scene) => {
    const killed = await sweep(scene)
    console.log(
      JSON.stringify({
        scene: scene.name,
        killed: killed.map((it) => `${it.words}: ${it.run.submits}/${it.run.made}`),
      }),
    )

    expect(killed.length).toBeGreaterThanOrEqual(8)
    for (const { words, run } of killed) {
      expect({ words, steps }).toEqual({
        words,
        steps: expect.arrayContaining([run.interim && stateOf(run.interim)]),
      })
      expect({ words, end: stateOf(run.end) }).toEqual({ words, end: issued })
    }
    expect(
      killed
        .filter((it) => it.run.submits > 1)
        .map((it) => it.words)
        .toSorted(),
    ).toEqual(scene.repeats.toSorted())
    expect(
      killed
        .filter((it) => it.run.made > 1)
        .map((it) => it.words)
        .toSorted(),
    ).toEqual(scene.doubles.toSorted())
    expect(killed.every((it) => it.run.made >= 1 && it.run.submits <= 2)).toBe(true)
  },
)
