// npm run demo [-- --once]: the whole way of a secret and of a certificate on this machine, told as it happens.
import { dirname } from 'node:path'
import { findProgram } from '../../test/cluster/binaries.ts'
import { startCluster } from '../../test/cluster/cluster.ts'
import { startDemoAkeyless } from './akeyless.ts'
import { showCertificate, startDemoCertManager } from './certificates.ts'
import { applyManifests, makeGatewayReviewer, waitForSecret } from './kubernetes.ts'
import { startDemoManager } from './manager.ts'
import { missingPrograms, wordsOfFailure } from './requirements.ts'
import { leaveNothing, say, step, untilInterrupted } from './story.ts'

const once = process.argv.includes('--once')
const secret = { namespace: 'shop', name: 'shop-database' }

leaveNothing()
await demo().catch((error: unknown) => {
  console.error(`\nThe demo failed: ${wordsOfFailure(error)}`)
  process.exit(1)
})

async function demo(): Promise<void> {
  const missing = await missingPrograms()
  if (missing.length > 0) throw new Error(missing.join('; '))
  console.log(
    'A secret goes from Akeyless into a cluster, and a Certificate of cert-manager is signed: all of it here,',
  )
  console.log(
    'on loopback. What is not there yet is built first, once: the API server takes about ten minutes.',
  )
  step('A cluster: etcd, kube-apiserver and its controllers, on loopback')
  const kubectl = await findProgram('kubectl', say)
  await using cluster = await startCluster({ controllers: true, progress: say })
  say(`the API server answers at ${cluster.server}`)

  step('Akeyless: a stand-in with a Gateway that asks this cluster who is calling')
  await using akeyless = await startDemoAkeyless(cluster, await makeGatewayReviewer(cluster))
  say(`the Gateway listens at ${akeyless.url}`)

  step('Manifests: the CRDs, the rights of the operator, and config/samples in namespace "shop"')
  await applyManifests(cluster, akeyless.url)

  step('cert-manager: its own controllers, which make keys and ask for certificates')
  await using certManager = await startDemoCertManager(cluster)
  say(`process ${certManager.running.pid} answers the Certificates of all namespaces`)

  step('The manager: keyferry manager')
  await using manager = await startDemoManager(cluster)
  say(
    `process ${manager.pid} runs both halves, each as a ServiceAccount of its own; its log is ${manager.logFile}`,
  )
  const first = await waitForSecret(cluster, secret)
  await manager.untilTold('created')
  say(`Secret ${secret.namespace}/${secret.name} holds the keys ${Object.keys(first).join(', ')}`)

  step('A rotation: the password changes in Akeyless')
  const rotated = akeyless.rotate()
  const started = Date.now()
  await waitForSecret(cluster, secret, (data) => data['password'] === rotated)
  const seconds = ((Date.now() - started) / 1000).toFixed(1)
  await manager.untilTold('updated')
  say(`the Secret holds the new password after ${seconds} s, no pod was redeployed`)

  step('A certificate: config/samples/mockca, an issuer that holds a CA for tests and a Certificate')
  await showCertificate(cluster)

  step('What kubectl shows')
  for (const kinds of ['events', 'secretstores', 'externalsecrets', 'externalissuers', 'certificates']) {
    console.log(`\n$ kubectl -n ${secret.namespace} get ${kinds}`)
    console.log((await cluster.kubectl('-n', secret.namespace, 'get', kinds)).trimEnd())
  }
  if (once) return say('That was the whole way. The cluster goes now; without --once it stays to play with.')
  say('It all stays up until you press Ctrl-C. In another terminal:')
  console.log(`\n    export KUBECONFIG=${cluster.kubeconfigFile} PATH=${dirname(kubectl)}:$PATH`)
  console.log('    kubectl -n shop describe externalsecret shop-database')
  console.log('    hack/keyferry check -n shop --insecure-local-endpoints   # the stand-in speaks http\n')
  process.exitCode = 0
  await untilInterrupted()
}
