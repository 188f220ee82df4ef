import { keyOf, type ObjectKey, type ObjectMeta } from '../kube/object.ts'

/** Something to remember of objects; nothing of one is told of another that bears its name later. */
export class PerObject<Value> {
  readonly #byKey = new Map<ObjectKey, { readonly uid: string | undefined; readonly value: Value }>()

  get(metadata: ObjectMeta): Value | undefined {
    const held = this.#byKey.get(keyOf(metadata))
    return held?.uid === metadata.uid ? held?.value : undefined
  }

  set(metadata: ObjectMeta, value: Value): void {
    this.#byKey.set(keyOf(metadata), { uid: metadata.uid, value })
  }

  forget(key: ObjectKey): void {
    this.#byKey.delete(key)
  }
}
