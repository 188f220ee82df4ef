import * as z from 'zod'
import { optional, rules, text } from './meta.ts'
import { CAProvider, SecretKeySelector, ServiceAccountSelector } from './reference.ts'

const KubernetesAuth = z
  .object({
    accessID: text('Access ID of the Kubernetes auth method in Akeyless, for example p-1a2b3c4d5e.', {
      minLength: 1,
      maxLength: 256,
    }),
    k8sConfName: text('Name of the Kubernetes auth configuration on the Gateway.', {
      minLength: 1,
      maxLength: 512,
    }),
    serviceAccountRef: optional(
      ServiceAccountSelector.describe(
        'ServiceAccount to log in as; a token of ten minutes is requested for it.',
      ),
    ),
    secretRef: optional(
      SecretKeySelector.describe('Secret that holds a ServiceAccount token; the key is token when left out.'),
    ),
  })
  .meta({
    description:
      'Log in with a token of a Kubernetes ServiceAccount, which the Gateway has reviewed by the cluster.',
    ...rules({
      rule: 'has(self.serviceAccountRef) || has(self.secretRef)',
      message: 'kubernetesAuth needs a serviceAccountRef or a secretRef',
    }),
  })
export type KubernetesAuth = z.infer<typeof KubernetesAuth>

const AccessSecretRef = z
  .object({
    accessID: optional(SecretKeySelector.describe('Key of a Secret that holds the access ID.')),
    accessType: optional(
      SecretKeySelector.describe(
        'Key of a Secret that holds the access type: api_key, access_key, aws_iam, azure_ad, gcp.',
      ),
    ),
    accessTypeParam: optional(
      SecretKeySelector.describe(
        'Key of a Secret that holds what the access type needs: for access_key, the access key.',
      ),
    ),
  })
  .describe('Log in with credentials that lie in Secrets. Not looked at when kubernetesAuth is set.')

const AkeylessAuth = z
  .object({
    kubernetesAuth: optional(KubernetesAuth),
    secretRef: optional(AccessSecretRef),
    serviceAccountRef: optional(
      ServiceAccountSelector.describe('ServiceAccount for Azure workload identity (access type azure_ad).'),
    ),
  })
  .meta({
    description: 'How to log in to Akeyless.',
    ...rules({
      rule: 'has(self.kubernetesAuth) || has(self.secretRef)',
      message: 'authSecretRef needs kubernetesAuth or secretRef',
    }),
  })

/** The provider `akeyless`: a Gateway or the public service, and how to log in there. */
export const AkeylessProvider = z.object({
  akeylessGWApiURL: text(
    'URL of the Gateway API, for example https://gateway.example.com:8000/api/v2. Empty is the public service.',
    {
      maxLength: 2048,
    },
  ).meta(
    rules({
      rule: "self == '' || (isURL(self) && url(self).getScheme() in ['http', 'https'] && url(self).getHostname() != '')",
      message: 'akeylessGWApiURL must be an https URL with a host, or empty for the public service',
    }),
  ),
  authSecretRef: AkeylessAuth,
  caBundle: optional(
    z.string().meta({
      description: 'CA certificates to trust instead of the usual ones: PEM, in base64.',
      format: 'byte',
      maxLength: 1_048_576,
    }),
  ),
  caProvider: optional(
    CAProvider.describe('Where CA certificates lie that are trusted instead of the usual ones.'),
  ),
  ignoreCache: optional(z.boolean().describe('Ask the Gateway to pass by its cache on every read.')),
})
export type AkeylessProvider = z.infer<typeof AkeylessProvider>
