import { expect, test } from 'vitest'
import { openssl, opensslCsr } from '../../../test/x509/openssl.ts'
import { csrDer } from './csr-der.ts'
import { csrForms } from './csr-forms.ts'

const csr = opensslCsr({ key: 'RSA-2048' })

test('the forms of a CSR are what openssl makes of it', () => {
  const der = openssl(['req', '-in', '@csr', '-outform', 'DER'], { csr })

  const forms = csrForms(csrDer(csr))

  expect(forms).toEqual({
    pem: csr,
    base64Pem: Buffer.from(csr).toString('base64'),
    base64Der: openssl(['base64', '-A', '-in', '@der'], { der }).toString().trim(),
    base64UrlDer: der.toString('base64url'),
    body: csr.split('\n').slice(1, -2).join('\n'),
  })
})

test.each([
  ['CRLF', csr.replaceAll('\n', '\r\n')],
  ['the label of old tools', csr.replaceAll('CERTIFICATE', 'NEW CERTIFICATE')],
  ['one long line', csr.replaceAll(/([^-])\n([^-])/g, '$1$2')],
  ['no newline at the end', csr.trimEnd()],
])('a CSR with %s has the same forms', (_, text) => {
  expect(csrForms(csrDer(text))).toEqual(csrForms(csrDer(csr)))
})

test('what is no CSR is refused', () => {
  expect(() => csrDer('hello')).toThrow(expect.objectContaining({ reason: 'Refused' }))
})
