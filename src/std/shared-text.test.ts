import { expect, test } from 'vitest'
import { sharedText, shareTexts } from './shared-text.ts'

test('gives an equal text, whatever was asked for before', () => {
  for (let at = 0; at < 30_000; at++) expect(sharedText(`text ${at}`)).toBe(`text ${at}`)
})

test('leaves what is no text as it is', () => {
  const record = { a: 'text', b: 7, c: undefined }

  shareTexts(record, ['a', 'b', 'c', 'd'])

  expect(record).toEqual({ a: 'text', b: 7, c: undefined })
})
