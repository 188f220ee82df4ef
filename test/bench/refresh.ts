import { setTimeout as sleep } from 'node:timers/promises'
import { externalSecretKind } from '../../src/api/externalsecret.ts'
import { type Kind, secretKind } from '../../src/kube/kind.ts'
import type { Stage } from './first-sync.ts'
import { itemName } from './load.ts'

/** What one round of refreshes cost. */
export interface Round {
  readonly akeylessCalls: number
  readonly akeylessCallsByPath: Readonly<Record<string, number>>
  readonly secretsWritten: number
  readonly statusesWritten: number
}

export interface Refresh {
  readonly nothingChanged: Round
  readonly oneItemChanged: Round
}

/** An interval of a minute, the spread of the first sync, and a little. */
const roundMs = 75_000
const { signal } = new AbortController()

/** Lets a load that refreshes every minute do so once with nothing changed, and once after one item changed. */
export async function measureRefresh(stage: Stage, say: (line: string) => void): Promise<Refresh> {
  say('refreshing once, nothing changed')
  const nothingChanged = await round(stage)
  const { world, load } = stage
  world.akeyless.state.putSecret(itemName(world, load, 0, 0), 'another value')
  say('refreshing once, one item changed')
  return { nothingChanged, oneItemChanged: await round(stage) }
}

async function round(stage: Stage): Promise<Round> {
  const { calls } = stage.world.akeyless
  calls.clear()
  const before = await versionsIn(stage)
  await sleep(roundMs)
  const after = await versionsIn(stage)
  return {
    akeylessCalls: calls.count(),
    akeylessCallsByPath: calls.byPath(),
    secretsWritten: changed(before.secrets, after.secrets),
    statusesWritten: changed(before.externalSecrets, after.externalSecrets),
  }
}

type Versions = ReadonlyMap<string, string | undefined>

async function versionsIn(stage: Stage): Promise<{ secrets: Versions; externalSecrets: Versions }> {
  const [secrets, externalSecrets] = await Promise.all([
    versionsOf(secretKind, stage),
    versionsOf(externalSecretKind, stage),
  ])
  return { secrets, externalSecrets }
}

/** Whoever writes an object changes its version, unless the write changes nothing. */
async function versionsOf(kind: Kind, { client, world }: Stage): Promise<Versions> {
  const { items } = await client.list(kind, { namespace: world.namespace, metadataOnly: true, signal })
  return new Map(items.map(({ metadata }) => [metadata.name, metadata.resourceVersion]))
}

function changed(before: Versions, after: Versions): number {
  return [...after].filter(([name, version]) => before.get(name) !== version).length
}
