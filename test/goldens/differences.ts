import { createHash } from 'node:crypto'
import type { Change } from './comparable.ts'
import { namespace } from './manifests.ts'
import type { SeenSecret } from './outcome.ts'

/** A manifest of which we make something else than ESO, on purpose. */
export interface Difference {
  /** Of design section 3; `more` is what ESO 0.20.4 lacks or breaks, and we do. */
  readonly number: number | 'more'
  readonly why: string
  readonly before?: Change
  readonly after?: Change
}

/** A Secret that ESO does not make, as every Secret of ours looks. */
function made(name: string, data: Readonly<Record<string, string>>): SeenSecret {
  const createdBy = createHash('sha3-224').update(`${namespace}/${name}`).digest('hex')
  const labels = {
    'reconcile.external-secrets.io/created-by': createdBy,
    'reconcile.external-secrets.io/managed': 'true',
  }
  return { type: 'Opaque', data, labels, annotations: {}, owner: name }
}

/** The same in both states. */
function always(number: Difference['number'], why: string, change: Change): Difference {
  return { number, why, before: change, after: change }
}

const failing: Change = { ready: 'False', secret: null }
const ready = (secret: SeenSecret): Change => ({ ready: 'True', secret })
/** A Secret that somebody else made, as the manifests make it. */
const untouched = (secret: Partial<SeenSecret>): Change => ({
  ready: 'False',
  secret: { type: 'Opaque', data: { theirs: 'kept' }, labels: {}, annotations: {}, ...secret },
})

/** The items went by a change of the store itself, which may be a mistake in it: nothing is deleted (difference 4). */
const held: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ['policy-delete', { value: 'until later' }],
  ['policy-delete-extract', { a: '1', b: '2' }],
  ['policy-delete-one-of-two', { stays: 'fixed value', value: 'until later' }],
  ['policy-deletion-merge', { stays: 'fixed value', value: 'until later' }],
  ['policy-deletion-merge-all', { value: 'until later' }],
]

function isHeld(name: string, data: Readonly<Record<string, string>>): Difference {
  const why = 'a changed store deletes nothing'
  return { number: 4, why, after: { ready: 'False', secret: made(name, data) } }
}

/** Every manifest that differs on purpose, by the name of its ExternalSecret. */
export const differences: Readonly<Record<string, Difference>> = {
  'policy-owner-exists': always(
    1,
    'a Secret that somebody else made is left as it is',
    untouched({ labels: { theirs: 'label' } }),
  ),
  'policy-orphan-exists': always(1, 'and so it is with policy Orphan', untouched({})),
  'refresh-interval-0-changed': {
    number: 2,
    why: 'interval 0 stops interval refreshes only',
    after: { fields: { data: { another: 'p-2' } } },
  },
  ...Object.fromEntries(held.map(([name, data]) => [name, isHeld(name, data)])),
  'policy-delete-found': {
    number: 4,
    why: 'an empty answer to a search never deletes',
    after: { secret: made('policy-delete-found', { _leaving_found: 'found still' }) },
  },
  'policy-delete-akeyless': {
    number: 4,
    why: 'a proven 404 deletes; ESO takes it for an error',
    after: { ready: 'True', secret: null },
  },
  'marks-of-tools': always(7, 'marks of the tools that track the ExternalSecret stay with it', {
    fields: {
      annotations: { 'example.com/owner': 'team a' },
      labels: { ...made('marks-of-tools', {}).labels, app: 'shop' },
    },
  }),
  'template-bad-base64': always(8, 'ESO writes the error text as the value', failing),
  'template-bad-json': always(8, 'ESO writes <no value>', failing),
  'policy-none': always('more', 'a Secret that nobody asks us to write is not marked as ours', {
    fields: { labels: { theirs: 'label' } },
  }),
  'policy-immutable': {
    number: 'more',
    why: 'ESO is Ready though the value is an old one, and labels stay as they were',
    after: {
      ready: 'False',
      fields: { labels: { ...made('policy-immutable', {}).labels, new: 'label' } },
    },
  },
  'policy-becomes-immutable': {
    number: 'more',
    why: 'ESO is Ready though the value is an old one',
    after: { ready: 'False' },
  },
  'classic-key': always(
    'more',
    'ESO refuses items of this type',
    ready(made('classic-key', { key: '{"key":"KEY\\n"}' })),
  ),
  'version-no-number': always('more', 'ESO reads the latest version in place of one it cannot read', failing),
  'tags-in-place-of-value': always('more', 'ESO ignores metadataPolicy with Akeyless', {
    fields: { data: { tags: '["team-a","prod"]' } },
  }),
  'extract-mixed': always(
    'more',
    'ESO 0.20.4 extracts documents of strings only; later ones do as we do',
    ready(
      made('extract-mixed', {
        big: '12345678901234567890',
        flat: '{"key":"nested"}',
        'flat.key': 'flat',
        list: '[1, 2]',
        map: '{"a": "b"}',
        none: '',
        number: '1.50',
        text: 't',
        yes: 'true',
      }),
    ),
  ),
  'extract-odd-keys': always(
    'more',
    'ESO leaves letters that the API server refuses',
    ready(made('extract-odd-keys', { _n_: '3', a_b: '2', 'plain-1_2.3': '4', with_space: '1' })),
  ),
  'extract-odd-keys-unicode': always(
    'more',
    'ESO leaves letters that the API server refuses',
    ready(
      made('extract-odd-keys-unicode', {
        _U00fc_n_U00ef_: '3',
        a_U002f_b: '2',
        'plain-1_2.3': '4',
        with_U0020_space: '1',
      }),
    ),
  ),
  'marks-change-of-a-name-that-is-longer-than-27-characters': {
    number: 'more',
    why: 'ESO looks for old marks under another field manager than it wrote them with',
    after: {
      fields: {
        annotations: { 'example.com/new': 'annotation' },
        labels: {
          ...made('marks-change-of-a-name-that-is-longer-than-27-characters', {}).labels,
          kept: 'label',
          new: 'label',
        },
      },
    },
  },
}

/** What our API server does not take in the first place, where ESO's takes it and each sync fails: a part of the words. */
export const refused: Readonly<Record<string, string>> = {
  'find-bad-expression': 'spec.dataFrom[0].find.name.regexp',
  'rewrite-bad-expression': 'spec.dataFrom[0].rewrite[0].regexp.source',
}
