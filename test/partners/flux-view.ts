import type { Cluster } from '../cluster/cluster.ts'
import { eventually } from '../manager/eventually.ts'
import type { Flux } from './flux.ts'

/** An object as `kubectl get` shows it. */
export interface Seen {
  readonly metadata: { readonly generation: number }
  readonly spec: { readonly replicas?: number; readonly template?: PodTemplate }
  readonly status?: {
    readonly observedGeneration?: number
    readonly artifact?: { readonly revision: string }
    readonly lastAppliedRevision?: string
    readonly conditions?: readonly Condition[]
  }
}

interface Condition {
  readonly type: string
  readonly status: string
  readonly reason: string
  readonly message: string
}

interface PodTemplate {
  readonly spec: {
    readonly serviceAccountName: string
    readonly containers: readonly { readonly args: readonly string[] }[]
  }
}

/** What a step may last: minutes on a machine with much else to do. */
export const patienceMs = 120_000

/** Flux's own kinds by their short names; other kinds by those of kubectl. */
const names: Readonly<Record<string, string>> = {
  kustomization: 'kustomization.kustomize.toolkit.fluxcd.io',
  helmrelease: 'helmrelease.helm.toolkit.fluxcd.io',
  gitrepository: 'gitrepository.source.toolkit.fluxcd.io',
}

/** Looks at what Flux does; without a namespace, in its own. */
export class FluxView {
  readonly #cluster: Cluster
  readonly #flux: Flux

  constructor(cluster: Cluster, flux: Flux) {
    this.#cluster = cluster
    this.#flux = flux
  }

  async find(kind: string, name: string, namespace = 'flux-system'): Promise<Seen | undefined> {
    const where = [names[kind] ?? kind, name, '-n', namespace, '--ignore-not-found', '-o', 'json']
    const found = await this.#cluster.kubectl('get', ...where)
    return found === '' ? undefined : (JSON.parse(found) as Seen)
  }

  /** Its Ready condition. */
  async readiness(kind: string, name: string, namespace?: string): Promise<Condition | undefined> {
    return readyOf(await this.find(kind, name, namespace))
  }

  /** Waits until an object is Ready as its newest manifest has it; else says what Flux said. */
  async isReady(kind: string, name: string, namespace?: string): Promise<void> {
    let found: Seen | undefined
    const look = async () => {
      found = await this.find(kind, name, namespace)
      const isSeen = found?.status?.observedGeneration === found?.metadata.generation
      return isSeen && readyOf(found)?.status === 'True'
    }
    await eventually(`${kind} ${name} is Ready`, look, patienceMs).catch(async (cause: unknown) => {
      const conditions = JSON.stringify(found?.status?.conditions)
      throw new Error(`Not Ready: ${kind} ${name}: ${conditions}\n${await this.#flux.words()}`, { cause })
    })
  }

  /** Waits until the Ready condition has this reason, and gives it. */
  hasReason(kind: string, name: string, reason: string): Promise<Condition> {
    const look = async () => {
      const ready = await this.readiness(kind, name)
      return ready?.reason === reason ? ready : undefined
    }
    return eventually(`${kind} ${name} is ${reason}`, look, patienceMs)
  }

  /** Waits until a Kustomization has applied a commit and found all of it healthy. */
  async isApplied(kustomization: string, commit: string): Promise<void> {
    const isThere = async () =>
      (await this.find('kustomization', kustomization))?.status?.lastAppliedRevision?.includes(commit)
    await eventually(`${commit} is applied`, isThere, patienceMs)
    await this.isReady('kustomization', kustomization)
  }
}

function readyOf(object: Seen | undefined): Condition | undefined {
  return object?.status?.conditions?.find((it) => it.type === 'Ready')
}
