import * as z from 'zod'
import { type CelRule, dataKey, list, objectName, optional, rules, text, textMap } from './meta.ts'

const TemplateSource = z.object({
  name: objectName('Name of the object, in the namespace of the ExternalSecret.'),
  items: list(
    z
      .object({
        key: dataKey('Key of the object that holds a template.'),
        templateAs: optional(
          z
            .enum(['Values', 'KeysAndValues'])
            .describe('The template gives the value of this key (Values), or a YAML map of keys and values.'),
        ),
      })
      .describe('One template.'),
    'Which keys to take.',
    1000,
  ),
})

const TemplateFrom = z
  .object({
    configMap: optional(TemplateSource.describe('Templates that lie in a ConfigMap.')),
    secret: optional(TemplateSource.describe('Templates that lie in a Secret.')),
    literal: optional(text('A template that gives a YAML map of keys and values.', { maxLength: 1_048_576 })),
    target: optional(
      text('What the result is put into: Data (default), Annotations or Labels.', { maxLength: 1024 }),
    ),
    valuesDecodingStrategy: optional(
      z
        .enum(['None', 'Base64', 'Base64URL', 'Auto'])
        .describe('How rendered values are decoded; for binary data in a literal.'),
    ),
  })
  .describe('A source of templates.')
export type TemplateFrom = z.infer<typeof TemplateFrom>

const TemplateMetadata = z.object({
  labels: optional(
    textMap('Labels of the Secret; their values are templates.', { maxProperties: 1000, maxLength: 65_536 }),
  ),
  annotations: optional(
    textMap('Annotations of the Secret; their values are templates.', {
      maxProperties: 1000,
      maxLength: 262_144,
    }),
  ),
  finalizers: optional(
    list(text('A finalizer.', { maxLength: 317 }), 'Finalizers of the Secret; never taken off.', 64),
  ),
})

const serviceAccountToken = 'kubernetes.io/service-account-token'

const templateRules: readonly CelRule[] = [
  {
    rule: "!has(self.type) || !(self.type in ['bootstrap.kubernetes.io/token', 'helm.sh/release.v1'])",
    message: 'template.type must not be bootstrap.kubernetes.io/token or helm.sh/release.v1',
  },
  {
    rule:
      `!has(self.type) || self.type != '${serviceAccountToken}' || !has(self.metadata) || ` +
      "!has(self.metadata.annotations) || !('kubernetes.io/service-account.name' in self.metadata.annotations)",
    message: `template.type ${serviceAccountToken} must not come with the annotation kubernetes.io/service-account.name`,
  },
  {
    rule:
      `!has(self.type) || self.type != '${serviceAccountToken}' || !has(self.templateFrom) || ` +
      "!self.templateFrom.exists(t, has(t.target) && t.target.lowerAscii() == 'annotations')",
    message: `template.type ${serviceAccountToken} must not come with a templateFrom whose target is Annotations`,
  },
]

/** `spec.target.template`: how the Secret is made of the values. */
export const SecretTemplate = z
  .object({
    type: optional(
      text('Type of the Secret, for example kubernetes.io/tls. Opaque when left out.', { maxLength: 253 }),
    ),
    engineVersion: optional(z.enum(['v2']).describe('Version of the template language; v2 is the only one.')),
    mergePolicy: optional(
      z
        .enum(['Replace', 'Merge'])
        .describe(
          'Whether only templated keys are written (Replace, default) or the values as they are too (Merge).',
        ),
    ),
    metadata: optional(
      TemplateMetadata.describe(
        'Labels and annotations of the Secret, in place of those of the ExternalSecret.',
      ),
    ),
    data: optional(
      textMap('Keys of the Secret, each with the template of its value.', {
        maxProperties: 5000,
        maxLength: 1_048_576,
      }),
    ),
    templateFrom: optional(list(TemplateFrom, 'Templates that lie elsewhere, in this order.', 1000)),
  })
  .meta({
    description: 'How the Secret is made of the values.',
    ...rules(...templateRules),
  })
export type SecretTemplate = z.infer<typeof SecretTemplate>

const Manifest = z.object({
  apiVersion: text('API version of the object.', { minLength: 1, maxLength: 317 }),
  kind: text('Kind of the object.', { minLength: 1, maxLength: 63 }),
})

const targetRules: readonly CelRule[] = [
  {
    rule: "!has(self.deletionPolicy) || self.deletionPolicy != 'Delete' || !has(self.creationPolicy) || self.creationPolicy in ['Owner', 'Orphan']",
    message:
      'deletionPolicy Delete needs creationPolicy Owner or Orphan: what others wrote may not be deleted',
  },
  {
    rule: "!has(self.deletionPolicy) || self.deletionPolicy != 'Merge' || !has(self.creationPolicy) || self.creationPolicy != 'None'",
    message: 'deletionPolicy Merge cannot go with creationPolicy None: there is no Secret to take keys from',
  },
  {
    rule:
      "(has(self.manifest) && !(self.manifest.apiVersion == 'v1' && self.manifest.kind == 'Secret')) || " +
      '!has(self.template) || !has(self.template.templateFrom) || self.template.templateFrom.all(t, ' +
      "!has(t.target) || t.target.lowerAscii() in ['', 'data', 'annotations', 'labels'])",
    message: 'the target of a templateFrom must be Data, Annotations or Labels when a Secret is made',
  },
]

/** `spec.target`: the Secret to write, and what becomes of it. */
export const ExternalSecretTarget = z
  .object({
    name: optional(objectName('Name of the Secret; that of the ExternalSecret when left out.')),
    creationPolicy: optional(
      z
        .enum(['Owner', 'Orphan', 'Merge', 'None', 'CreateOrMerge'])
        .describe(
          'Owner (default): the Secret is made, owned and deleted with the ExternalSecret. Orphan: made and left behind; ' +
            'what others change in it is undone by the next refresh only. Merge: keys are added to a Secret that exists, those of ' +
            'others stay. CreateOrMerge: the same, and made if missing. None: nothing is written.',
        ),
    ),
    deletionPolicy: optional(
      z
        .enum(['Retain', 'Delete', 'Merge'])
        .describe(
          'When items are gone at the provider. Retain (default): the Secret stays, the sync fails. Delete: keys go with ' +
            'their items, and the Secret with the last one, if Keyferry may delete Secrets. Merge: keys go with their items, the ' +
            'Secret stays.',
        ),
    ),
    immutable: optional(
      z
        .boolean()
        .describe(
          'Make the Secret immutable: its data is written once, its labels and annotations at any time.',
        ),
    ),
    manifest: optional(
      Manifest.describe('Another kind of object to write in place of a Secret. Not supported.'),
    ),
    template: optional(SecretTemplate),
  })
  .meta({
    description: 'The Secret to write; always in the namespace of the ExternalSecret.',
    ...rules(...targetRules),
  })
export type ExternalSecretTarget = z.infer<typeof ExternalSecretTarget>
