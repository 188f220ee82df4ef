import type { Outcome, SeenSecret } from './outcome.ts'

/** An outcome as both operators can give it. */
export interface Comparable {
  readonly ready: string
  readonly secrets: Readonly<Record<string, SeenSecret | null>>
}

/** ESO's hash of the data (difference 11: we write none) and the marks that are ours alone. */
const isOwnMark = (name: string) =>
  name === 'reconcile.external-secrets.io/data-hash' || name.startsWith('keyferry.io/')

/** The outcome without what each operator keeps for itself: reasons (difference 11) and its own marks. */
export function comparable({ ready, secrets }: Outcome): Comparable {
  const entries = Object.entries(secrets).map(([name, it]) => [name, it === null ? null : unmarked(it)])
  return { ready, secrets: Object.fromEntries(entries) as Comparable['secrets'] }
}

function unmarked(secret: SeenSecret): SeenSecret {
  const { labels, annotations } = secret
  return { ...secret, labels: withoutMarks(labels), annotations: withoutMarks(annotations) }
}

function withoutMarks(marks: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(marks).filter(([name]) => !isOwnMark(name)))
}

/** What is otherwise than in ESO's outcome, of the first Secret that the manifest names. */
export interface Change {
  readonly ready?: string
  /** What the Secret is in place of ESO's; null: there is none. */
  readonly secret?: SeenSecret | null
  /** What of ESO's Secret is otherwise. */
  readonly fields?: Partial<SeenSecret>
}

/** ESO's outcome with a change of ours. */
export function expected(golden: Outcome, change: Change = {}): Comparable {
  const { ready, secrets } = comparable(golden)
  const [[name, secret] = ['', null]] = Object.entries(secrets)
  return {
    ready: change.ready ?? ready,
    secrets: { ...secrets, [name]: change.secret === undefined ? changed(secret, change) : change.secret },
  }
}

function changed(secret: SeenSecret | null, { fields = {} }: Change): SeenSecret | null {
  return secret === null ? null : { ...secret, ...fields }
}
