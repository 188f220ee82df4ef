import { type Condition, type KubeObject, keyOf, type ObjectKey } from '../kube/object.ts'
import type { DeclaredStatus } from '../kube/served-schema.ts'
import { PerObject } from './per-object.ts'

/** What is computed of every status, whatever the CRD can hold. */
interface Spoken {
  readonly observedGeneration?: number | undefined
  readonly conditions: readonly Condition[]
}

/** False when a CRD cannot hold all that is said of an object, beside its fields. */
export function holdsAll(declared: DeclaredStatus | undefined): boolean {
  if (declared === undefined) return true
  const { fields, conditionFields, conditionTypes } = declared
  const generation = 'observedGeneration'
  return conditionTypes === undefined && conditionFields?.has(generation) !== false && fields.has(generation)
}

/** The conditions that a CRD can hold, with the fields that it knows. */
export function writableConditions(
  conditions: readonly Condition[],
  declared: DeclaredStatus | undefined,
): readonly Partial<Condition>[] {
  if (declared === undefined) return conditions
  const { conditionFields, conditionTypes } = declared
  const types = conditions.filter(({ type }) => conditionTypes?.has(type) !== false)
  if (conditionFields === undefined) return types
  return types.map((it) => withFields(it, conditionFields))
}

function withFields(condition: Condition, known: ReadonlySet<string>): Partial<Condition> {
  if (Object.keys(condition).every((it) => known.has(it))) return condition
  return Object.fromEntries(Object.entries(condition).filter(([name]) => known.has(name)))
}

/**
 * What was said of objects and an older CRD cannot hold. It is remembered, because a LastSyncSucceeded that is missing
 * in every status would be told of anew by every sync. Empty where the CRD holds everything.
 */
export class Withheld {
  readonly #said = new PerObject<Spoken>()

  /** To be called with each status that was written, or found to be written already. */
  note({ metadata }: KubeObject, spoken: Spoken, declared: DeclaredStatus | undefined): void {
    const { observedGeneration, conditions } = spoken
    if (holdsAll(declared)) this.#said.forget(keyOf(metadata))
    else this.#said.set(metadata, { observedGeneration, conditions })
  }

  /** A status as it was meant, as far as nobody else has written it since. */
  whole(object: KubeObject, shown: Spoken, declared: DeclaredStatus | undefined): Spoken {
    const said = this.#said.get(object.metadata)
    if (said === undefined) return shown
    const isHidden = ({ type }: Condition) => declared?.conditionTypes?.has(type) === false
    return {
      observedGeneration: shown.observedGeneration ?? said.observedGeneration,
      conditions: [
        ...shown.conditions.map((it) => said.conditions.find((other) => saysSame(other, it)) ?? it),
        ...said.conditions.filter(isHidden),
      ],
    }
  }

  forget(key: ObjectKey): void {
    this.#said.forget(key)
  }
}

function saysSame(a: Condition, b: Condition): boolean {
  return a.type === b.type && a.status === b.status && a.reason === b.reason && a.message === b.message
}
