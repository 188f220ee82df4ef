import { parseDuration } from '../std/duration.ts'
import type { ExternalSecretSpec } from './externalsecret.ts'
import type { ExternalSecretDataFrom, SecretStoreRef, SourceRef } from './externalsecret-source.ts'
import { targetViolations } from './externalsecret-target-rules.ts'
import { type Violation, when } from './violation.ts'

/**
 * Every rule that a spec breaks beyond its shape. The CRD states most of them for the API server as well; here they
 * hold where its rules are absent or older (design section 7, S5). Empty when all is well.
 */
export function externalSecretViolations(spec: ExternalSecretSpec): readonly Violation[] {
  return [
    ...sourceViolations(spec),
    ...(spec.data ?? []).flatMap((it, index) =>
      sourceRefViolations(it.sourceRef, `spec.data[${index}].sourceRef`),
    ),
    ...duplicateKeys(spec),
    ...(spec.dataFrom ?? []).flatMap((it, index) => dataFromViolations(it, `spec.dataFrom[${index}]`)),
    ...targetViolations(spec.target ?? {}),
    ...durationViolations(spec.refreshInterval, 'spec.refreshInterval'),
    ...(spec.syncWindows?.windows ?? []).flatMap((it, index) =>
      durationViolations(it.duration, `spec.syncWindows.windows[${index}].duration`),
    ),
  ]
}

function sourceViolations(spec: ExternalSecretSpec): readonly Violation[] {
  const entries = [...(spec.data ?? []), ...(spec.dataFrom ?? [])]
  const isWithoutStore = entries.some((it) => it.sourceRef === undefined) && !hasName(spec.secretStoreRef)
  return [
    ...when(
      entries.length === 0,
      'spec',
      'data or dataFrom is required: without them there is nothing to read',
    ),
    ...when(
      isWithoutStore,
      'spec.secretStoreRef.name',
      'is required unless every entry of data and dataFrom has a sourceRef',
    ),
  ]
}

function sourceRefViolations(ref: SourceRef | undefined, path: string): readonly Violation[] {
  if (ref === undefined) return []
  const holdsOne = (ref.storeRef === undefined) !== (ref.generatorRef === undefined)
  return [
    ...when(!holdsOne, path, 'must hold either storeRef or generatorRef'),
    ...when(ref.storeRef !== undefined && !hasName(ref.storeRef), `${path}.storeRef.name`, 'is required'),
  ]
}

/** ESO takes them with the other policies, and the last one wins there. */
function duplicateKeys(spec: ExternalSecretSpec): readonly Violation[] {
  if ((spec.target?.deletionPolicy ?? 'Retain') !== 'Retain') return []
  const seen = new Set<string>()
  const violations: Violation[] = []
  for (const [index, { secretKey }] of (spec.data ?? []).entries()) {
    violations.push(
      ...when(seen.has(secretKey), `spec.data[${index}].secretKey`, `"${secretKey}" is there twice`),
    )
    seen.add(secretKey)
  }
  return violations
}

function dataFromViolations(entry: ExternalSecretDataFrom, path: string): readonly Violation[] {
  const { extract, find, rewrite = [], sourceRef } = entry
  const isEmpty = extract === undefined && find === undefined && sourceRef === undefined
  return [
    ...when(
      count([extract, find, sourceRef?.generatorRef]) > 1,
      path,
      'extract, find and generatorRef exclude each other',
    ),
    ...when(isEmpty, path, 'needs extract, find or a sourceRef with a generatorRef'),
    ...sourceRefViolations(sourceRef, `${path}.sourceRef`),
    ...rewrite.flatMap(({ regexp, transform, merge }, index) =>
      when(
        count([regexp, transform, merge]) !== 1,
        `${path}.rewrite[${index}]`,
        'must hold exactly one of regexp, transform and merge',
      ),
    ),
  ]
}

function durationViolations(text: string | undefined, path: string): readonly Violation[] {
  if (text === undefined) return []
  const ms = parseDuration(text)
  return when(ms === undefined || ms < 0, path, 'must be a duration such as 90s, 15m or 1h30m')
}

function hasName(ref: SecretStoreRef | undefined): boolean {
  return ref?.name !== undefined && ref.name !== ''
}

function count(values: readonly unknown[]): number {
  return values.filter((it) => it !== undefined).length
}
