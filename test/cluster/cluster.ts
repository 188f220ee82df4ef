import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { Agent, request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { findProgram, type Progress } from './binaries.ts'
import { makeAuthority, makeServingCertificate, makeSigningKey } from './certificates.ts'
import { freePort } from './free-port.ts'
import { type Running, start, tail } from './process.ts'

const run = promisify(execFile)

/** The token of the test cluster's administrator; it opens nothing but a server on loopback made for one test run. */
const adminToken = 'keyferry-test-admin'

export interface ClusterOptions {
  /** Also run kube-controller-manager: garbage collection, namespaces, ServiceAccounts. Off by default. */
  readonly controllers?: boolean
  /** Write every request to the audit log at Metadata level. On by default. */
  readonly audit?: boolean
  /** Keep the cluster's files here, and let it outlive this process. */
  readonly directory?: string
  readonly progress?: Progress
}

/** What tests need of a cluster; serialisable, so that it can be handed to other processes. */
export interface ClusterFacts {
  /** `https://127.0.0.1:PORT` */
  readonly server: string
  readonly directory: string
  readonly caFile: string
  readonly caPem: string
  readonly adminToken: string
  readonly kubeconfigFile: string
  readonly auditLogFile: string
  readonly pids: readonly number[]
}

/** The API server as a process: it can be killed, frozen and started again on its port and data. */
export interface ApiServer {
  readonly pid: number
  signal(name: NodeJS.Signals): void
  /** Ends it by this signal and waits until it is gone. */
  kill(name?: NodeJS.Signals): Promise<void>
  /** Starts it again and resolves when `/readyz` answers 200. */
  start(): Promise<void>
}

export interface Cluster extends ClusterFacts, AsyncDisposable {
  readonly apiServer: ApiServer
  /** Runs kubectl as administrator and gives its standard output. */
  kubectl(...args: readonly string[]): Promise<string>
  stop(): Promise<void>
}

/** Starts etcd and kube-apiserver (and, if asked, its controllers) on free loopback ports; ready when it resolves. */
export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const { controllers = false, audit = true, progress = () => {} } = options
  const directory = options.directory ?? (await mkdtemp(join(tmpdir(), 'keyferry-cluster-')))
  const detached = options.directory !== undefined
  await mkdir(directory, { recursive: true })
  const programs = {
    etcd: await findProgram('etcd', progress),
    apiServer: await findProgram('kube-apiserver', progress),
    controllers: controllers ? await findProgram('kube-controller-manager', progress) : '',
  }
  const [clientPort, peerPort, securePort] = await Promise.all([freePort(), freePort(), freePort()])
  await writeFiles(directory, securePort, audit)
  const etcd = startEtcd(programs.etcd, directory, { clientPort, peerPort }, detached)
  const server = `https://127.0.0.1:${securePort}`
  const caPem = await readFile(join(directory, 'ca.crt'), 'utf8')
  const launch = () =>
    startApiServer(programs.apiServer, directory, { clientPort, securePort, audit }, detached)
  let api = launch()
  await ready(server, caPem, api)
  const others = controllers ? [startControllers(programs.controllers, directory, detached)] : []
  const facts = {
    server,
    directory,
    caFile: join(directory, 'ca.crt'),
    caPem,
    adminToken,
    kubeconfigFile: join(directory, 'kubeconfig'),
    auditLogFile: join(directory, 'audit.log'),
    pids: [etcd.pid, api.pid, ...others.map((it) => it.pid)],
  }
  const stop = async () => {
    for (const it of [...others, api, etcd]) await it.end('SIGKILL')
    if (!detached) await rm(directory, { recursive: true, force: true })
  }
  return {
    ...facts,
    apiServer: {
      get pid() {
        return api.pid
      },
      signal: (name) => api.signal(name),
      kill: (name = 'SIGKILL') => api.end(name),
      async start() {
        api = launch()
        await ready(server, caPem, api)
      },
    },
    kubectl: (...args) => kubectl(facts, ...args),
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

/** Runs kubectl as administrator of a cluster and gives its standard output. */
export async function kubectl(cluster: ClusterFacts, ...args: readonly string[]): Promise<string> {
  const program = await findProgram('kubectl')
  const env = { ...process.env, KUBECONFIG: cluster.kubeconfigFile, HOME: cluster.directory }
  const { stdout } = await run(program, args, { env, maxBuffer: 64 * 1024 * 1024 })
  return stdout
}

async function writeFiles(directory: string, port: number, audit: boolean): Promise<void> {
  await makeAuthority(directory)
  const subjects = ['IP:127.0.0.1', 'IP:10.96.0.1', 'DNS:localhost', 'DNS:kubernetes.default.svc']
  await makeServingCertificate(directory, 'apiserver', subjects)
  await makeSigningKey(join(directory, 'service-account.key'))
  await writeFile(join(directory, 'tokens.csv'), `${adminToken},admin,admin,"system:masters"\n`)
  await writeFile(join(directory, 'kubeconfig'), kubeconfig(directory, port))
  if (audit) await writeFile(join(directory, 'audit-policy.yaml'), auditPolicy)
}

const auditPolicy = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
  - level: Metadata
`

function kubeconfig(directory: string, port: number): string {
  return `apiVersion: v1
kind: Config
current-context: keyferry
clusters:
  - name: keyferry
    cluster: {server: "https://127.0.0.1:${port}", certificate-authority: ${join(directory, 'ca.crt')}}
users:
  - name: admin
    user: {token: ${adminToken}}
contexts:
  - name: keyferry
    context: {cluster: keyferry, user: admin}
`
}

function startEtcd(
  program: string,
  directory: string,
  ports: { clientPort: number; peerPort: number },
  detached: boolean,
): Running {
  const client = `http://127.0.0.1:${ports.clientPort}`
  const peer = `http://127.0.0.1:${ports.peerPort}`
  const args = [
    `--data-dir=${join(directory, 'etcd')}`,
    '--unsafe-no-fsync',
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
    '--log-level=warn',
  ]
  return start(program, args, { logFile: join(directory, 'etcd.log'), detached })
}

function startApiServer(
  program: string,
  directory: string,
  options: { clientPort: number; securePort: number; audit: boolean },
  detached: boolean,
): Running {
  const file = (name: string) => join(directory, name)
  const args = [
    `--etcd-servers=http://127.0.0.1:${options.clientPort}`,
    '--bind-address=127.0.0.1',
    '--advertise-address=127.0.0.1',
    `--secure-port=${options.securePort}`,
    `--tls-cert-file=${file('apiserver.crt')}`,
    `--tls-private-key-file=${file('apiserver.key')}`,
    '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
    `--service-account-signing-key-file=${file('service-account.key')}`,
    `--service-account-key-file=${file('service-account.key')}`,
    '--service-cluster-ip-range=10.96.0.0/16',
    `--token-auth-file=${file('tokens.csv')}`,
    '--authorization-mode=RBAC',
    '--allow-privileged=true',
    '--endpoint-reconciler-type=none',
    ...(options.audit
      ? [
          `--audit-log-path=${file('audit.log')}`,
          `--audit-policy-file=${file('audit-policy.yaml')}`,
          // In megabytes: one file holds all, where 100 would begin another.
          '--audit-log-maxsize=2000',
        ]
      : []),
  ]
  // Much of a short life's time would go into collecting a small heap.
  const env = { ...process.env, GOGC: '300' }
  return start(program, args, { logFile: file('apiserver.log'), detached, env })
}

function startControllers(program: string, directory: string, detached: boolean): Running {
  const args = [
    `--kubeconfig=${join(directory, 'kubeconfig')}`,
    `--service-account-private-key-file=${join(directory, 'service-account.key')}`,
    `--root-ca-file=${join(directory, 'ca.crt')}`,
    '--use-service-account-credentials=false',
    '--leader-elect=false',
    '--secure-port=0',
    '--controllers=garbage-collector-controller,namespace-controller,serviceaccount-controller,root-ca-certificate-publisher-controller,clusterrole-aggregation-controller',
  ]
  return start(program, args, { logFile: join(directory, 'controllers.log'), detached })
}

async function ready(server: string, caPem: string, api: Running): Promise<void> {
  const deadline = Date.now() + 60_000
  while (Date.now() < deadline) {
    if (!api.isRunning()) break
    if ((await statusOf(`${server}/readyz`, caPem)) === 200) return
    await sleep(100)
  }
  throw new Error(`The API server did not become ready:\n${await tail(api.logFile)}`)
}

function statusOf(url: string, ca: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    const agent = new Agent({ ca })
    const done = (status: number | undefined) => {
      agent.destroy()
      resolve(status)
    }
    const sent = request(
      url,
      { agent, headers: { authorization: `Bearer ${adminToken}` }, timeout: 2000 },
      (response) => {
        response.resume()
        done(response.statusCode)
      },
    )
    sent.on('timeout', () => sent.destroy(new Error('timeout')))
    sent.on('error', () => done(undefined))
    sent.end()
  })
}
