import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Openssl } from '../../../test/fakes/template/openssl.ts'
import { keyFailure, renderedKeys } from '../../../test/fakes/template/rendered-keys.ts'

const openssl = new Openssl()
afterAll(() => openssl[Symbol.dispose]())

beforeAll(() => {
  for (const name of ['root', 'upper', 'lower', 'leaf', 'other'])
    openssl.key(name, 'EC', 'ec_paramgen_curve:P-256')
  for (const name of ['root', 'other']) openssl.certificate(name)
  openssl.certificate('upper', 'root', ['basicConstraints=critical,CA:TRUE'])
  openssl.certificate('lower', 'upper', ['basicConstraints=critical,CA:TRUE'])
  openssl.certificate('leaf', 'lower', [
    'basicConstraints=CA:FALSE',
    'subjectAltName=URI:SPIFFE://td.example/a%2Fb?q\\#f,DNS:a.example,IP:10.0.0.1,email:a@b.example,DNS:*.b.example,' +
      'IP:2001:db8:0:0:1:0:0:1,URI:urn:X:y,RID:1.2.3,IP:::ffff:1.2.3.4,IP:::',
  ])
})

const certificates = (...names: readonly string[]) => names.map((it) => openssl.text(`${it}.crt`)).join('')
const filtered = (kind: string, text: string) =>
  renderedKeys('{{ filterCertChain .kind .text }}', { kind, text })

describe('filterPEM', () => {
  test('keeps the blocks of one label, whatever surrounds them', () => {
    const text = `# note\n${openssl.text('leaf.key')}x\n${certificates('leaf')}\n\n${certificates('root')}end`

    expect(renderedKeys('{{ filterPEM "certificate" .text }}', { text })).toBe(certificates('leaf', 'root'))
    expect(renderedKeys('{{ .text | filterPEM "PRIVATE KEY" }}', { text })).toBe(openssl.text('leaf.key'))
  })

  test('passes over a block that does not begin its line', () => {
    const render = '{{ filterPEM "CERTIFICATE" .text }}'

    expect(keyFailure(render, { text: `x ${certificates('leaf')}` })).toContain('text that is no PEM')
    expect(renderedKeys(render, { text: `x ${certificates('leaf', 'root')}` })).toBe(certificates('root'))
  })

  test('gives nothing where all is PEM of other labels', () => {
    expect(renderedKeys('{{ filterPEM "X" .text }}', { text: certificates('leaf') })).toBe('')
  })

  test('refuses what is no PEM', () => {
    expect(keyFailure('{{ filterPEM "X" "some-secret" }}')).toContain('text that is no PEM')
    expect(keyFailure('{{ filterPEM "X" .text }}', { text: 'some-secret' })).not.toContain('some-secret')
  })
})

describe('filterCertChain', () => {
  test.each([
    ['in order', ['leaf', 'lower', 'upper', 'root']],
    ['the other way round', ['root', 'upper', 'lower', 'leaf']],
    ['mixed up', ['lower', 'root', 'leaf', 'upper']],
  ])('finds each part of a chain that stands %s', (_, names) => {
    const text = certificates(...names)

    expect(filtered('leaf', text)).toBe(certificates('leaf'))
    expect(filtered('intermediate', text)).toBe(certificates('lower', 'upper'))
    expect(filtered('root', text)).toBe(certificates('root'))
    expect(filtered('trunk', text)).toBe('')
  })

  test.each([
    ['leaf', ['root'], []],
    ['intermediate', ['leaf'], []],
    ['root', ['leaf', 'lower'], []],
    ['leaf', ['leaf'], ['leaf']],
    ['root', ['root'], ['root']],
  ])('gives of a part that may be missing what is there: %s', (kind, names, found) => {
    expect(filtered(kind, certificates(...names))).toBe(certificates(...found))
  })

  test.each([
    ['several chains', () => certificates('leaf', 'other'), 'several leaf certificates'],
    ['nothing', () => '', 'no leaf certificate'],
    ['a certificate twice', () => certificates('root', 'root'), 'no leaf certificate'],
    ['a key', () => certificates('leaf') + openssl.text('leaf.key'), 'the certificate is not well-formed'],
  ])('refuses %s', (_, text, words) => {
    expect(keyFailure('{{ filterCertChain "leaf" .text }}', { text: text() })).toContain(words)
  })
})

describe('certSANs', () => {
  test('lists names, addresses, mailboxes and URIs', () => {
    expect(renderedKeys('{{ certSANs .text | join " " }}', { text: `junk${certificates('leaf')}` })).toBe(
      'a.example *.b.example 10.0.0.1 2001:db8::1:0:0:1 1.2.3.4 :: a@b.example spiffe://td.example/a%2Fb?q#f urn:X:y',
    )
  })

  test('is empty where there are none', () => {
    expect(renderedKeys('{{ len (certSANs .text) }}', { text: certificates('root') })).toBe('0')
  })

  test('refuses what is no certificate', () => {
    expect(keyFailure('{{ certSANs "x" }}')).toContain('the certificate is not PEM')
    expect(keyFailure('{{ certSANs .key }}', { key: openssl.text('leaf.key') })).toContain('not well-formed')
  })
})
