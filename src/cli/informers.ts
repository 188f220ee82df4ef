import type { KubeObject } from '../kube/object.ts'
import { createReadyBell, type ReadyBell } from '../kube/ready-bell.ts'
import { createReflector } from '../kube/reflect.ts'
import type { ReflectorObserver, Selection } from '../kube/reflector.ts'
import type { Transport } from '../kube/transport.ts'
import type { Informer } from '../runtime/informer.ts'
import type { Metrics } from '../runtime/metrics.ts'
import { createInformer } from '../runtime/shared-informer.ts'
import type { Indexers } from '../runtime/store.ts'
import type { Clock } from '../std/clock.ts'
import type { Log } from '../std/log.ts'
import { type FallbackOptions, fallbackReflector } from './fallback-reflector.ts'

/** What one informer follows. */
export interface InformerSpec<T extends KubeObject> {
  readonly title: string
  readonly selection: Omit<Selection, 'namespace'>
  readonly transform?: (object: KubeObject) => T
  readonly indexers?: Indexers<T>
  /** Where the API server does not know the field selector: everything is followed, and what this refuses is dropped. */
  readonly unselected?: (object: T) => boolean
  /** Without the right to list it the manager is ready all the same. */
  readonly mayBeForbidden?: boolean
}

/** Makes the informers of one half; all of them wake together when the API server comes back. */
export interface InformerFactory {
  create<T extends KubeObject>(spec: InformerSpec<T>): Informer<T>
  readonly all: readonly Informer<KubeObject>[]
  stop(): Promise<void>
}

export interface InformerDeps {
  readonly transport: Transport
  /** Empty: all namespaces, by one watch. */
  readonly namespaces: readonly string[]
  readonly metrics: Metrics
  readonly clock: Clock
  readonly log: Log
}

/** Makes informers for the given namespaces, or for all where none is named; nothing is asked before they start. */
export function createInformers(deps: InformerDeps): InformerFactory {
  const bell = createReadyBell(deps)
  const all: Informer<KubeObject>[] = []
  return {
    all,
    create<T extends KubeObject>(spec: InformerSpec<T>): Informer<T> {
      const informer = informerOf(spec, { ...deps, bell })
      all.push(informer)
      deps.metrics.informer(informer)
      return informer
    },
    stop: () => bell.stop(),
  }
}

interface FollowDeps extends InformerDeps {
  readonly bell: ReadyBell
}

function informerOf<T extends KubeObject>(spec: InformerSpec<T>, deps: FollowDeps): Informer<T> {
  const { title, selection, indexers, mayBeForbidden = false } = spec
  const { namespaces, metrics, clock, log } = deps
  const scopes = selection.kind.namespaced && namespaces.length > 0 ? namespaces : [undefined]
  return createInformer<T>({
    title,
    log,
    clock,
    mayBeForbidden,
    ...(indexers === undefined ? {} : { indexers }),
    observer: countingObserver(title, metrics),
    reflectors: scopes.map((namespace) => reflectorOf(spec, namespace, deps)),
  })
}

function reflectorOf<T extends KubeObject>(
  spec: InformerSpec<T>,
  namespace: string | undefined,
  deps: FollowDeps,
): FallbackOptions<T>['selected'] {
  const { title, unselected } = spec
  const selection = namespace === undefined ? spec.selection : { ...spec.selection, namespace }
  if (unselected === undefined) return following(selection, spec, deps)
  const { fieldSelector, ...whole } = selection
  const options = {
    selected: following(selection, spec, deps),
    whole: following(whole, spec, deps),
    isOurs: unselected,
    onFallback: () =>
      deps.log.info(
        { informer: title, fieldSelector },
        'The field selector is not known here: watching everything',
      ),
  }
  return (sink, observer) => fallbackReflector(options, sink, observer)
}

function following<T extends KubeObject>(
  selection: Selection,
  { transform }: InformerSpec<T>,
  { transport, clock, bell, log }: FollowDeps,
): FallbackOptions<T>['selected'] {
  return (sink, observer) =>
    createReflector<T>(
      { transport, clock, random: Math.random, bell },
      { selection, sink, log, observer, ...(transform === undefined ? {} : { transform }) },
    )
}

function countingObserver(informer: string, metrics: Metrics): ReflectorObserver {
  return {
    listed: () => undefined,
    event: () => undefined,
    stateChanged: () => undefined,
    failed: (cause) => metrics.watchFailed({ informer, cause }),
  }
}
