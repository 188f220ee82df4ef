import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeServingCertificate } from '../cluster/certificates.ts'
import { outsideAddress } from './addresses.ts'
import { reaching } from './namespaces.ts'
import { kubectlOn, type NodeFacts } from './node.ts'

/** What the stand-in's process is started with. */
export interface OutsideAkeyless {
  readonly address: string
  readonly port: number
  readonly certificateFile: string
  readonly keyFile: string
  readonly k8s: { readonly host: string; readonly caPem: string; readonly reviewerToken: string }
  readonly auth: { readonly accessId: string; readonly config: string }
  readonly rule: { readonly path: string; readonly capabilities: ('read' | 'list')[] }
}

/** A static secret's new value. */
export interface Order {
  readonly name: string
  readonly value: string
}

/** A Gateway that pods reach by name, and whose token reviews the node's own API server answers. */
export interface NodeAkeyless extends AsyncDisposable {
  /** The API's URL, with a name that the node's DNS knows. */
  readonly url: string
  /** The CA of its certificate. */
  readonly caPem: string
  /** Its Kubernetes auth: access id and configuration. */
  readonly accessId: string
  readonly config: string
  put(name: string, value: string): Promise<void>
}

const host = 'gateway.akeyless.test'
const port = 8443
const auth = { accessId: 'p-1a2b3c4d5e6f', config: 'my-cluster' }

/** Starts the stand-in in the node's network; any ServiceAccount that it can review may read `path`. */
export async function startAkeylessOn(node: NodeFacts, path: string): Promise<NodeAkeyless> {
  await makeServingCertificate(node.directory, 'akeyless', [`DNS:${host}`])
  await writeFile(join(node.directory, 'hosts'), `${outsideAddress} ${host}\n`)
  const options: OutsideAkeyless = {
    address: outsideAddress,
    port,
    certificateFile: join(node.directory, 'akeyless.crt'),
    keyFile: join(node.directory, 'akeyless.key'),
    k8s: { host: node.server, caPem: node.caPem, reviewerToken: await reviewerToken(node) },
    auth,
    rule: { path, capabilities: ['read', 'list'] },
  }
  const child = startProcess(node)
  child.send(options)
  await answer(child)
  return {
    url: `https://${host}:${port}/api/v2`,
    caPem: await readFile(join(node.directory, 'ca.crt'), 'utf8'),
    ...auth,
    put: async (name, value) => {
      child.send({ name, value } satisfies Order)
      await answer(child)
    },
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      const gone = once(child, 'exit')
      child.disconnect()
      await gone
    },
  }
}

function startProcess(node: NodeFacts) {
  const program = join(import.meta.dirname, 'akeyless-process.ts')
  const log = openSync(join(node.directory, 'akeyless.log'), 'a')
  const command = reaching(node.namespaces.network, process.execPath, [program])
  const child = spawn(...command, { stdio: ['ignore', log, log, 'ipc'] })
  closeSync(log)
  return child
}

async function answer(child: ReturnType<typeof startProcess>): Promise<void> {
  const ended = once(child, 'exit').then(() => {
    throw new Error('The Akeyless stand-in of the node ended')
  })
  await Promise.race([once(child, 'message'), ended])
}

/** Of an account that may do nothing but review tokens, as a Gateway's configuration wants it. */
async function reviewerToken(node: NodeFacts): Promise<string> {
  const kubectl = (command: string) => kubectlOn(node, ...command.split(' '))
  await kubectl('create namespace akeyless')
  await kubectl('create serviceaccount reviewer -n akeyless')
  await kubectl(
    'create clusterrolebinding akeyless-reviewer --clusterrole=system:auth-delegator --serviceaccount=akeyless:reviewer',
  )
  return (await kubectl('create token reviewer -n akeyless --duration=2h')).trim()
}
