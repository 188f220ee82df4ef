import { describe, expect, test } from 'vitest'
import { Failure } from '../std/failure.ts'
import { checkRendered, refusalOfAnnotations } from './check-rendered.ts'
import type { Part } from './template-jobs.ts'

const job = (part: Part) => ({
  template: { name: 'spec.target.template.templateFrom[0].literal', text: '' },
  part,
  key: undefined,
  decoding: 'None' as const,
  isSecret: false,
})

/** The message of the refusal; undefined when there is none. */
function refusal(part: Part, key: string, value: string | Uint8Array = 'value'): string | undefined {
  try {
    checkRendered(job(part), { key, value: Buffer.from(value) })
    return undefined
  } catch (error) {
    if (!(error instanceof Failure) || error.reason !== 'TemplateFailed') throw error
    return error.message
  }
}

describe('S22: a key of the Secret', () => {
  test.each(['a', 'tls.crt', '.dockerconfigjson', '__proto__', 'constructor', 'x'.repeat(253)])(
    'may be %s',
    (key) => {
      expect(refusal('data', key)).toBeUndefined()
    },
  )

  test.each(['', 'a b', 'a/b', 'ä', 'a\n', 'x'.repeat(254)])('may not be %j', (key) => {
    expect(refusal('data', key)).toContain('a key of the Secret must be')
  })

  test('that a template made is not shown: it may hold a value', () => {
    expect(refusal('data', 'canary value')).not.toContain('canary')
    expect(refusal('labels', 'canary value')).not.toContain('canary')
  })
})

describe('S19: no template gives a Secret power, or another owner', () => {
  test.each([
    'kubernetes.io/service-account.name',
    'kubernetes.io/service-account.uid',
    'Kubernetes.io/Service-Account.name',
    'keyferry.io/data-keys',
    'reconcile.external-secrets.io/created-by',
    'cert-manager.io/certificate-name',
    'controller.cert-manager.io/fao',
  ])('%s', (key) => {
    expect(refusal('annotations', key)).toContain('must not be set by a template')
    expect(refusal('labels', key)).toBeDefined()
  })

  test.each(['cert-manager.io/alt-names', 'argocd.argoproj.io/secret-type', 'team', 'kubernetes.io/x'])(
    'but it may set %s',
    (key) => {
      expect(refusal('annotations', key)).toBeUndefined()
      expect(refusal('labels', key)).toBeUndefined()
    },
  )
})

describe('a label', () => {
  test.each(['', 'a', 'a.b_c-d', 'x'.repeat(63)])('may be %j', (value) => {
    expect(refusal('labels', 'team', value)).toBeUndefined()
  })

  test.each(['canary value', '-canary', 'canary-', 'canary'.repeat(11)])('may not be %j', (value) => {
    expect(refusal('labels', 'team', value)).toContain("a label's value must be")
    expect(refusal('labels', 'team', value)).not.toContain('canary')
  })

  test.each(['/x', 'Example.com/x', 'a/b/c', 'a_b.com/x', 'x'.repeat(64)])('may not be named %s', (key) => {
    expect(refusal('labels', key)).toContain('a key of its labels must be')
  })
})

describe('an annotation', () => {
  test('holds any text', () => {
    expect(refusal('annotations', 'Example.com/X', '{"a": "ä\n"}')).toBeUndefined()
  })

  test('holds no bytes that are no text', () => {
    expect(refusal('annotations', 'x', Uint8Array.of(0xff))).toContain('is not UTF-8')
  })

  test('shares 256 KiB with all others', () => {
    expect(refusalOfAnnotations({ a: 'x'.repeat(256 * 1024 - 1) })).toBeUndefined()
    expect(refusalOfAnnotations({ a: 'x'.repeat(256 * 1024) })?.message).toContain('262145 bytes')
  })
})
