import { secretKind } from '../kube/kind.ts'
import type { ManagedFields } from '../kube/object.ts'
import { Redacted } from '../std/redacted.ts'
import type { Data } from './data-of.ts'
import { type LeaseMark, leaseDigest, markIn } from './lease-mark.ts'
import type { Issued } from './lease-record.ts'
import { fieldManagerOf, leaseMarkOf } from './names.ts'
import type { Run } from './run.ts'
import { dataKeysOf, secretFacts } from './secret-facts.ts'
import type { SecretObject } from './target.ts'
import { targetNameOf } from './target-of.ts'
import type { Shape } from './target-shape.ts'

/** The Secret as it is, seen as what leases left in it. */
export class LeaseEvidence {
  readonly #secret: SecretObject
  readonly #manager: string
  readonly #mark: LeaseMark
  readonly #ours: ReadonlySet<string>

  constructor(secret: SecretObject, externalSecret: string) {
    const { annotations, managedFields = [] } = secret.metadata
    const { textKeys = [] } = secretFacts(secret)
    this.#secret = secret
    this.#manager = fieldManagerOf(externalSecret)
    this.#mark = markIn(annotations?.[leaseMarkOf(externalSecret)])
    const ours = dataKeysOf(managedFields).get(this.#manager) ?? []
    this.#ours = new Set(ours.filter((it) => !textKeys.includes(it)))
  }

  /**
   * The keys that came from a lease and still hold what was written: whoever changes a value takes our part in it.
   * Undefined when one of them was altered or lost, or when the Secret was never written with this lease.
   */
  keysOf(lease: Issued): readonly string[] | undefined {
    const keys = this.#mark.get(leaseDigest(lease))
    const isIntact = keys?.every((it) => this.#ours.has(it) && this.#secret.data?.[it] !== undefined)
    return isIntact === true ? keys : undefined
  }

  /** Keys with the bytes that they hold. */
  dataOf(keys: readonly string[]): Data {
    return keys.map((key) => [key, this.#bytesOf(key)] as const)
  }

  /** What we made of the Secret, to be applied once more as it is. */
  shape(): Shape {
    const { metadata, type } = this.#secret
    const fields = ownFields(metadata.managedFields ?? [], this.#manager)
    return {
      ...(type === undefined ? {} : { type }),
      finalizers: [],
      labels: only(metadata.labels, fields, 'f:labels'),
      annotations: only(metadata.annotations, fields, 'f:annotations'),
      data: new Map(this.dataOf([...this.#ours])),
    }
  }

  #bytesOf(key: string): Redacted<Uint8Array> {
    return new Redacted<Uint8Array>(Buffer.from(this.#secret.data?.[key] ?? '', 'base64'))
  }
}

/** Reads the Secret itself: what it holds is remembered nowhere. Undefined when there is none. */
export async function evidenceOf({ object, ports, context }: Run): Promise<LeaseEvidence | undefined> {
  const { namespace = '', name } = object.metadata
  const ref = { namespace, name: targetNameOf(object) }
  const secret = await ports.client.find<SecretObject>(secretKind, ref, { signal: context.signal })
  return secret === undefined ? undefined : new LeaseEvidence(secret, name)
}

function ownFields(managedFields: readonly ManagedFields[], manager: string): unknown {
  return managedFields.find((it) => it.manager === manager && it.operation !== 'Update')?.fieldsV1
}

function only(
  values: Readonly<Record<string, string>> = {},
  fields: unknown,
  part: 'f:labels' | 'f:annotations',
): Record<string, string> {
  const owned = memberOf(memberOf(fields, 'f:metadata'), part)
  return Object.fromEntries(Object.entries(values).filter(([name]) => memberOf(owned, `f:${name}`)))
}

function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
  return (value as Readonly<Record<string, unknown>>)[name]
}
