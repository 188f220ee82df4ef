import { createEventRecorder, type EventRecorder } from '../runtime/events.ts'
import type { HalfAccess } from './api-server.ts'
import type { HalfOptions } from './half.ts'

/** Tells the Events of one half; they give way while `isBehind` says that its objects wait for their turn. */
export function halfEvents(
  access: HalfAccess,
  { metrics, log, clock }: HalfOptions,
  isBehind: () => boolean,
): EventRecorder {
  return createEventRecorder({
    client: access.eventsClient,
    log,
    clock,
    onDropped: () => metrics.eventDropped(),
    isBusy: isBehind,
  })
}
