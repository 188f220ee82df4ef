import * as z from 'zod'
import { dataKey, list, namespaceName, objectName, optional, text } from './meta.ts'

const namespaceRule =
  'Namespace of the object. Only a ClusterSecretStore may name another one than its user; left out, it is the namespace ' +
  'of the SecretStore, or of the ExternalSecret that uses the ClusterSecretStore.'

/** One key of a Secret. */
export const SecretKeySelector = z.object({
  name: optional(objectName('Name of the Secret.')),
  namespace: optional(namespaceName(namespaceRule)),
  key: optional(dataKey('Key in the data of the Secret.')),
})
export type SecretKeySelector = z.infer<typeof SecretKeySelector>

/** A ServiceAccount that tokens are requested for. */
export const ServiceAccountSelector = z.object({
  name: objectName('Name of the ServiceAccount.'),
  namespace: optional(namespaceName(namespaceRule)),
  audiences: optional(
    list(
      text('An audience, usually a URL.', { minLength: 1, maxLength: 1024 }),
      'Audiences of the requested token. Left out, it is the audience of the API server itself.',
      64,
    ),
  ),
})
export type ServiceAccountSelector = z.infer<typeof ServiceAccountSelector>

/** Where CA certificates lie: one key of a Secret or a ConfigMap. */
export const CAProvider = z.object({
  type: z.enum(['Secret', 'ConfigMap']).describe('Kind of the object.'),
  name: objectName('Name of the object.'),
  namespace: optional(namespaceName(namespaceRule)),
  key: optional(dataKey('Key that holds the certificates as PEM.')),
})
export type CAProvider = z.infer<typeof CAProvider>
