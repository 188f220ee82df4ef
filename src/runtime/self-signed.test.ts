import { execFile } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSecureContext } from 'node:tls'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { makeSelfSigned } from './self-signed.ts'

const nowMs = Date.UTC(2026, 10, 21, 12)

test('a certificate of our own is one: signed by its key, for its name, for ten years', () => {
  const { cert, key } = makeSelfSigned('keyferry-metrics', nowMs)
  const certificate = new X509Certificate(cert)

  expect(certificate.verify(certificate.publicKey)).toBe(true)
  expect(certificate.checkHost('keyferry-metrics')).toBe('keyferry-metrics')
  expect(certificate.subject).toBe('CN=keyferry-metrics')
  expect(certificate.issuer).toBe('CN=keyferry-metrics')
  expect(certificate.validFromDate).toEqual(new Date('2026-11-21T11:00:00Z'))
  expect(certificate.validToDate).toEqual(new Date('2036-11-18T12:00:00Z'))
  expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1'])
  expect(() => createSecureContext({ cert, key })).not.toThrow()
})

test('OpenSSL finds no fault with it', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'keyferry-self-signed-'))
  const file = join(directory, 'tls.crt')
  await writeFile(file, makeSelfSigned('keyferry-metrics', Date.now()).cert)

  const args = ['verify', '-x509_strict', '-purpose', 'sslserver', '-partial_chain', '-trusted', file, file]
  const { stdout } = await promisify(execFile)('openssl', args)
  await rm(directory, { recursive: true })

  expect(stdout).toBe(`${file}: OK\n`)
})

test('no two have a key or a number in common', () => {
  const certificates = Array.from({ length: 20 }, () => new X509Certificate(makeSelfSigned('x', nowMs).cert))

  expect(new Set(certificates.map((it) => it.fingerprint256)).size).toBe(20)
  expect(new Set(certificates.map((it) => it.serialNumber)).size).toBe(20)
  for (const it of certificates) expect(it.serialNumber).toMatch(/^[4-7][0-9A-F]{31}$/)
})
