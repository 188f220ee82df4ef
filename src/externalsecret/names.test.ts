import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createdBy, esoFieldManagersOf, fieldManagerOf, keysDigest } from './names.ts'

const name = fc.stringMatching(/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/)

test('the field manager names the ExternalSecret', () => {
  expect(fieldManagerOf('db')).toBe('keyferry.io/externalsecret/db')
})

test('every field manager is short enough for the API server, and each is of one ExternalSecret only', () => {
  fc.assert(
    fc.property(name, name, (a, b) => {
      expect(fieldManagerOf(a).length).toBeLessThanOrEqual(128)
      expect(fieldManagerOf(a) === fieldManagerOf(b)).toBe(a === b)
    }),
  )
})

test('the marks of the peer are as it makes them', () => {
  const digest = /^[0-9a-f]{56}$/

  expect(createdBy('shop', 'db')).toMatch(digest)
  expect(createdBy('shop', 'db')).not.toBe(createdBy('db', 'shop'))
  expect(esoFieldManagersOf('db')[0]).toBe('externalsecrets.external-secrets.io/db')
  expect(esoFieldManagersOf('db')[1]?.split('/sha3/')[1]).toMatch(digest)
})

test('the digest of keys knows neither order nor values, but every key', () => {
  expect(keysDigest(['a', 'b'])).toBe(keysDigest(['b', 'a']))
  expect(keysDigest(['a', 'b'])).not.toBe(keysDigest(['a']))
  expect(keysDigest(['ab'])).not.toBe(keysDigest(['a', 'b']))
  expect(keysDigest([])).toMatch(/^[0-9a-f]{16}$/)
})
