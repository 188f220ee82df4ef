import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ClusterFacts } from '../test/cluster/cluster.ts'
import { freePort } from '../test/cluster/free-port.ts'
import { type Running, start, tail } from '../test/cluster/process.ts'
import { namespace } from '../test/goldens/manifests.ts'

/** Starts ESO against a cluster and waits until it answers; its stores are those of the goldens' controller class. */
export async function startEso(program: string, cluster: ClusterFacts): Promise<Running & AsyncDisposable> {
  const probes = `127.0.0.1:${await freePort()}`
  const args = ['--kubeconfig', cluster.kubeconfigFile, '--controller-class', namespace, '--probes', probes]
  const eso = start(program, args, { logFile: join(cluster.directory, 'eso.log') })
  await untilReady(eso, `http://${probes}/readyz`)
  return { ...eso, [Symbol.asyncDispose]: () => eso.end() }
}

async function untilReady(eso: Running, url: string): Promise<void> {
  const deadline = Date.now() + 60_000
  while (Date.now() < deadline && eso.isRunning()) {
    const answer = await fetch(url).catch(() => undefined)
    if (answer?.status === 200) return
    await sleep(100)
  }
  await eso.end('SIGKILL')
  throw new Error(`ESO did not become ready:\n${await tail(eso.logFile, 20)}`)
}
