import * as z from 'zod'

/** What one request of an event forwarder tells of. */
export interface Notice {
  /** Full names of items that may have another value now. */
  readonly items: ReadonlySet<string>
  /** All events in it, whatever they are about. */
  readonly events: number
}

/** More are refused and not cut: whoever sends them is told so. */
const mostItems = 10_000
const longestName = 4096

const Event = z.object({ name: z.string().min(1).max(longestName) })
const Events = z.record(z.string(), z.array(z.unknown()))

/** Those that tell of something else than a new value; of a rotation that failed in part some of it was done. */
const changesNothing = /((?<!partial-)failure|rate-limiting|multi-auth|pending-expiration|next-automatic)/

/**
 * Reads the body of a webhook of Akeyless's event forwarder (Event Center, "Forwarded Events Format"):
 * `{"Akeyless_Events": {"<type>": [{"name", "item_id", "payload"}]}}`, or the types without what is around them.
 * Undefined when it is nothing of the kind, or names more items than one may. What it says is a hint and never data:
 * types are spelled in more than one way, so all that may mean a new value count.
 */
export function parseNotice(body: string): Notice | undefined {
  const events = eventsIn(body)
  if (events === undefined) return undefined
  const items = new Set<string>()
  let count = 0
  for (const [type, list] of Object.entries(events)) {
    count += list.length
    if (changesNothing.test(wordOf(type))) continue
    for (const event of list) {
      const parsed = Event.safeParse(event)
      if (parsed.success) items.add(parsed.data.name)
    }
  }
  return items.size > mostItems ? undefined : { items, events: count }
}

function eventsIn(body: string): z.infer<typeof Events> | undefined {
  const whole = z.record(z.string(), z.unknown()).safeParse(jsonOf(body))
  if (!whole.success) return undefined
  const entries = Object.entries(whole.data)
  const around = entries.find(([key]) => wordOf(key) === 'akeyless-events')
  if (around === undefined && entries.length === 0) return undefined
  return Events.safeParse(around === undefined ? whole.data : around[1]).data
}

/** The documents write words with hyphens, underscores and spaces, in small letters and in large ones. */
function wordOf(key: string): string {
  return key.toLowerCase().replaceAll(/[_ ]/g, '-')
}

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}
