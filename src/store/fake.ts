import { type FakeProvider, fakeValidation } from '../api/fake-spec.ts'
import { failure } from '../api/reason.ts'
import { Redacted } from '../std/redacted.ts'
import { findFake } from './fake-find.ts'
import type { ItemOutcome, ItemRequest, Provider, ProviderKind } from './provider.ts'

/** The provider `fake`: items that stand in the store itself, for tests. An item is found by key and exact version. */
export const fake: ProviderKind = {
  name: 'fake',
  open({ spec, title }) {
    const { fake } = spec.provider
    if (fake === undefined)
      throw failure('InvalidSpec', `Cannot open ${title}: spec.provider.fake is missing`)
    return providerOf(fake, title)
  },
}

function providerOf(spec: FakeProvider, title: string): Provider {
  const values = new Map(spec.data.map((it) => [keyOf(it.key, it.version), it.value]))
  return {
    async check({ signal }) {
      signal.throwIfAborted()
      if (spec.validationResult !== fakeValidation.error) return
      throw failure(
        'AuthFailed',
        `Cannot validate ${title}: spec.provider.fake.validationResult is ${fakeValidation.error}`,
      )
    },
    async read(requests, { signal }) {
      signal.throwIfAborted()
      return requests.map((it) => outcomeOf(it, values, title))
    },
    async find(request, { signal }) {
      signal.throwIfAborted()
      return findFake(request, spec.data)
    },
  }
}

function outcomeOf(
  { key, version, part }: ItemRequest,
  values: ReadonlyMap<string, string>,
  title: string,
): ItemOutcome {
  const text = values.get(keyOf(key, version))
  if (text === undefined) {
    const item = version === undefined ? `"${key}"` : `"${key}" in version "${version}"`
    return {
      ok: false,
      failure: failure('NotFound', `Cannot read item ${item}: ${title} holds no such item`),
    }
  }
  if (part === 'tags') return { ok: true, value: { text: new Redacted('[]') } }
  return { ok: true, value: { text: new Redacted(text), ...(version !== undefined && { version }) } }
}

function keyOf(key: string, version = ''): string {
  return JSON.stringify([key, version])
}
