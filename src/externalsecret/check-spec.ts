import { ExternalSecret } from '../api/externalsecret.ts'
import { externalSecretViolations } from '../api/externalsecret-rules.ts'
import { ExternalSecretStatus } from '../api/externalsecret-status.ts'
import { failure } from '../api/reason.ts'
import { type Violation, violationsText } from '../api/violation.ts'
import type { KubeObject } from '../kube/object.ts'
import type { Failure } from '../std/failure.ts'
import { type Features, unsupportedFields } from './unsupported.ts'

const mostNamed = 3

/**
 * The object with a spec that may be acted on. Throws Failure InvalidSpec that names the paths at fault: rules hold
 * here even where the CRD's own were stripped or are older (S5). A status that cannot be read is as good as none: it
 * is no fault of the spec, and the next sync writes it anew.
 */
export function checkSpec(
  raw: KubeObject & { readonly status?: unknown },
  features: Features,
): ExternalSecret {
  const { status: rawStatus, ...rest } = raw
  const parsed = ExternalSecret.safeParse(rest)
  if (!parsed.success) {
    throw invalid(parsed.error.issues.map((it) => ({ path: it.path.join('.'), message: it.message })))
  }
  const { spec } = parsed.data
  const violations = [...externalSecretViolations(spec), ...unsupportedFields(spec, features)]
  if (violations.length > 0) throw invalid(violations)
  const status = ExternalSecretStatus.safeParse(rawStatus)
  return status.success ? { ...parsed.data, status: status.data } : parsed.data
}

function invalid(violations: readonly Violation[]): Failure {
  const rest = violations.length - mostNamed
  const more = rest > 0 ? ` (and ${rest} more)` : ''
  return failure(
    'InvalidSpec',
    `Cannot act on the spec: ${violationsText(violations.slice(0, mostNamed))}${more}`,
  )
}
