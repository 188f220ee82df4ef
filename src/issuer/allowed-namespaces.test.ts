import { expect, test } from 'vitest'
import { admits } from './allowed-namespaces.ts'

const labels = { team: 'pay', tier: 'prod' }
const labelsOf = () => Promise.resolve(labels)

test.each([
  ['no rule admits all', undefined, 'shop', true],
  ['an empty rule admits none', {}, 'shop', false],
  ['a name admits itself', { names: ['shop'] }, 'shop', true],
  ['a name admits no longer one', { names: ['shop'] }, 'shop2', false],
  ['* stands for nothing, too', { names: ['shop*'] }, 'shop', true],
  ['* stands for any characters', { names: ['s*-prod'] }, 'shop-eu-prod', true],
  ['a pattern is for the whole name', { names: ['s*-prod'] }, 'shop-prod-2', false],
  ['? stands for one', { names: ['shop-?'] }, 'shop-1', true],
  ['? stands for no more than one', { names: ['shop-?'] }, 'shop-12', false],
  ['a dot is a dot', { names: ['s.op'] }, 'shop', false],
  ['labels admit', { selector: { matchLabels: { team: 'pay' } } }, 'shop', true],
  ['all labels must fit', { selector: { matchLabels: { team: 'pay', tier: 'dev' } } }, 'shop', false],
  [
    'In',
    { selector: { matchExpressions: [{ key: 'tier', operator: 'In', values: ['prod'] }] } },
    'shop',
    true,
  ],
  [
    'NotIn',
    { selector: { matchExpressions: [{ key: 'tier', operator: 'NotIn', values: ['prod'] }] } },
    'shop',
    false,
  ],
  ['Exists', { selector: { matchExpressions: [{ key: 'none', operator: 'Exists' }] } }, 'shop', false],
  [
    'DoesNotExist',
    { selector: { matchExpressions: [{ key: 'none', operator: 'DoesNotExist' }] } },
    'shop',
    true,
  ],
  ['an empty selector admits all', { selector: {} }, 'shop', true],
  ['what has no namespace needs that there is no rule', { names: ['*'] }, undefined, false],
] as const)('%s', async (_, allowed, namespace, expected) => {
  const plain = allowed === undefined ? undefined : structuredClone(allowed)

  expect(await admits(plain, namespace, labelsOf)).toBe(expected)
})

test('labels are asked for only when they decide', async () => {
  let asked = 0
  const counting = () => {
    asked++
    return labelsOf()
  }
  await admits({ names: ['shop'], selector: {} }, 'shop', counting)
  expect(asked).toBe(0)
  await admits({ names: ['bank'], selector: {} }, 'shop', counting)

  expect(asked).toBe(1)
})

test('S26: a pattern that would be slow to a backtracking matcher is not', async () => {
  const startMs = performance.now()
  const admitted = await admits({ names: [`${'*a'.repeat(120)}b`] }, 'a'.repeat(63), labelsOf)

  expect(admitted).toBe(false)
  expect(performance.now() - startMs).toBeLessThan(1000)
})
