import type { ExternalSecretSpec } from '../api/externalsecret.ts'
import type { Violation } from '../api/violation.ts'

/**
 * The fields of a spec that this version does not carry out. They are refused, not ignored: a Secret that looks right
 * and is not would be found out at night.
 */
export function unsupportedFields(spec: ExternalSecretSpec): readonly Violation[] {
  return pathsOf(spec).map((path) => ({ path, message: 'is not supported by this version' }))
}

function pathsOf(spec: ExternalSecretSpec): string[] {
  return [
    ...targetFields(spec),
    ...(spec.syncWindows === undefined ? [] : ['spec.syncWindows']),
    ...((spec.rolloutRestartTargets ?? []).length === 0 ? [] : ['spec.rolloutRestartTargets']),
    ...(spec.data ?? []).flatMap((it, index) => [
      ...(it.sourceRef === undefined ? [] : [`spec.data[${index}].sourceRef`]),
      ...remoteFields(it.remoteRef, `spec.data[${index}].remoteRef`),
    ]),
    ...(spec.dataFrom ?? []).flatMap((it, index) => [
      ...(it.find === undefined ? [] : [`spec.dataFrom[${index}].find`]),
      ...(it.sourceRef === undefined ? [] : [`spec.dataFrom[${index}].sourceRef`]),
      ...(it.extract === undefined ? [] : remoteFields(it.extract, `spec.dataFrom[${index}].extract`)),
    ]),
  ]
}

function targetFields(spec: ExternalSecretSpec): string[] {
  const target = spec.target ?? {}
  const otherThan = (value: string | undefined, usual: string) =>
    value !== undefined && value !== '' && value !== usual
  return [
    ...(otherThan(target.creationPolicy, 'Owner') ? ['spec.target.creationPolicy'] : []),
    ...(otherThan(target.deletionPolicy, 'Retain') ? ['spec.target.deletionPolicy'] : []),
    ...(target.immutable === true ? ['spec.target.immutable'] : []),
    ...(target.manifest === undefined ? [] : ['spec.target.manifest']),
  ]
}

/** The values that mean "as if it were absent", as ESO's own API server defaults wrote them into users' manifests. */
const plainStrategies = {
  conversionStrategy: 'Default',
  decodingStrategy: 'None',
  metadataPolicy: 'None',
  nullBytePolicy: 'Ignore',
} as const

type RemoteRef = { readonly [Name in keyof typeof plainStrategies]?: string | undefined } & {
  readonly property?: string | undefined
}

function remoteFields(ref: RemoteRef, path: string): string[] {
  const names = Object.keys(plainStrategies) as (keyof typeof plainStrategies)[]
  return names
    .filter((name) => ref[name] !== undefined && ref[name] !== '' && ref[name] !== plainStrategies[name])
    .map((name) => `${path}.${name}`)
}
