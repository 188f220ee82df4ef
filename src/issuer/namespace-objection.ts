import type { ExternalIssuer } from '../api/externalissuer.ts'
import { isForbidden } from '../kube/errors.ts'
import { admits } from './allowed-namespaces.ts'
import { type IssuerName, titleOf } from './issuer-name.ts'

/** Why an issuer does not sign for a namespace: never, or for as long as nobody may look. */
export interface Objection {
  readonly isFinal: boolean
  readonly reason: string
  readonly message: string
}

/** What speaks against requests of a namespace; undefined for nothing. Throws ApiError and TransportError. */
export async function objectionTo(
  namespace: string | undefined,
  { name, issuer }: { readonly name: IssuerName; readonly issuer: ExternalIssuer },
  labelsOf: (namespace: string) => Promise<Readonly<Record<string, string>>>,
): Promise<Objection | undefined> {
  const title = titleOf(name)
  try {
    if (await admits(issuer.spec.allowedNamespaces, namespace, labelsOf)) return undefined
    const where = namespace === undefined ? 'no namespace' : `namespace "${namespace}"`
    const message = `${title} does not allow requests of ${where}: see its spec.allowedNamespaces`
    return { isFinal: true, reason: 'NamespaceNotAllowed', message }
  } catch (error) {
    if (!isForbidden(error)) throw error
    const message = `Cannot read the labels of namespace "${namespace}", by which ${title} says who may use it: the issuer half has no right to get namespaces`
    return { isFinal: false, reason: 'RetryableError', message }
  }
}
