import { keyOf, type ObjectKey, type ObjectMeta } from '../kube/object.ts'

/** Something to remember of objects; nothing of one is told of another that bears its name later. */
export class PerObject<Value> {
  readonly #byKey = new Map<ObjectKey, { readonly uid: string | undefined; readonly value: Value }>()

  get(metadata: ObjectMeta): Value | undefined {
    const held = this.#byKey.get(keyOf(metadata))
    return held?.uid === metadata.uid ? held?.value : undefined
  }

  /** The same; where nothing was, what `make` gives is remembered from now on. */
  of(metadata: ObjectMeta, make: () => Value): Value {
    const held = this.get(metadata)
    if (held !== undefined) return held
    const made = make()
    this.set(metadata, made)
    return made
  }

  set(metadata: ObjectMeta, value: Value): void {
    this.#byKey.set(keyOf(metadata), { uid: metadata.uid, value })
  }

  forget(key: ObjectKey): void {
    this.#byKey.delete(key)
  }
}
