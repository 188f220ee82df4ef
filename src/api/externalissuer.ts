import * as z from 'zod'
import type { Kind } from '../kube/kind.ts'
import { defineKind, type PrinterColumn } from './define-kind.ts'
import { NamespaceSelector } from './label-selector.ts'
import {
  list,
  Metadata,
  namespaceName,
  objectName,
  observedGeneration,
  optional,
  rules,
  statusConditions,
  text,
  time,
} from './meta.ts'

/** The group of our issuers, as `spec.issuerRef.group` of a request names it. */
export const issuerGroup = 'external-issuer.io'

const namespaceRule =
  'Namespace of the object. An ExternalIssuer may name its own only; an ExternalClusterIssuer one of those that the ' +
  'operator was given for it (--cluster-resource-namespace), and the first of them when it is left out.'

/** An object that an issuer reads. */
const IssuerReference = z.object({
  name: objectName('Name of the object.'),
  namespace: optional(namespaceName(namespaceRule)),
})
export type IssuerReference = z.infer<typeof IssuerReference>

const AllowedNamespaces = z
  .object({
    names: optional(
      list(
        text('Name of a namespace; * stands for any characters, ? for one.', {
          minLength: 1,
          maxLength: 253,
        }),
        'Namespaces whose name fits one of these may use the issuer.',
        1000,
      ),
    ),
    selector: optional(NamespaceSelector.describe('Namespaces with these labels may use the issuer.')),
  })
  .describe(
    'Which namespaces may use an ExternalClusterIssuer: those whose name or labels fit. Left out, all may; empty, none.',
  )
export type AllowedNamespaces = z.infer<typeof AllowedNamespaces>

/** The rules of a spec that schema types cannot say; `externalissuer-rules.ts` holds them for the controller. */
const specRules = rules(
  {
    rule: "self.signerType != 'pki' || has(self.configRef)",
    message: 'signerType pki needs a configRef: the ConfigMap with pki.yaml',
  },
  {
    rule: "self.signerType in ['pki', 'mockca']",
    message: 'signerType must be pki or mockca',
  },
)

/** The spec of ExternalIssuer and ExternalClusterIssuer. */
export const ExternalIssuerSpec = z
  .object({
    signerType: text(
      'How requests are signed: pki (the PKI that the ConfigMap describes) or mockca (tests).',
      {
        minLength: 1,
        maxLength: 63,
      },
    ),
    configRef: optional(
      IssuerReference.describe('The ConfigMap that describes the PKI, under key pki.yaml.'),
    ),
    authSecretRef: optional(IssuerReference.describe('The Secret with the credentials for the PKI.')),
    allowedNamespaces: optional(AllowedNamespaces),
  })
  .meta({ description: 'What the issuer is.', ...specRules })
export type ExternalIssuerSpec = z.infer<typeof ExternalIssuerSpec>

/** The status of ExternalIssuer and ExternalClusterIssuer. */
const ExternalIssuerStatus = z
  .object({
    observedGeneration: optional(observedGeneration()),
    conditions: optional(statusConditions()),
    observedConfigHash: optional(
      text('A digest of the configuration and the versions of the Secrets that were checked last.', {
        maxLength: 128,
      }),
    ),
    lastCheckTime: optional(time('When the issuer was last found to be ready.')),
    checkedBy: optional(
      text('What the last check proved: that a health check answered, that a login worked.', {
        maxLength: 1024,
      }),
    ),
    caFingerprint: optional(
      text('SHA-256 of the CA certificate where the operator holds the CA itself (mockca).', {
        maxLength: 128,
      }),
    ),
  })
  .describe('What was found of the issuer; written by the controller.')

/** An issuer: as ExternalIssuer for requests of its own namespace, as ExternalClusterIssuer for those it allows. */
export const ExternalIssuer = z.object({
  apiVersion: optional(z.string()),
  kind: optional(z.string()),
  metadata: Metadata,
  spec: ExternalIssuerSpec,
  status: optional(ExternalIssuerStatus),
})
export type ExternalIssuer = z.infer<typeof ExternalIssuer>

export const externalIssuerKind: Kind = {
  group: issuerGroup,
  version: 'v1alpha1',
  kind: 'ExternalIssuer',
  plural: 'externalissuers',
  namespaced: true,
}

export const externalClusterIssuerKind: Kind = {
  group: issuerGroup,
  version: 'v1alpha1',
  kind: 'ExternalClusterIssuer',
  plural: 'externalclusterissuers',
  namespaced: false,
}

const ready = (field: string) => `.status.conditions[?(@.type=="Ready")].${field}`

const printerColumns: readonly PrinterColumn[] = [
  { name: 'Ready', type: 'string', jsonPath: ready('status') },
  { name: 'Reason', type: 'string', jsonPath: ready('reason') },
  { name: 'Signer', type: 'string', jsonPath: '.spec.signerType' },
  { name: 'Checked', type: 'date', jsonPath: '.status.lastCheckTime' },
  { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  { name: 'Message', type: 'string', jsonPath: ready('message'), priority: 1 },
]

const shared = {
  status: ExternalIssuerStatus,
  categories: ['cert-manager', 'external-issuer', 'keyferry'],
  printerColumns,
}

export const externalIssuerDefinition = defineKind({
  ...shared,
  kind: externalIssuerKind,
  spec: ExternalIssuerSpec.meta({
    description: 'What the issuer is.',
    ...rules(...specRules['x-kubernetes-validations'], {
      rule: '!has(self.allowedNamespaces)',
      message: 'only an ExternalClusterIssuer has allowedNamespaces',
    }),
  }),
  description: "A company's PKI that signs cert-manager's requests of its own namespace.",
  shortNames: ['exi'],
})

export const externalClusterIssuerDefinition = defineKind({
  ...shared,
  kind: externalClusterIssuerKind,
  spec: ExternalIssuerSpec,
  description: "A company's PKI that signs cert-manager's requests of every namespace that it allows.",
  shortNames: ['exci'],
})
