import type { ExternalSecretTarget, SecretTemplate } from './externalsecret-target.ts'
import { type Violation, when } from './violation.ts'

const serviceAccountToken = 'kubernetes.io/service-account-token'
const serviceAccountName = 'kubernetes.io/service-account.name'
/** Types whose Secrets give power over the cluster or belong to Helm. */
const refusedTypes: readonly (string | undefined)[] = ['bootstrap.kubernetes.io/token', 'helm.sh/release.v1']
const templateTargets = ['', 'data', 'annotations', 'labels']

/** The rules of `spec.target`. */
export function targetViolations(target: ExternalSecretTarget): readonly Violation[] {
  return [
    ...policyViolations(target),
    ...templateTargetViolations(target),
    ...(target.template === undefined ? [] : privilegedTemplateViolations(target.template)),
  ]
}

/** With Orphan, Delete takes keys away and never the Secret: ESO's webhook lets it in. */
const keptWhole: readonly string[] = ['Owner', 'Orphan']

function policyViolations({
  creationPolicy = 'Owner',
  deletionPolicy,
}: ExternalSecretTarget): readonly Violation[] {
  return [
    ...when(
      deletionPolicy === 'Delete' && !keptWhole.includes(creationPolicy),
      'spec.target.deletionPolicy',
      'Delete needs creationPolicy Owner or Orphan: what others wrote may not be deleted',
    ),
    ...when(
      deletionPolicy === 'Merge' && creationPolicy === 'None',
      'spec.target.deletionPolicy',
      'Merge cannot go with creationPolicy None: there is no Secret to take keys from',
    ),
  ]
}

/** Anything else would be a path into the rendered object, past the rules on its type and owners. */
function templateTargetViolations({ manifest, template }: ExternalSecretTarget): readonly Violation[] {
  const makesSecret = manifest === undefined || (manifest.apiVersion === 'v1' && manifest.kind === 'Secret')
  if (!makesSecret) return []
  return (template?.templateFrom ?? []).flatMap(({ target = '' }, index) =>
    when(
      !templateTargets.includes(target.toLowerCase()),
      `spec.target.template.templateFrom[${index}].target`,
      'must be Data, Annotations or Labels when a Secret is made',
    ),
  )
}

/** A ServiceAccount token Secret that names its account would be filled with a token by the cluster. */
function privilegedTemplateViolations(template: SecretTemplate): readonly Violation[] {
  const isToken = template.type === serviceAccountToken
  const path = 'spec.target.template'
  return [
    ...when(refusedTypes.includes(template.type), `${path}.type`, `must not be ${template.type}`),
    ...when(
      isToken && Object.hasOwn(template.metadata?.annotations ?? {}, serviceAccountName),
      `${path}.metadata.annotations`,
      `${serviceAccountName} must not be given with type ${serviceAccountToken}`,
    ),
    ...(template.templateFrom ?? []).flatMap(({ target = '' }, index) =>
      when(
        isToken && target.toLowerCase() === 'annotations',
        `${path}.templateFrom[${index}].target`,
        `must not be Annotations with type ${serviceAccountToken}`,
      ),
    ),
  ]
}
