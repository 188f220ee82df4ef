import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const flags = readFileSync('hack/node-flags', 'utf8').trim().split('\n')

test('S30: the launcher starts Node without an inspector and without dumps', () => {
  expect(flags).toContain('--disable-sigusr1')
  expect(flags.filter((it) => /inspect|heapsnapshot|heap-prof|cpu-prof|report-on|abort-on/.test(it))).toEqual(
    [],
  )
})

test('S27: the launcher loosens nothing of TLS', () => {
  expect(flags.filter((it) => /tls|openssl|insecure/.test(it))).toEqual([])
  expect(readFileSync('hack/keyferry', 'utf8')).not.toMatch(/NODE_TLS|NODE_OPTIONS|SSL_CERT/)
})
