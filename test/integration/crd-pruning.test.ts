import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { z } from 'zod'
import { ExternalSecretSpec } from '../../src/api/externalsecret.ts'
import { SecretStoreSpec } from '../../src/api/secretstore.ts'
import { structuralSchema } from '../../src/api/structural.ts'
import { newNamespace } from '../cluster/shared.ts'
import {
  type Answer,
  type Api,
  bareApi,
  clusterSecretStore,
  dryRun,
  externalSecret,
  pathOf,
} from './crd-api.ts'
import { arbitraryOf } from './crd-arbitrary.ts'

let api: Api
let namespace: string

beforeAll(async () => {
  api = bareApi()
  namespace = await newNamespace('crd-pruning')
})

afterAll(() => api[Symbol.asyncDispose]())

test('the API server stores of an ExternalSecret what zod reads, and zod reads all that it stores', async () => {
  // What the rules ask for is given, so that a good part of the objects is accepted.
  const spec = arbitraryOf(structuralSchema(ExternalSecretSpec, 'spec')).map((it) =>
    isObject(it)
      ? { data: [{ secretKey: 'a', remoteRef: { key: 'x' } }], ...it, secretStoreRef: { name: 's' } }
      : it,
  )

  const seen = await judged(ExternalSecretSpec, spec, (it) =>
    api.send('POST', dryRun(pathOf('externalsecrets', namespace)), externalSecret('any', it as object)),
  )

  expect(Math.min(seen.stored, seen.refused)).toBeGreaterThan(15)
})

test('the API server stores of a store what zod reads, and zod reads all that it stores', async () => {
  const spec = arbitraryOf(structuralSchema(SecretStoreSpec, 'spec')).map((it) =>
    isObject(it) && isObject(it['provider'])
      ? { ...it, provider: firstField({ ...it['provider'], vault: { paths: ['a'] } }) }
      : it,
  )

  const seen = await judged(SecretStoreSpec, spec, (it) =>
    api.send('POST', dryRun(pathOf('clustersecretstores')), clusterSecretStore('any', it as object)),
  )

  expect(Math.min(seen.stored, seen.refused)).toBeGreaterThan(15)
})

test('the API server drops a null where zod refuses it: a file that is read offline must lose its nulls first', async () => {
  const spec = {
    secretStoreRef: { name: 's' },
    data: [{ secretKey: 'a', remoteRef: { key: 'x', version: null } }],
    dataFrom: null,
  }

  const answer = await api.send(
    'POST',
    dryRun(pathOf('externalsecrets', namespace)),
    externalSecret('any', spec),
  )

  expect(answer.body['spec']).toEqual({
    secretStoreRef: { name: 's' },
    data: [{ secretKey: 'a', remoteRef: { key: 'x' } }],
  })
  expect(ExternalSecretSpec.safeParse(spec).success).toBe(false)
})

/** Throws with the smallest spec that the API server and zod judge differently; else how many it stored and refused. */
async function judged(
  schema: z.ZodType,
  specs: fc.Arbitrary<unknown>,
  create: (spec: unknown) => Promise<Answer>,
): Promise<{ stored: number; refused: number }> {
  const seen = { stored: 0, refused: 0 }
  const property = fc.asyncProperty(specs, async (spec) => {
    const answer = await create(spec)
    seen[answer.status === 201 ? 'stored' : 'refused'] += 1
    return agree(answer, schema.safeParse(spec))
  })
  await fc.assert(property, { numRuns: 150 })
  return seen
}

function agree(answer: Answer, read: z.ZodSafeParseResult<unknown>): boolean {
  if (answer.status === 201) return read.success && isDeepStrictEqual(read.data, answer.body['spec'])
  return !read.success || !hasWrongShape(answer)
}

/** Whether the shape was refused, as opposed to a value out of bounds, a rule that does not hold or bad base64. */
function hasWrongShape({ body }: Answer): boolean {
  const details = body['details'] as { causes?: { reason: string; message: string }[] } | undefined
  const reasons = ['FieldValueTypeInvalid', 'FieldValueRequired', 'FieldValueNotSupported']
  return (details?.causes ?? []).some(
    (it) => reasons.includes(it.reason) && !it.message.includes('of type byte'),
  )
}

function firstField(object: Record<string, unknown>): object {
  return Object.fromEntries(Object.entries(object).slice(0, 1))
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && !Array.isArray(value)
}
