import { keyOf, type ObjectRef } from '../kube/object.ts'
import type { IssuerName } from './issuer-name.ts'
import type { InputKind } from './issuer-wake.ts'

interface Reader {
  readonly name: IssuerName
  readonly inputs: Set<string>
}

/**
 * Who reads what beside that which specs name: CA bundles, client certificates. What was asked for and is not there
 * counts too: it may come at any moment.
 */
export class InputReaders {
  readonly #byUid = new Map<string, Reader>()

  note(uid: string, name: IssuerName, kind: InputKind, at: ObjectRef): void {
    const reader = this.#byUid.get(uid) ?? { name, inputs: new Set<string>() }
    reader.inputs.add(idOf(kind, at))
    this.#byUid.set(uid, reader)
  }

  /** The issuers that asked for an object. */
  of(kind: InputKind, at: ObjectRef): readonly IssuerName[] {
    const id = idOf(kind, at)
    return [...this.#byUid.values()].flatMap(({ name, inputs }) => (inputs.has(id) ? [name] : []))
  }

  /** The issuer has another configuration, or is gone. */
  forget(uid: string): void {
    this.#byUid.delete(uid)
  }
}

function idOf(kind: InputKind, at: ObjectRef): string {
  return `${kind}/${keyOf(at)}`
}
