import { describe, expect, test } from 'vitest'
import { Failure } from '../std/failure.ts'
import { checkSpec } from './check-spec.ts'

const spec = { secretStoreRef: { name: 'main' }, data: [{ secretKey: 'a', remoteRef: { key: '/a' } }] }
const check = (of: unknown, rest: object = {}) =>
  checkSpec({ metadata: { name: 'db' }, spec: of, ...rest } as Parameters<typeof checkSpec>[0], {
    rolloutRestart: false,
  })

function failureOf(of: unknown): Failure {
  try {
    check(of)
  } catch (error) {
    if (error instanceof Failure) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

test('a spec that may be acted on is given back, less what is unknown', () => {
  expect(check({ ...spec, unknown: 1 }).spec).toEqual(spec)
})

test('a status is given back, and one that cannot be read is none', () => {
  expect(check(spec, { status: { refreshTime: '2026-01-01T00:00:00Z' } }).status).toMatchObject({
    refreshTime: '2026-01-01T00:00:00Z',
  })
  expect(check(spec, { status: { conditions: 'x' } })).not.toHaveProperty('status')
  expect(check(spec)).not.toHaveProperty('status')
})

describe('the message', () => {
  test.each([
    ['no spec', undefined, 'spec'],
    ['another shape', { ...spec, data: 'x' }, 'spec.data'],
    ['a broken rule', { ...spec, refreshInterval: 'soon' }, 'spec.refreshInterval'],
    ['nothing to read', { secretStoreRef: { name: 'main' } }, 'data or dataFrom is required'],
    [
      'what this version does not do',
      { ...spec, target: { manifest: { apiVersion: 'v1', kind: 'ConfigMap' } } },
      'spec.target.manifest: is not supported by this version',
    ],
  ])('of %s names the path', (_, of, words) => {
    const { message, ...failure } = failureOf(of)

    expect(failure).toMatchObject({ reason: 'InvalidSpec', userMustAct: true })
    expect(message).toMatch(/^Cannot act on the spec: /)
    expect(message).toContain(words)
  })

  test('names three faults at most and counts the rest', () => {
    const sourceRef = { generatorRef: { kind: 'Password', name: 'one' } }
    const data = ['a', 'b', 'c', 'd', 'e'].map((it) => ({
      secretKey: it,
      remoteRef: { key: it },
      sourceRef,
    }))

    const { message } = failureOf({ ...spec, data })

    expect(message).toContain('spec.data[2]')
    expect(message).not.toContain('spec.data[3]')
    expect(message).toMatch(/\(and 2 more\)$/)
  })
})
