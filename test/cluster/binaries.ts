import { execFile, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { access, lstat, mkdir, readdir, readFile, readlink, rename, rm, symlink } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { endAtExit } from './process.ts'

const goModules = join(import.meta.dirname, '../../hack/go')

/**
 * The programs that hack/go can build, those that take longest first: which module holds each, its package, and the
 * only tests that need it.
 */
const packages = {
  'kube-apiserver': { module: 'kubernetes', path: 'k8s.io/kubernetes/cmd/kube-apiserver' },
  'kube-controller-manager': { module: 'kubernetes', path: 'k8s.io/kubernetes/cmd/kube-controller-manager' },
  kubectl: { module: 'kubernetes', path: 'k8s.io/kubernetes/cmd/kubectl' },
  etcd: { module: 'etcd', path: 'go.etcd.io/etcd/server/v3' },
  kubelet: { module: 'node', path: 'k8s.io/kubernetes/cmd/kubelet', only: 'e2e' },
  'kube-scheduler': { module: 'node', path: 'k8s.io/kubernetes/cmd/kube-scheduler', only: 'e2e' },
  'kube-proxy': { module: 'node', path: 'k8s.io/kubernetes/cmd/kube-proxy', only: 'e2e' },
  pause: { module: 'node', path: './pause', only: 'e2e' },
  coredns: { module: 'coredns', path: '.', only: 'e2e' },
  gjson: { module: 'gjson', path: '.' },
  'template-engine': { module: 'template', path: '.' },
  'cert-manager': { module: 'certmanager', path: './controller' },
  'cert-manager-webhook': { module: 'certmanager', path: './webhook', only: 'e2e' },
  'vault-client': { module: 'certmanager', path: './vault-client' },
  'issuer-conformance': { module: 'conformance', path: '.', only: 'e2e' },
  'step-ca': { module: 'stepca', path: 'github.com/smallstep/certificates/cmd/step-ca' },
  helm: { module: 'helm', path: 'helm.sh/helm/v4/cmd/helm' },
  helm3: { module: 'helm3', path: 'helm.sh/helm/v3/cmd/helm' },
  kubeconform: { module: 'helm', path: 'github.com/yannh/kubeconform/cmd/kubeconform', only: 'integration' },
  'helm-unittest': {
    module: 'helmunittest',
    path: 'github.com/helm-unittest/helm-unittest/cmd/helm-unittest',
    only: 'integration',
  },
  'kube-score': { module: 'kubescore', path: 'github.com/zegl/kube-score/cmd/kube-score', only: 'e2e' },
  gator: { module: 'gator', path: 'github.com/open-policy-agent/gatekeeper/v3/cmd/gator', only: 'e2e' },
  kstatus: { module: 'kstatus', path: '.' },
  'health-lua': { module: 'healthlua', path: '.', only: 'e2e' },
  'source-controller': { module: 'fluxsource', path: 'github.com/fluxcd/source-controller', only: 'e2e' },
  'kustomize-controller': {
    module: 'fluxkustomize',
    path: 'github.com/fluxcd/kustomize-controller',
    only: 'e2e',
  },
  'helm-controller': { module: 'fluxhelm', path: 'github.com/fluxcd/helm-controller', only: 'e2e' },
  cfssl: { module: 'cfssl', path: 'github.com/cloudflare/cfssl/cmd/cfssl', only: 'e2e' },
  cosign: { module: 'cosign', path: 'github.com/sigstore/cosign/v3/cmd/cosign', only: 'e2e' },
  registry: { module: 'registry', path: '.', only: 'e2e' },
  'approver-policy': {
    module: 'approverpolicy',
    path: 'github.com/cert-manager/approver-policy/cmd',
    only: 'e2e',
  },
} as const

export type Program = keyof typeof packages

/** The programs that these vitest projects need; all there are unless projects are named. */
export function programsFor(projects: readonly string[]): readonly Program[] {
  const all = Object.keys(packages) as readonly Program[]
  return projects.length === 0 ? all : all.filter((it) => isNeeded(packages[it], projects))
}

function isNeeded(program: (typeof packages)[Program], projects: readonly string[]): boolean {
  return !('only' in program) || projects.includes(program.only)
}

/** The programs of each module, which share what is compiled. */
export function byModule(programs: readonly Program[]): readonly (readonly Program[])[] {
  return Object.values(Object.groupBy(programs, (it) => packages[it].module))
}

/** Folder of a Go module that hack/go pins. */
export type GoModule = (typeof packages)[Program]['module']

/** Told what takes long, a line at a time. */
export type Progress = (line: string) => void

/**
 * The path of a program: from KUBEBUILDER_ASSETS (the envtest convention) when it is there, else built once from its
 * Go module and kept outside the tree, under a name made of the module's files.
 */
export async function findProgram(program: Program, progress: Progress = () => {}): Promise<string> {
  const target = await placeOf(program)
  if (!(await exists(target))) await buildOnce(program, target, progress)
  return target
}

/** Whether nothing has to be compiled for it. */
export async function isBuilt(program: Program): Promise<boolean> {
  return exists(await placeOf(program))
}

async function placeOf(program: Program): Promise<string> {
  const assets = process.env['KUBEBUILDER_ASSETS']
  if (assets !== undefined && assets !== '' && (await exists(join(assets, program))))
    return join(assets, program)
  return join(await cacheDirectory(packages[program].module), program)
}

/**
 * The folder of a published Go module, of the version that a module of hack/go pins. Manifests of other projects are
 * read from there: they are not in this tree. The module is fetched if need be, and not built.
 */
export async function sourceFolder(module: GoModule, published: string): Promise<string> {
  const cwd = join(goModules, module)
  const { stdout } = await promisify(execFile)('go', ['mod', 'download', '-json', published], { cwd })
  return (JSON.parse(stdout) as { Dir: string }).Dir
}

async function cacheDirectory(module: string): Promise<string> {
  const root = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache')
  const hash = createHash('sha256')
  for (const file of await filesOf(module)) hash.update(await readFile(join(goModules, module, file)))
  hash.update(await versionFlag(module))
  return join(root, 'keyferry', `${module}-${hash.digest('hex').slice(0, 16)}`)
}

/** Kubernetes learns its version from the linker; without it Helm takes the API server for one before all versions. */
async function versionFlag(module: string): Promise<string> {
  if (module !== 'kubernetes' && module !== 'node') return ''
  const text = await readFile(join(goModules, module, 'go.mod'), 'utf8')
  const version = /k8s\.io\/kubernetes (v[\d.]+)/.exec(text)?.[1] ?? ''
  return ` -X k8s.io/component-base/version.gitVersion=${version}`
}

/** What a program is made from: the pinned modules first, then the module's own source where it has any. */
async function filesOf(module: string): Promise<readonly string[]> {
  const files = await readdir(join(goModules, module), { recursive: true })
  const sources = files.filter((it) => it.endsWith('.go'))
  return ['go.mod', 'go.sum', ...sources.toSorted()]
}

/** Two processes may want the same program: the one that makes the lock builds, the other waits for it. */
async function buildOnce(program: Program, target: string, progress: Progress): Promise<void> {
  const lock = `${target}.lock`
  await mkdir(dirname(target), { recursive: true }).catch((cause: unknown) => {
    throw new Error('Cannot keep built programs there: have XDG_CACHE_HOME name another folder', { cause })
  })
  for (let waited = 0; !(await exists(target)); waited += 1) {
    if (await acquired(lock)) {
      try {
        return await build(program, target, progress)
      } finally {
        await rm(lock, { recursive: true, force: true })
      }
    }
    if (await dropDeadLock(lock)) continue
    if (waited % 15 === 0) progress(`waiting for ${program}: another process builds it (${lock})`)
    await sleep(1000)
  }
}

/** The lock is a link whose target is the number of its process: both are there at one stroke. */
async function acquired(lock: string): Promise<boolean> {
  try {
    await symlink(String(process.pid), lock)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  }
}

/** A builder that was interrupted leaves its lock behind; no build takes half an hour. True when it was dropped. */
async function dropDeadLock(lock: string): Promise<boolean> {
  const found = await lstat(lock).catch(() => undefined)
  if (found === undefined) return true
  const builder = Number(await readlink(lock).catch(() => ''))
  if (isAlive(builder) && Date.now() - found.mtimeMs < 30 * 60_000) return false
  await rm(lock, { recursive: true, force: true })
  return true
}

/** A lock of an earlier version names nobody. */
function isAlive(pid: number): boolean {
  if (!(pid > 0)) return false
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return codeOf(error) === 'EPERM'
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}

async function build(program: Program, target: string, progress: Progress): Promise<void> {
  const { module, path } = packages[program]
  const started = Date.now()
  const elapsed = () => `${Math.round((Date.now() - started) / 1000)} s`
  progress(`building ${program} from its Go module (once; minutes on a cold cache)`)
  const ticker = setInterval(() => progress(`  still building ${program}: ${elapsed()}`), 15_000)
  const partial = `${target}.partial-${process.pid}`
  try {
    const flags = `-s -w${await versionFlag(module)}`
    // What debuggers want takes a sixth of the compiler's time.
    const lean = ['-trimpath', '-gcflags=all=-dwarf=false', '-ldflags', flags]
    await run('go', ['build', ...lean, '-o', partial, path], join(goModules, module))
    await rename(partial, target)
    progress(`  built ${program} in ${elapsed()}`)
  } finally {
    clearInterval(ticker)
    await rm(partial, { force: true })
  }
}

function run(command: string, args: readonly string[], cwd: string): Promise<void> {
  return new Promise((resolve, reject) => {
    // No C compiler is needed so, nor the smart card library that step-ca would link.
    const env = { ...process.env, CGO_ENABLED: '0' }
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'ignore', 'pipe'] })
    endAtExit(child)
    let words = ''
    child.stderr.on('data', (chunk: Buffer) => {
      words = (words + chunk.toString()).slice(-4000)
    })
    child.on('error', (cause) =>
      reject(new Error(`Cannot run ${command}: is it installed and on the PATH?`, { cause })),
    )
    child.on('close', (code) =>
      code === 0
        ? resolve()
        : reject(new Error(`${command} ${args.join(' ')} exited with ${code}:\n${words}`)),
    )
  })
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
