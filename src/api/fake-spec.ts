import * as z from 'zod'
import { list, optional, text } from './meta.ts'

const FakeProviderItem = z
  .object({
    key: text('Name of the item, as remoteRef.key asks for it.', { minLength: 1, maxLength: 4096 }),
    value: text('Value of the item. It stands here in plain text: for tests only.', { maxLength: 1_048_576 }),
    version: optional(
      text('Version of the item; a remoteRef with this version finds it.', { maxLength: 256 }),
    ),
  })
  .describe('One item.')

/** What `validationResult` means: ESO's numbers. */
export const fakeValidation = { ready: 0, unknown: 1, error: 2 } as const

/** The provider `fake`: items that stand in the store itself. */
export const FakeProvider = z.object({
  data: list(FakeProviderItem, 'The items.', 1000),
  validationResult: optional(
    z.int().meta({
      description: 'What validating the store gives: 0 ready (default), 1 unknown, 2 error.',
      minimum: fakeValidation.ready,
      maximum: fakeValidation.error,
    }),
  ),
})
export type FakeProvider = z.infer<typeof FakeProvider>
