import type { ExternalSecretSpec } from '../api/externalsecret.ts'
import type { SourceRef } from '../api/externalsecret-source.ts'
import type { Violation } from '../api/violation.ts'

/**
 * The fields of a spec that this version does not carry out. They are refused, not ignored: a Secret that looks right
 * and is not would be found out at night.
 */
export function unsupportedFields(spec: ExternalSecretSpec, features: Features): readonly Violation[] {
  const unsupported = pathsOf(spec).map((path) => ({ path, message: 'is not supported by this version' }))
  return [...unsupported, ...restartsRefused(spec, features)]
}

/** What the manager was told to do beside keeping Secrets. */
export interface Features {
  readonly rolloutRestart: boolean
}

function restartsRefused(
  { rolloutRestartTargets = [] }: ExternalSecretSpec,
  { rolloutRestart }: Features,
): readonly Violation[] {
  if (rolloutRestart || rolloutRestartTargets.length === 0) return []
  const message =
    'needs a manager that runs with --enable-rollout-restart and has ClusterRole keyferry-rollout-restart'
  return [{ path: 'spec.rolloutRestartTargets', message }]
}

function pathsOf(spec: ExternalSecretSpec): string[] {
  return [
    ...(spec.target?.manifest === undefined ? [] : ['spec.target.manifest']),
    ...(spec.data ?? []).flatMap((it, index) =>
      generatorFields(it.sourceRef, `spec.data[${index}].sourceRef`),
    ),
    ...(spec.dataFrom ?? []).flatMap((it, index) =>
      generatorFields(it.sourceRef, `spec.dataFrom[${index}].sourceRef`),
    ),
  ]
}

function generatorFields(ref: SourceRef | undefined, path: string): string[] {
  return ref?.generatorRef === undefined ? [] : [`${path}.generatorRef`]
}
