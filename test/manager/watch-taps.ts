import type { KubeObject } from '../../src/kube/object.ts'
import { editLines, type Piece, whole } from '../fakes/fault-proxy/fault.ts'
import type { FaultProxy } from '../fakes/fault-proxy/fault-proxy.ts'

/** A watch event on its way to the manager. */
export interface TappedEvent {
  readonly type: string
  readonly object: KubeObject
}

/** What is sent in place of one event; undefined when the tap is not for it. */
export type Tap = (event: TappedEvent, line: string) => readonly Piece[] | undefined

/** Taps on all watches of a kind, for as long as a test wants. */
export interface Taps {
  /** Puts a tap on the watches of a kind (`secrets`); gives what takes it off. The first tap that answers counts. */
  on(plural: string, tap: Tap): () => void
}

/** Has every watch of these kinds that is opened from now on go through taps. */
export function tapWatches(proxy: FaultProxy, plurals: readonly string[]): Taps {
  const byPlural = new Map(plurals.map((it) => [it, new Set<Tap>()]))
  for (const [plural, taps] of byPlural) {
    proxy.on(
      ({ isWatch, path }) => isWatch && path.split('?')[0]?.endsWith(`/${plural}`) === true,
      editLines((line) => tapped(taps, line)),
    )
  }
  return {
    on(plural, tap) {
      const taps = byPlural.get(plural)
      if (taps === undefined) throw new Error(`no watch of "${plural}" is tapped`)
      taps.add(tap)
      return () => void taps.delete(tap)
    },
  }
}

function tapped(taps: ReadonlySet<Tap>, line: string): readonly Piece[] {
  if (taps.size === 0) return [whole(line)]
  const event = JSON.parse(line) as TappedEvent
  for (const tap of taps) {
    const pieces = tap(event, line)
    if (pieces !== undefined) return pieces
  }
  return [whole(line)]
}
