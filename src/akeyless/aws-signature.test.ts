import { describe, expect, test } from 'vitest'
import { signatureProblem } from '../../test/fakes/sts/verify-signature.ts'
import { Redacted } from '../std/redacted.ts'
import { callerIdentityCloudId } from './aws-caller-identity.ts'
import { signRequest } from './aws-signature.ts'

/** The identity, host and time of AWS's published test suite for Signature Version 4. */
const keys = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: new Redacted('wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY'),
}
const scope = { region: 'us-east-1', service: 'service', atMs: Date.UTC(2015, 7, 30, 12, 36, 0) }
const url = (query = '') => new URL(`https://example.amazonaws.com/${query}`)
const get = (query = '') => ({ method: 'GET', url: url(query), headers: {}, body: '' })

describe('the known answers of AWS', () => {
  test.each([
    ['get-vanilla', get(), '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31'],
    [
      'get-vanilla-query-order-key-case',
      get('?Param2=value2&Param1=value1'),
      'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
    ],
    [
      'post-vanilla',
      { ...get(), method: 'POST' },
      '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b',
    ],
    [
      'post-x-www-form-urlencoded',
      {
        method: 'POST',
        url: url(),
        headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
        body: 'Param1=value1',
      },
      'ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a',
    ],
  ] as const)('%s', (_, request, signature) => {
    const { Authorization } = signRequest(request, keys, scope)

    expect(Authorization).toContain(`Signature=${signature}`)
  })

  test('of the IAM example: ListUsers, with a content type', () => {
    const request = {
      method: 'GET',
      url: new URL('https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08'),
      headers: { 'Content-Type': 'application/x-www-form-urlencoded; charset=utf-8' },
      body: '',
    }

    const { Authorization } = signRequest(request, keys, { ...scope, service: 'iam' })

    expect(Authorization).toBe(
      'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, ' +
        'SignedHeaders=content-type;host;x-amz-date, ' +
        'Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7',
    )
  })
})

test('a session token is sent and signed', () => {
  const headers = signRequest(get(), { ...keys, sessionToken: new Redacted('session') }, scope)

  expect(headers['X-Amz-Security-Token']).toBe('session')
  expect(headers['Authorization']).toContain('SignedHeaders=host;x-amz-date;x-amz-security-token,')
})

const atMs = Date.UTC(2026, 10, 21, 9, 0, 0)
const secret = { secretAccessKey: keys.secretAccessKey.reveal(), sessionToken: 'session' }

/** What a verifier sees when Akeyless sends the packed request. */
function replayed(region: string | undefined) {
  const origin = 'https://sts.eu-west-1.amazonaws.com'
  const session = { ...keys, sessionToken: new Redacted('session') }
  const packed = JSON.parse(fromBase64(callerIdentityCloudId(session, { origin, region, atMs }))) as Record<
    string,
    string
  >
  const part = (name: string) => fromBase64(packed[`sts_request_${name}`] ?? '')
  const headers = JSON.parse(part('headers')) as Record<string, readonly string[]>
  const entries = Object.entries(headers).map(([name, [value = '']]) => [name.toLowerCase(), value])
  const { host, pathname } = new URL(part('url'))
  const request = {
    method: packed['sts_request_method'] ?? '',
    path: pathname,
    headers: { ...Object.fromEntries(entries), host } as Record<string, string>,
    body: part('body'),
  }
  return request
}

function fromBase64(text: string): string {
  return Buffer.from(text, 'base64').toString()
}

test('the packed GetCallerIdentity is good for its region and fifteen minutes, and for nobody else', () => {
  const request = replayed('eu-west-1')
  const judge = (change: object, region = 'eu-west-1', nowMs = atMs) =>
    signatureProblem({ ...request, ...change }, region, secret, nowMs)

  expect(request.body).toBe('Action=GetCallerIdentity&Version=2011-06-15')
  expect(judge({})).toBeUndefined()
  expect(judge({}, 'us-east-1')).toBe('SignatureDoesNotMatch')
  expect(judge({}, 'eu-west-1', atMs + 16 * 60_000)).toBe('ExpiredToken')
  expect(judge({ body: 'Action=GetSessionToken&Version=2011-06-15' })).toBe('SignatureDoesNotMatch')
  expect(judge({ headers: { ...request.headers, host: 'sts.us-east-1.amazonaws.com' } })).toBe(
    'SignatureDoesNotMatch',
  )
})

test('without a region the signature is for us-east-1, as the global STS wants it', () => {
  expect(signatureProblem(replayed(undefined), 'us-east-1', secret, atMs)).toBeUndefined()
})
