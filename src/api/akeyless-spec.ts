import * as z from 'zod'
import { optional, rules, text } from './meta.ts'
import { CAProvider, SecretKeySelector, ServiceAccountSelector } from './reference.ts'

const accessID = (method: string) =>
  text(`Access ID of the ${method} auth method in Akeyless, for example p-1a2b3c4d5e.`, {
    minLength: 1,
    maxLength: 256,
  })

const KubernetesAuth = z
  .object({
    accessID: accessID('Kubernetes'),
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

/** Azure clouds, spelled as `az cloud list` and Akeyless spell them. */
const azureClouds = ['AzureCloud', 'AzureUSGovernment', 'AzureChinaCloud'] as const

const AzureAuth = z
  .object({
    accessID: accessID('Azure AD'),
    serviceAccountRef: optional(
      ServiceAccountSelector.describe(
        'ServiceAccount whose federated Azure identity logs in (AKS workload identity). Left out, it is the managed ' +
          'identity of the node or pod, which only a ClusterSecretStore may use and only where the manager allows it.',
      ),
    ),
    clientID: optional(
      text(
        'Client ID of the Azure application or managed identity; by default the annotation on the ServiceAccount.',
        {
          minLength: 1,
          maxLength: 64,
        },
      ),
    ),
    tenantID: optional(
      text('ID of the Entra tenant; by default the annotation on the ServiceAccount.', {
        minLength: 1,
        maxLength: 253,
      }),
    ),
    objectID: optional(
      text('Object ID of the managed identity, where the node has more than one.', {
        minLength: 1,
        maxLength: 64,
      }),
    ),
    cloud: optional(z.enum(azureClouds).describe('Azure cloud; AzureCloud when left out.')),
  })
  .meta({
    description: 'Log in with an Azure identity.',
    ...rules({
      rule: '!has(self.objectID) || !has(self.serviceAccountRef)',
      message: 'objectID is for managed identities of nodes and cannot stand beside serviceAccountRef',
    }),
  })
export type AzureAuth = z.infer<typeof AzureAuth>

const AwsKeys = z
  .object({
    accessKeyID: SecretKeySelector.describe('Key of a Secret that holds the AWS access key ID.'),
    secretAccessKey: SecretKeySelector.describe('Key of a Secret that holds the AWS secret access key.'),
    sessionToken: optional(
      SecretKeySelector.describe('Key of a Secret that holds the session token of temporary credentials.'),
    ),
  })
  .describe('AWS access keys that lie in Secrets.')

const AwsAuth = z
  .object({
    accessID: accessID('AWS IAM'),
    serviceAccountRef: optional(
      ServiceAccountSelector.describe(
        'ServiceAccount whose IAM role logs in (IRSA). Without it and without secretRef it is the role of the node or ' +
          'pod, which only a ClusterSecretStore may use and only where the manager allows it.',
      ),
    ),
    roleARN: optional(
      text(
        'ARN of the IAM role; by default the annotation eks.amazonaws.com/role-arn on the ServiceAccount.',
        {
          minLength: 20,
          maxLength: 2048,
        },
      ),
    ),
    secretRef: optional(AwsKeys),
    region: optional(
      text('Region whose STS is asked, for example eu-west-1; the global STS (us-east-1) when left out.', {
        minLength: 1,
        maxLength: 32,
      }).meta(
        rules({
          rule: "self.matches('^[a-z]{2,4}(-[a-z]+)+-[0-9]{1,2}$')",
          message: 'region must look like eu-west-1',
        }),
      ),
    ),
  })
  .meta({
    description: 'Log in with an AWS identity.',
    ...rules(
      {
        rule: '!has(self.secretRef) || !has(self.serviceAccountRef)',
        message: 'awsAuth takes serviceAccountRef or secretRef, not both',
      },
      {
        rule: '!has(self.roleARN) || has(self.serviceAccountRef)',
        message: 'roleARN needs a serviceAccountRef',
      },
    ),
  })
export type AwsAuth = z.infer<typeof AwsAuth>

const GcpAuth = z
  .object({
    accessID: accessID('GCP'),
    audience: optional(
      text('Audience of the identity token, as the auth method has it; akeyless.io when left out.', {
        minLength: 1,
        maxLength: 1024,
      }),
    ),
  })
  .describe(
    'Log in with the Google identity of the node or pod, from the metadata server. Only a ClusterSecretStore may, and ' +
      'only where the manager allows it.',
  )
export type GcpAuth = z.infer<typeof GcpAuth>

const JwtAuth = z
  .object({
    accessID: accessID('OAuth 2.0 / JWT'),
    serviceAccountRef: optional(
      ServiceAccountSelector.describe(
        'ServiceAccount whose token logs in; it must name audiences, for a token without is good for the API server.',
      ),
    ),
    secretRef: optional(
      SecretKeySelector.describe('Secret that holds the JWT; the key is token when left out.'),
    ),
  })
  .meta({
    description: 'Log in with a JWT that Akeyless verifies with the public keys of its issuer.',
    ...rules({
      rule: 'has(self.serviceAccountRef) != has(self.secretRef)',
      message: 'jwtAuth needs a serviceAccountRef or a secretRef, and not both',
    }),
  })
export type JwtAuth = z.infer<typeof JwtAuth>

const CertAuth = z
  .object({
    accessID: accessID('certificate'),
    certificateSecretRef: SecretKeySelector.describe(
      'Secret that holds the client certificate as PEM; the key is tls.crt when left out.',
    ),
    privateKeySecretRef: SecretKeySelector.describe(
      'Secret that holds its private key as PEM; the key is tls.key when left out.',
    ),
  })
  .describe('Log in with a client certificate.')
export type CertAuth = z.infer<typeof CertAuth>

const UniversalIdentityAuth = z
  .object({
    accessID: accessID('Universal Identity'),
    tokenSecretRef: SecretKeySelector.describe(
      'Secret that holds the universal identity token (u-...); the key is token when left out. Keyferry uses it as ' +
        'given: whoever rotates it writes it there.',
    ),
  })
  .describe('Log in with a universal identity token.')
export type UniversalIdentityAuth = z.infer<typeof UniversalIdentityAuth>

const AccessSecretRef = z
  .object({
    accessID: optional(SecretKeySelector.describe('Key of a Secret that holds the access ID.')),
    accessType: optional(
      SecretKeySelector.describe(
        'Key of a Secret that holds the access type: api_key, access_key, aws_iam, azure_ad, gcp, k8s, jwt, cert, ' +
          'universal_identity.',
      ),
    ),
    accessTypeParam: optional(
      SecretKeySelector.describe(
        'Key of a Secret that holds what the access type needs: the access key, the GCP audience, the Azure object ' +
          'or client ID, the name of the Kubernetes auth configuration, the JWT, the certificate with its key, or the ' +
          'universal identity token.',
      ),
    ),
  })
  .describe(
    'Log in with access ID, access type and its parameter from Secrets. Not looked at when one of the others is set.',
  )
export type AccessSecretRef = z.infer<typeof AccessSecretRef>

/** The ways in that are a block of their own; at most one of them stands in a store. */
export const authBlocks = [
  'kubernetesAuth',
  'azureAuth',
  'awsAuth',
  'gcpAuth',
  'jwtAuth',
  'certAuth',
  'universalIdentityAuth',
] as const

const hasBlocks = authBlocks.map((it) => `has(self.${it})`).join(', ')

/** The ways in, as `authSecretRef` of a SecretStore has them. */
export const AkeylessAuth = z
  .object({
    kubernetesAuth: optional(KubernetesAuth),
    azureAuth: optional(AzureAuth),
    awsAuth: optional(AwsAuth),
    gcpAuth: optional(GcpAuth),
    jwtAuth: optional(JwtAuth),
    certAuth: optional(CertAuth),
    universalIdentityAuth: optional(UniversalIdentityAuth),
    secretRef: optional(AccessSecretRef),
    serviceAccountRef: optional(
      ServiceAccountSelector.describe(
        'ServiceAccount whose identity secretRef logs in with, for the access types azure_ad, aws_iam, jwt and k8s.',
      ),
    ),
  })
  .meta({
    description: 'How to log in to Akeyless.',
    ...rules(
      {
        rule: `has(self.secretRef) || [${hasBlocks}].exists(it, it)`,
        message: `authSecretRef needs secretRef or one of ${authBlocks.join(', ')}`,
      },
      {
        rule: `[${hasBlocks}].filter(it, it).size() <= 1`,
        message: `authSecretRef takes at most one of ${authBlocks.join(', ')}`,
      },
    ),
  })
export type AkeylessAuth = z.infer<typeof AkeylessAuth>

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
