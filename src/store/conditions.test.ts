import { describe, expect, test } from 'vitest'
import type { LabelSelector } from '../api/secretstore.ts'
import { admits } from './conditions.ts'
import { namespacePattern } from './namespace-pattern.ts'

const shop = { metadata: { name: 'shop', labels: { team: 'shop', tier: 'prod' } } }

const admitsBy = (namespaceSelector: LabelSelector, namespace: typeof shop | undefined = shop) =>
  admits([{ namespaceSelector }], 'shop', namespace)

describe('a ClusterSecretStore', () => {
  test.each([
    ['without conditions', undefined, true],
    ['with an empty list', [], true],
    ['with an entry that says nothing', [{}], false],
    ['by name', [{ namespaces: ['other', 'shop'] }], true],
    ['by another name', [{ namespaces: ['shopping'] }], false],
    ['by the second of two entries', [{ namespaces: ['a'] }, { namespaceRegexes: ['sh.p'] }], true],
    ['by one of two fields', [{ namespaces: ['a'], namespaceRegexes: ['shop'] }], true],
    ['by a pattern of a part of the name', [{ namespaceRegexes: ['sho'] }], false],
    ['by a pattern with its own anchors', [{ namespaceRegexes: ['^shop$'] }], true],
    ['by an alternative that only begins the name', [{ namespaceRegexes: ['sho|zzz'] }], false],
  ])('%s admits the namespace: %j %s', (_name, conditions, expected) => {
    expect(admits(conditions, 'shop', shop)).toBe(expected)
  })

  test.each([
    [{ matchLabels: { team: 'shop' } }, true],
    [{ matchLabels: { team: 'shop', tier: 'dev' } }, false],
    [{ matchLabels: { toString: 'x' } }, false],
    [{}, true],
    [{ matchExpressions: [{ key: 'tier', operator: 'In', values: ['prod', 'dev'] }] }, true],
    [{ matchExpressions: [{ key: 'tier', operator: 'NotIn', values: ['prod'] }] }, false],
    [{ matchExpressions: [{ key: 'absent', operator: 'NotIn', values: ['prod'] }] }, true],
    [{ matchExpressions: [{ key: 'tier', operator: 'Exists' }] }, true],
    [{ matchExpressions: [{ key: 'absent', operator: 'DoesNotExist' }] }, true],
    [{ matchExpressions: [{ key: 'constructor', operator: 'Exists' }] }, false],
    [{ matchLabels: { team: 'shop' }, matchExpressions: [{ key: 'absent', operator: 'Exists' }] }, false],
  ])('with selector %j admits the namespace: %s', (selector, expected) => {
    expect(admitsBy(selector)).toBe(expected)
  })

  test('admits nobody by labels that cannot be read', () => {
    expect(admitsBy({}, undefined)).toBe(true)
    expect(admits([{ namespaceSelector: {} }], 'shop', undefined)).toBe(false)
    expect(
      admits(
        [{ namespaceSelector: { matchExpressions: [{ key: 'a', operator: 'DoesNotExist' }] } }],
        'shop',
        undefined,
      ),
    ).toBe(false)
  })

  test.each([
    [[{ namespaces: ['shop'], namespaceRegexes: ['('] }], 'spec.conditions[0].namespaceRegexes[0]'],
    [
      [{ namespaces: ['shop'] }, { namespaceSelector: { matchExpressions: [{ key: 'a', operator: 'Is' }] } }],
      'spec.conditions[1].namespaceSelector.matchExpressions[0]',
    ],
  ])('that cannot be read is refused although another entry matches', (conditions, path) => {
    expect(() => admits(conditions, 'shop', shop)).toThrow(expect.objectContaining({ reason: 'InvalidSpec' }))
    expect(() => admits(conditions, 'shop', shop)).toThrow(new RegExp(path.replaceAll(/[[\].]/g, '\\$&')))
  })
})

describe('a pattern of namespaces', () => {
  test.each([
    ['team-.*', 'team-a', true],
    ['team-[a-z0-9]+-prod', 'team-a1-prod', true],
    ['(dev|test)-.*', 'test-1', true],
    ['(dev|test)-.*', 'prod-dev-1', false],
    ['(?:eu|us)(-west)?', 'us-west', true],
    ['\\d{2}-x', '42-x', true],
    ['.*', 'x'.repeat(64), false],
    ['(?i)TEAM-.*', 'team-a', true],
    ['team(-[a-z]+)*', 'team-a-b', true],
    ['(?P<team>a|b)+', 'abba', true],
    ['a|b', 'ab', false],
  ])('%s matches %s: %s', (pattern, name, expected) => {
    expect(namespacePattern(pattern, 'p')(name)).toBe(expected)
  })

  test.each(['(?=a)b', '(a)\\1', 'a)|(b', '[', 'a{2000}', 'x'.repeat(300)])('%s is refused', (pattern) => {
    expect(() => namespacePattern(pattern, 'spec.conditions[0]')).toThrow(/^Cannot use spec\.conditions\[0\]/)
  })

  test('is fast on the worst name that it is asked for', () => {
    const matches = namespacePattern('(a*)*a*a*(a|a)*b', 'p')
    const before = performance.now()

    expect(matches('a'.repeat(63))).toBe(false)

    expect(performance.now() - before).toBeLessThan(500)
  })
})
