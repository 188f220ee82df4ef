import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { measureFirstSync, writesWhileIdle } from '../bench/first-sync.ts'
import { createLoad, secretsAreRight } from '../bench/load.ts'
import { keyferry } from '../bench/operator.ts'
import { connect } from '../cluster/client.ts'
import { sharedCluster } from '../cluster/shared.ts'
import { takeTurn } from '../manager/turn.ts'
import { newWorld } from '../manager/world.ts'

const cluster = sharedCluster()
const repository = join(import.meta.dirname, '../..')
const load = { count: 1000, keys: 3 }
let turn: AsyncDisposable

beforeAll(async () => {
  turn = await takeTurn(cluster)
  await promisify(execFile)(process.execPath, ['hack/build.ts'], { cwd: repository })
}, 600_000)

afterAll(() => turn?.[Symbol.asyncDispose]())

test('F30: 1,000 ExternalSecrets of 3 keys sync with few calls in little memory, and then there is silence', async () => {
  await using world = await newWorld(cluster, { latencyMs: 5 })
  await using connection = connect(cluster)
  await createLoad(connection.client, world, load)

  const stage = { cluster, world, client: connection.client, load }
  let writes: number | undefined
  const sync = await measureFirstSync(stage, keyferry, async (running) => {
    // Nobody is disturbed by silence, and all figures but that of the writes are taken.
    await turn[Symbol.asyncDispose]()
    writes = await writesWhileIdle(running, 60)
  })
  const right = await secretsAreRight(connection.client, world, load)
  console.log(JSON.stringify({ load, right, ...sync, writesWhileIdle: writes }))

  expect(right).toBe(load.count)
  expect(sync.apiRequests).toBeLessThanOrEqual(3500)
  expect(sync.akeylessCallsByPath['/auth']).toBe(1)
  expect(sync.akeylessCalls).toBeLessThanOrEqual(300)
  expect(sync.peakRssMb).toBeLessThan(160)
  expect(writes).toBe(0)
})
