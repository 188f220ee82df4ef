import * as z from 'zod'
import { dataKey, list, objectName, optional, regularExpression, rules, text, textMap } from './meta.ts'

const conversionStrategy = optional(
  z
    .enum(['Default', 'Unicode'])
    .describe(
      'How characters that a key of a Secret may not hold are replaced: by _ (Default) or by their code.',
    ),
)
const decodingStrategy = optional(
  z
    .enum(['None', 'Base64', 'Base64URL', 'Auto'])
    .describe(
      'How the value is decoded before it is used. Auto tries base64, then base64url, then takes it as it is.',
    ),
)
const nullBytePolicy = optional(
  z
    .enum(['Ignore', 'Fail'])
    .describe('Whether a value that holds a NUL byte is refused. Ignore when left out.'),
)

/** One item at the provider, and what of it is meant. */
const RemoteRef = z.object({
  key: text('Name or path of the item at the provider, for example /prod/shop/db-password.', {
    minLength: 1,
    maxLength: 4096,
  }),
  property: optional(
    text(
      'What of the item is meant when its value is JSON: a key, or a GJSON path such as users.0.name. A key with dots in its name is tried first.',
      { maxLength: 4096 },
    ),
  ),
  version: optional(text('Version of the item; the latest when left out.', { maxLength: 256 })),
  metadataPolicy: optional(
    z
      .enum(['None', 'Fetch'])
      .describe('Fetch reads the tags of the item in place of its value. None when left out.'),
  ),
  conversionStrategy,
  decodingStrategy,
  nullBytePolicy,
})
export type RemoteRef = z.infer<typeof RemoteRef>

/** A SecretStore of the same namespace, or a ClusterSecretStore. */
export const SecretStoreRef = z.object({
  name: optional(objectName('Name of the store.')),
  kind: optional(
    z.enum(['SecretStore', 'ClusterSecretStore']).describe('Kind of the store; SecretStore when left out.'),
  ),
})
export type SecretStoreRef = z.infer<typeof SecretStoreRef>

const GeneratorRef = z.object({
  apiVersion: optional(text('API version of the generator.', { maxLength: 317 })),
  kind: text('Kind of the generator.', { minLength: 1, maxLength: 63 }),
  name: objectName('Name of the generator.'),
})

const SourceRef = z
  .object({
    storeRef: optional(SecretStoreRef.describe('The store to read from.')),
    generatorRef: optional(
      GeneratorRef.describe('A generator that makes the values; Keyferry has none and refuses it.'),
    ),
  })
  .meta({
    description: 'Another source for this entry than spec.secretStoreRef.',
    ...rules({
      rule: 'has(self.storeRef) != has(self.generatorRef)',
      message: 'sourceRef must hold either storeRef or generatorRef',
    }),
  })
export type SourceRef = z.infer<typeof SourceRef>

/** `spec.data[]`: one item for one key. */
export const ExternalSecretData = z
  .object({
    secretKey: dataKey('Key of the Secret that gets the value.'),
    remoteRef: RemoteRef.describe('What to read at the provider.'),
    sourceRef: optional(SourceRef),
  })
  .describe('One key of the Secret and the item that its value comes from.')
export type ExternalSecretData = z.infer<typeof ExternalSecretData>

const Find = z.object({
  path: optional(
    text('Folder at the provider to look in; needs name or tags beside it.', { maxLength: 4096 }),
  ),
  name: optional(
    z
      .object({
        regexp: optional(
          regularExpression(
            'Regular expression (RE2) that is found anywhere in the name with its path.',
            1024,
          ),
        ),
      })
      .describe('Items whose name matches.'),
  ),
  tags: optional(
    textMap(
      'Items that carry one of these tags; looked at without name only. Akeyless compares the values.',
      { maxProperties: 256, maxLength: 4096 },
    ),
  ),
  conversionStrategy,
  decodingStrategy,
  nullBytePolicy,
})

const RewriteRegexp = z.object({
  source: regularExpression('Regular expression for the part of a key to replace.', 512),
  target: text('What to put there; $1 and ${name} stand for groups.', { maxLength: 4096 }),
})

const RewriteTransform = z.object({
  template: text('Template of the new key; .value is the old one.', { maxLength: 65_536 }),
})

const RewriteMerge = z.object({
  into: optional(text('Key that gets the result; needed by the strategy JSON.', { maxLength: 253 })),
  priority: optional(
    list(text('A key.', { maxLength: 4096 }), 'Keys that win a conflict, the strongest last.', 1000),
  ),
  priorityPolicy: optional(
    z
      .enum(['Strict', 'IgnoreNotFound'])
      .describe('Whether a key of priority that is not there is an error (Strict).'),
  ),
  conflictPolicy: optional(
    z
      .enum(['Error', 'Ignore'])
      .describe('What a key that comes from two items is: an error, or the last one wins.'),
  ),
  strategy: optional(
    z
      .enum(['Extract', 'JSON'])
      .describe('Spread the merged keys (Extract), or keep them as one JSON value in into.'),
  ),
})

const Rewrite = z
  .object({
    regexp: optional(RewriteRegexp.describe('Replace what matches in every key.')),
    transform: optional(RewriteTransform.describe('Make every key anew by a template.')),
    merge: optional(RewriteMerge.describe('Take the values as JSON objects and merge their keys.')),
  })
  .meta({
    description: 'One step of rewriting.',
    ...rules({
      rule: '(has(self.regexp) ? 1 : 0) + (has(self.transform) ? 1 : 0) + (has(self.merge) ? 1 : 0) == 1',
      message: 'a rewrite must hold exactly one of regexp, transform and merge',
    }),
  })

const generatorGiven = 'has(self.sourceRef) && has(self.sourceRef.generatorRef)'

/** `spec.dataFrom[]`: many keys from one item, from items that are searched for, or from a generator. */
export const ExternalSecretDataFrom = z
  .object({
    extract: optional(
      RemoteRef.describe('An item whose value is a JSON object: each of its fields becomes a key.'),
    ),
    find: optional(Find.describe('Every item that is found becomes a key, named after the item.')),
    rewrite: optional(list(Rewrite, 'Steps that change the keys, in this order.', 32)),
    sourceRef: optional(SourceRef),
  })
  .meta({
    description: 'A source of many keys.',
    ...rules(
      {
        rule: `(has(self.extract) ? 1 : 0) + (has(self.find) ? 1 : 0) + (${generatorGiven} ? 1 : 0) <= 1`,
        message: 'extract, find and generatorRef exclude each other',
      },
      {
        rule: 'has(self.extract) || has(self.find) || has(self.sourceRef)',
        message: 'an entry of dataFrom needs extract, find or a sourceRef with a generatorRef',
      },
    ),
  })
export type ExternalSecretDataFrom = z.infer<typeof ExternalSecretDataFrom>
