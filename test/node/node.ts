import { mkdir, readFile, statfs, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeAuthority, makeServingCertificate, makeSigningKey } from '../cluster/certificates.ts'
import type { Progress } from '../cluster/debian.ts'
import { type Running, start, tail } from '../cluster/process.ts'
import { apiServerPort, nodeAddress, nodeName } from './addresses.ts'
import { makeCgroup } from './cgroups.ts'
import {
  apiServerNames,
  cniConflist,
  containerdToml,
  corefile,
  kubeconfig,
  kubeletYaml,
  proxyYaml,
} from './configs.ts'
import { apiServer, containerd, type Daemon, etcd, others } from './daemons.ts'
import { importArchive, writePauseImage } from './images.ts'
import { entering, makeNamespaces, type Namespaces, reaching } from './namespaces.ts'
import { findPrograms, type Programs } from './programs.ts'
import { cgroupOf, directoryOf, networkOf, removeNode } from './remains.ts'
import { run } from './run.ts'
import { within } from './within.ts'

/** The token of the node's administrator; it opens nothing but a server in a network that ends with the node. */
const adminToken = 'keyferry-test-admin'

interface NodeOptions {
  readonly progress?: Progress
  /** Let it outlive this process; without this it dies with us, whatever ends us. */
  readonly detached?: boolean
}

/** A node that runs; serialisable, so that a later process can use it. */
export interface NodeFacts {
  readonly name: string
  readonly directory: string
  readonly namespaces: Namespaces
  /** As pods reach it. */
  readonly server: string
  readonly caPem: string
  readonly adminToken: string
  readonly kubeconfigFile: string
  readonly kubectl: string
}

/**
 * Starts a control plane and a node in namespaces of their own, and resolves when pods can run; removeNode() ends it. One of the same name
 * that a crash left behind is removed first. Needs what whyNoNode() asks for.
 */
export async function startNode(name: string, options: NodeOptions = {}): Promise<NodeFacts> {
  const { progress = () => {}, detached = false } = options
  const programs = await findPrograms(progress)
  await removeNode(name)
  try {
    return await bringUp(name, programs, detached)
  } catch (error) {
    await removeNode(name)
    throw error
  }
}

/** Runs a command that reaches the node's network, as its administrator; gives its standard output. */
export function runOn(
  node: NodeFacts,
  command: string,
  args: readonly string[],
  timeoutMs?: number,
): Promise<string> {
  const env = { ...process.env, KUBECONFIG: node.kubeconfigFile, HOME: node.directory }
  const limit = timeoutMs === undefined ? {} : { timeoutMs }
  return run(...reaching(node.namespaces.network, command, args), { env, ...limit })
}

/** Runs kubectl as administrator of the node and gives its standard output. */
export function kubectlOn(node: NodeFacts, ...args: readonly string[]): Promise<string> {
  return runOn(node, node.kubectl, args)
}

async function bringUp(name: string, programs: Programs, detached: boolean): Promise<NodeFacts> {
  const directory = directoryOf(name)
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const namespaces = await makeNamespaces(directory, networkOf(name), detached)
  await makeCgroup(cgroupOf(name))
  const server = `https://${nodeAddress}:${apiServerPort}`
  await writeFiles(directory, server, cgroupOf(name))
  const caPem = await readFile(join(directory, 'ca.crt'), 'utf8')
  const facts: NodeFacts = {
    name,
    directory,
    namespaces,
    server,
    caPem,
    adminToken,
    kubeconfigFile: join(directory, 'kubeconfig'),
    kubectl: programs.kubectl,
  }
  await startAll(facts, programs, detached)
  return facts
}

async function startAll(facts: NodeFacts, programs: Programs, detached: boolean): Promise<void> {
  const { directory, namespaces } = facts
  const launch = (it: Daemon) => launchIn(namespaces, directory, it, detached)
  const runtime = launch(containerd(directory))
  launch(etcd(programs, directory))
  const api = launch(apiServer(programs, directory))
  const pause = await writePauseImage(directory, programs.pause)
  await answers(runtime, () => importArchive(facts, pause))
  await answers(api, () => kubectlOn(facts, 'get', '--raw=/readyz', '--request-timeout=2s'))
  const rest = others(programs, directory).map(launch)
  await answers(api, () =>
    kubectlOn(facts, 'wait', '--for=condition=Ready', `node/${nodeName}`, '--timeout=5s'),
  )
  for (const it of [runtime, api, ...rest]) await demandRunning(it)
}

async function demandRunning(daemon: Running): Promise<void> {
  if (!daemon.isRunning()) throw new Error(`A part of the node ended:\n${await tail(daemon.logFile)}`)
}

function launchIn(namespaces: Namespaces, directory: string, daemon: Daemon, detached: boolean): Running {
  const logFile = join(directory, `${daemon.name}.log`)
  return start(...entering(namespaces, daemon.command, daemon.args), { logFile, detached })
}

/** Waits until a question to a daemon is answered; throws with the end of its log when that takes too long. */
async function answers(daemon: Running, question: () => Promise<unknown>): Promise<void> {
  await within(90_000, question, () => daemon.isRunning()).catch(async (cause: unknown) => {
    throw new Error(`No answer from the node:\n${await tail(daemon.logFile)}`, { cause })
  })
}

async function writeFiles(directory: string, server: string, cgroup: string): Promise<void> {
  const write = (name: string, text: string) => writeFile(join(directory, name), text, { mode: 0o600 })
  await makeAuthority(directory)
  await makeServingCertificate(directory, 'apiserver', apiServerNames)
  // Also the API server's certificate as a client of kubelet.
  await makeServingCertificate(directory, 'kubelet', [`IP:${nodeAddress}`, `DNS:${nodeName}`])
  await makeSigningKey(join(directory, 'service-account.key'))
  await mkdir(join(directory, 'cni'))
  await write('cni/10-keyferry.conflist', cniConflist(directory))
  await write('containerd.toml', containerdToml(directory, await snapshotter(directory)))
  await write('kubeconfig', kubeconfig(directory, server, adminToken))
  await write('kubelet.json', kubeletYaml(directory, cgroup))
  await write('kube-proxy.json', proxyYaml(directory))
  await write('Corefile', corefile(directory))
  await write('hosts', '')
  await write('resolv.conf', '')
  await write('tokens.csv', `${adminToken},admin,admin,"system:masters"\n`)
}

/** What a container's own file system is: overlays do not lie on it. */
const overlayMagic = 0x79_4c_76_30

async function snapshotter(directory: string): Promise<string> {
  return (await statfs(directory)).type === overlayMagic ? 'native' : 'overlayfs'
}
