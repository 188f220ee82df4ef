import { execFile, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { access, mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'

const goModules = join(import.meta.dirname, '../../hack/go')

/** The programs that hack/go can build: which module holds each, its package, and the only tests that need it. */
const packages = {
  etcd: { module: 'etcd', path: 'go.etcd.io/etcd/server/v3' },
  'kube-apiserver': { module: 'kubernetes', path: 'k8s.io/kubernetes/cmd/kube-apiserver' },
  'kube-controller-manager': { module: 'kubernetes', path: 'k8s.io/kubernetes/cmd/kube-controller-manager' },
  kubectl: { module: 'kubernetes', path: 'k8s.io/kubernetes/cmd/kubectl' },
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

/** Folder of a Go module that hack/go pins. */
export type GoModule = (typeof packages)[Program]['module']

/** Told what takes long, a line at a time. */
export type Progress = (line: string) => void

/**
 * The path of a program: from KUBEBUILDER_ASSETS (the envtest convention) when it is there, else built once from its
 * Go module and kept outside the tree, under a name made of the module's files.
 */
export async function findProgram(program: Program, progress: Progress = () => {}): Promise<string> {
  const assets = process.env['KUBEBUILDER_ASSETS']
  if (assets !== undefined && assets !== '' && (await exists(join(assets, program))))
    return join(assets, program)
  const directory = await cacheDirectory(packages[program].module)
  const target = join(directory, program)
  if (!(await exists(target))) await buildOnce(program, target, progress)
  return target
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

/** Two processes may want the same program: the one that makes the lock folder builds, the other waits for it. */
async function buildOnce(program: Program, target: string, progress: Progress): Promise<void> {
  const lock = `${target}.lock`
  await mkdir(join(target, '..'), { recursive: true })
  while (!(await exists(target))) {
    if (await acquired(lock)) {
      try {
        return await build(program, target, progress)
      } finally {
        await rm(lock, { recursive: true, force: true })
      }
    }
    await dropStaleLock(lock)
    await sleep(1000)
  }
}

async function acquired(lock: string): Promise<boolean> {
  try {
    await mkdir(lock)
    return true
  } catch {
    return false
  }
}

/** A builder that was killed leaves its lock behind; no build takes half an hour. */
async function dropStaleLock(lock: string): Promise<void> {
  const found = await stat(lock).catch(() => undefined)
  if (found !== undefined && Date.now() - found.mtimeMs > 30 * 60_000)
    await rm(lock, { recursive: true, force: true })
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
    await run('go', ['build', '-trimpath', '-ldflags', flags, '-o', partial, path], join(goModules, module))
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
