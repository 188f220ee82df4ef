import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Failure } from '../std/failure.ts'
import { type ConversionStrategy, convertKeys } from './convert-keys.ts'

const path = 'spec.dataFrom[0].extract'
const keysOf = (names: readonly string[], strategy?: ConversionStrategy) =>
  convertKeys(
    names.map((name) => [name, 'canary'] as const),
    strategy,
    path,
  ).map(([key]) => key)

function refusalOf(names: readonly string[], strategy?: ConversionStrategy): Failure {
  try {
    keysOf(names, strategy)
  } catch (error) {
    if (error instanceof Failure) return error
  }
  throw new Error('nothing was refused')
}

describe('keys become what a Secret may hold', () => {
  test.each<[string, ConversionStrategy, string]>([
    ['ok-._9Z', undefined, 'ok-._9Z'],
    ['/shop/db user', undefined, '_shop_db_user'],
    ['a:b', 'Default', 'a_b'],
    ['ä€', 'Default', '__'],
    ['😀', 'Default', '_'],
    ['/foo/bar', 'Unicode', '_U002f_foo_U002f_bar'],
    ['ä€', 'Unicode', '_U00e4__U20ac_'],
    ['😀', 'Unicode', '_U1f600_'],
    ['_U002f_', 'Unicode', '_U002f_'],
  ])('%j by %s is %s', (name, strategy, key) => {
    expect(keysOf([name], strategy)).toEqual([key])
  })

  test('in their order, an empty one left out', () => {
    expect(keysOf(['b/', '', 'a'])).toEqual(['b_', 'a'])
  })

  test('or are left out or refused, whatever they are', () => {
    const strategy = fc.constantFrom<ConversionStrategy>(undefined, 'Default', 'Unicode')
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 20 })), strategy, (names, by) => {
        try {
          for (const key of keysOf([...new Set(names)], by)) expect(key).toMatch(/^[-._a-zA-Z0-9]{1,253}$/)
        } catch (error) {
          if (!(error instanceof Failure)) throw error
        }
      }),
    )
  })
})

describe('keys are refused', () => {
  test.each<ConversionStrategy>([undefined, 'Default'])('when two become one by %s', (strategy) => {
    const refusal = refusalOf(['a b', 'a/b'], strategy)

    expect(refusal).toMatchObject({ reason: 'InvalidSpec' })
    expect(refusal.message).toContain('two of them become "a_b"')
    expect(refusal.message).not.toContain('canary')
  })

  test('not by Unicode, which tells them apart', () => {
    expect(keysOf(['a b', 'a/b'], 'Unicode')).toEqual(['a_U0020_b', 'a_U002f_b'])
  })

  test('when they have more than 253 characters, as they are or as they become', () => {
    expect(keysOf(['k'.repeat(253)])).toHaveLength(1)
    expect(refusalOf(['k'.repeat(254)]).message).toContain('254 characters')
    expect(refusalOf(['/'.repeat(50)], 'Unicode').message).toContain('350 characters')
  })
})
