import type { KubeObject } from '../kube/object.ts'
import { createReadyBell } from '../kube/ready-bell.ts'
import { createReflector } from '../kube/reflect.ts'
import type { ReflectorObserver, Selection, Sink } from '../kube/reflector.ts'
import type { Transport } from '../kube/transport.ts'
import type { Informer } from '../runtime/informer.ts'
import type { Metrics } from '../runtime/metrics.ts'
import { createInformer } from '../runtime/shared-informer.ts'
import type { Indexers } from '../runtime/store.ts'
import type { Clock } from '../std/clock.ts'
import type { Log } from '../std/log.ts'
import { fallbackReflector } from './fallback-reflector.ts'

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
  const { transport, namespaces, metrics, clock, log } = deps
  const bell = createReadyBell({ transport, clock })
  const all: Informer<KubeObject>[] = []
  return {
    all,
    create<T extends KubeObject>(spec: InformerSpec<T>): Informer<T> {
      const { title, selection, transform, indexers, unselected, mayBeForbidden = false } = spec
      const scopes = selection.kind.namespaced && namespaces.length > 0 ? namespaces : [undefined]
      const informer = createInformer<T>({
        title,
        log,
        clock,
        mayBeForbidden,
        ...(indexers === undefined ? {} : { indexers }),
        observer: countingObserver(title, metrics),
        reflectors: scopes.map((namespace) => {
          const follow =
            (wanted: Omit<Selection, 'namespace'>) => (sink: Sink<T>, observer: ReflectorObserver) =>
              createReflector<T>(
                { transport, clock, random: Math.random, bell },
                {
                  selection: namespace === undefined ? wanted : { ...wanted, namespace },
                  sink,
                  log,
                  observer,
                  ...(transform === undefined ? {} : { transform }),
                },
              )
          if (unselected === undefined) return follow(selection)
          const { fieldSelector, ...whole } = selection
          const onFallback = () =>
            log.info(
              { informer: title, fieldSelector },
              'The field selector is not known here: watching everything',
            )
          const options = {
            selected: follow(selection),
            whole: follow(whole),
            isOurs: unselected,
            onFallback,
          }
          return (sink: Sink<T>, observer: ReflectorObserver) => fallbackReflector(options, sink, observer)
        }),
      })
      all.push(informer)
      metrics.informer(informer)
      return informer
    },
    stop: () => bell.stop(),
  }
}

function countingObserver(informer: string, metrics: Metrics): ReflectorObserver {
  return {
    listed: () => undefined,
    event: () => undefined,
    stateChanged: () => undefined,
    failed: (cause) => metrics.watchFailed({ informer, cause }),
  }
}
