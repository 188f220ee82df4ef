import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { PkiAnswer } from '../../../test/fakes/pki/handle.ts'
import { signingRequest } from '../../../test/fakes/pki/open-signer.ts'
import { type SimplePki, startSimplePki } from '../../../test/fakes/pki/simple.ts'
import type { SigningRequest, SignResult } from '../signer.ts'

let pki: SimplePki
let request: SigningRequest
let der: string
beforeAll(async () => {
  pki = await startSimplePki()
  der = Buffer.from(pki.certificateDer).toString('base64')
})
beforeEach(async () => {
  request = await signingRequest()
})
afterAll(() => pki[Symbol.asyncDispose]())

/** What a submit comes to, or reason and words of its failure. */
async function submitted(response: string, answer: PkiAnswer, more = ''): Promise<SignResult | string> {
  pki.answer('/sign', answer)
  const { signer, log } = await pki.open(`submit: {path: /sign, body: {}, response: ${response}}\n${more}`)
  return told(signer.submit(request, { signal: AbortSignal.timeout(20_000), log }))
}

async function told(work: Promise<SignResult>): Promise<SignResult | string> {
  return work.catch((error: unknown) =>
    error instanceof Error && 'reason' in error ? `${String(error.reason)}: ${error.message}` : String(error),
  )
}

const whole = '{certificate: {body: true}}'

describe('a status without a rule of its own', () => {
  test.each([
    [400, 'Refused'],
    [404, 'Refused'],
    [409, 'Refused'],
    [422, 'Refused'],
    [418, 'Refused'],
    [401, 'IssuerFault'],
    [403, 'IssuerFault'],
    [301, 'IssuerFault'],
    [304, 'IssuerFault'],
    [408, 'Unavailable'],
    [425, 'Unavailable'],
    [429, 'Unavailable'],
    [500, 'Unavailable'],
    [502, 'Unknown'],
    [503, 'Unavailable'],
    [504, 'Unknown'],
    [599, 'Unavailable'],
  ])('%i means %s, and its body is not shown', async (status, reason) => {
    const body = { error: 'canary', detail: 'canary' }
    const words = await submitted(whole, { status, body, headers: { location: 'https://canary/' } })

    expect(words).toMatch(
      new RegExp(`^${reason}: Cannot submit the request at PKI "127.0.0.1:\\d+": status is ${status}; `),
    )
    expect(words).not.toContain('canary')
  })
})

describe('a rule', () => {
  test.each<[string, PkiAnswer, RegExp]>([
    ['{status: 503, is: refused}', { status: 503 }, /^Refused/],
    ['{status: "4xx", is: retry}', { status: 409 }, /^Unavailable/],
    ['{status: [404, "500-502"], is: issuer-fault}', { status: 501 }, /^IssuerFault/],
    ['{status: [404, "500-502"], is: issuer-fault}', { status: 503 }, /^Unavailable/],
    [
      '{status: 200, when: {path: a.b, equals: NO}, is: refused}',
      { status: 200, body: { a: { b: 'NO' } } },
      /^Refused/,
    ],
    [
      '{when: {path: a.b, equals: [1, true]}, is: retry}',
      { status: 200, body: { a: { b: true } } },
      /^Unavailable/,
    ],
    [
      '{when: {path: "a[*].b", equals: 1}, is: retry}',
      { status: 200, body: { a: [{}, { b: 1 }] } },
      /^Unavailable/,
    ],
    ['{when: {path: a, equals: 1}, is: retry}', { status: 200, body: { a: '1' } }, /^Unknown/],
    [
      '{when: {path: a, equals: no}, is: refused, message: not today}',
      { status: 200, body: { a: 'no' } },
      /: not today|; not today$/,
    ],
    ['{status: 400, is: unauthorized}', { status: 400 }, /^IssuerFault: .* does not accept the credentials/],
    ['{status: 500, is: success}', { status: 500, body: {} }, /^Unknown: .*no certificate at its body/],
  ])('%s decides %j', async (rule, answer, words) => {
    expect(await submitted(`{rules: [${rule}], certificate: {path: c}}`, answer)).toMatch(
      rule.includes('500, is: success') ? /^Unknown: .*no certificate at c/ : words,
    )
  })

  test('goes before a later one, and the first that fits holds', async () => {
    const rules = '[{status: 400, is: retry}, {status: "4xx", is: issuer-fault}]'

    expect(await submitted(`{rules: ${rules}, certificate: {path: c}}`, { status: 400 })).toMatch(
      /^Unavailable/,
    )
    expect(await submitted(`{rules: ${rules}, certificate: {path: c}}`, { status: 404 })).toMatch(
      /^IssuerFault/,
    )
  })
})

describe('a certificate', () => {
  const pem = () => pki.certificatePem
  test.each<[string, () => PkiAnswer]>([
    ['{certificate: {body: true}}', () => ({ status: 200, body: pem() })],
    ['{certificate: {path: a.b}}', () => ({ status: 201, body: { a: { b: pem() } } })],
    [
      '{certificate: {path: a, encoding: base64-pem}}',
      () => ({ status: 200, body: { a: Buffer.from(pem()).toString('base64') } }),
    ],
    ['{certificate: {path: "a[1]", encoding: base64-der}}', () => ({ status: 200, body: { a: ['x', der] } })],
    [
      '{certificate: {body: true, encoding: der}}',
      () => ({ status: 200, body: Buffer.from(pki.certificateDer) }),
    ],
    ['{certificate: {body: true, encoding: base64-der}}', () => ({ status: 200, body: der })],
    [
      '{certificate: {header: X-Certificate, encoding: base64-der}}',
      () => ({ status: 200, headers: { 'x-certificate': der } }),
    ],
    ['{certificate: {path: "$[\\"a b\\"]"}}', () => ({ status: 200, body: { 'a b': pem() } })],
  ])('is found by %s', async (response, answer) => {
    expect(await submitted(response, answer())).toEqual({
      kind: 'issued',
      certificates: [pki.certificateDer],
    })
  })

  test('chain and CA are added where they are there, and lists are taken apart', async () => {
    const response = '{certificate: {path: a}, chain: {path: b}, ca: {path: c}}'

    const all = await submitted(response, { status: 200, body: { a: pem(), b: [pem(), pem()], c: pem() } })
    const one = await submitted(response, { status: 200, body: { a: pem(), b: [], c: null } })

    expect(all).toHaveProperty('certificates.length', 4)
    expect(one).toHaveProperty('certificates.length', 1)
  })

  test.each<[string, PkiAnswer, RegExp]>([
    [
      '{certificate: {path: a}}',
      { status: 200, body: { a: 'canary' } },
      /^Refused: the certificate that the PKI gave/,
    ],
    [
      '{certificate: {path: a, encoding: base64-der}}',
      { status: 200, body: { a: '####' } },
      /^Refused: the certificate/,
    ],
    [
      '{certificate: {path: a}}',
      { status: 200, body: { b: 'canary' } },
      /^Unknown: .*holds no certificate at a$/,
    ],
    [
      '{certificate: {path: constructor.name}}',
      { status: 200, body: {} },
      /^Unknown: .*no certificate at constructor/,
    ],
    ['{certificate: {body: true}}', { status: 204 }, /^Unknown: .*no certificate at its body/],
    ['{certificate: {header: X-A}}', { status: 200 }, /^Unknown: .*no certificate at X-A/],
  ])('that %s does not find in %j is not issued', async (response, answer, words) => {
    const told = await submitted(response, answer)

    expect(told).toMatch(words)
    expect(told).not.toContain('canary')
  })
})

describe('an order', () => {
  const more = 'poll: {path: "/orders/{{ .id }}", response: {certificate: {body: true}}}\npollInterval: 3s'
  const waiting = (id: string, pollAfterMs = 3000) =>
    expect.objectContaining({ kind: 'pending', id, pollAfterMs, message: expect.any(String) })

  test.each<[string, PkiAnswer, string]>([
    ['{path: id}', { status: 202, body: { id: 'a b/../c' } }, 'a b/../c'],
    ['{path: id}', { status: 200, body: { id: 42 } }, '42'],
    [
      '{header: Location, pattern: "/orders/([^/?]+)"}',
      { status: 201, headers: { location: 'https://evil/orders/7?x' } },
      '7',
    ],
    [
      '{path: link, pattern: "([0-9]+)/finalize$"}',
      { status: 202, body: { link: 'https://a/9/finalize' } },
      '9',
    ],
    ['{body: true}', { status: 200, body: 'id-1' }, 'id-1'],
  ])('is known by %s', async (place, answer, id) => {
    expect(await submitted(`{id: ${place}, certificate: {path: c}}`, answer, more)).toEqual(waiting(id))
  })

  test('is asked for when the PKI says so', async () => {
    const answer = { status: 202, headers: { 'retry-after': '11' }, body: { id: '1' } }

    expect(await submitted('{id: {path: id}}', answer, more)).toEqual(waiting('1', 11_000))
  })

  test.each([{}, { id: '' }, { id: 'a\nb' }, { id: 'x'.repeat(2001) }, { id: { a: 1 } }])(
    'without an id that can be kept is Unknown: %#',
    async (body) => {
      const words = await submitted('{id: {path: id}}', { status: 202, body }, more)

      expect(words).toMatch(/^Unknown: .*no certificate and no id/)
    },
  )

  test('that is there already is fetched at once, after its id is on record', async () => {
    const fetch = 'fetch: {path: "/orders/{{ .id }}", response: {certificate: {body: true}}}'

    expect(await submitted('{id: {path: id}}', { status: 200, body: { id: '1' } }, fetch)).toEqual(
      waiting('1', 0),
    )
  })

  test('is polled for, then fetched by the id of the certificate', async () => {
    const steps = `submit: {path: /sign, response: {id: {path: id}}}
poll: {path: "/orders/{{ .id }}", response: {rules: [{when: {path: s, equals: W}, is: pending, message: it waits}], id: {path: "ids[0]"}}}
fetch: {path: "/certificates/{{ .id }}", response: {rules: [{status: 409, is: pending}], certificate: {body: true}}}`
    pki.answer(
      '/orders/o1',
      { status: 200, body: { s: 'W' } },
      { status: 200, body: { s: 'D', ids: ['c1'] } },
    )
    pki.answer(
      '/certificates/c1',
      { status: 409, headers: { 'retry-after': '5' } },
      { status: 200, body: pki.certificatePem },
    )
    const { signer, log } = await pki.open(steps)
    const poll = () => signer.poll(request, 'o1', { signal: AbortSignal.timeout(20_000), log })

    const results = [await poll(), await poll(), await poll()]

    expect(results).toEqual([
      { kind: 'pending', id: 'o1', message: 'it waits', pollAfterMs: 10_000 },
      waiting('o1', 5000),
      { kind: 'issued', certificates: [pki.certificateDer] },
    ])
  })

  test.each<[PkiAnswer, RegExp]>([
    [{ status: 404 }, /^Refused: Cannot ask for the certificate/],
    [{ status: 500 }, /^Unavailable/],
    [{ status: 200, body: 'canary' }, /^Refused: the certificate that the PKI gave/],
    [{ status: 200 }, /^Unavailable: .*no certificate at its body/],
    [{ status: 401 }, /^IssuerFault/],
  ])('that is answered with %j is told so, and never Unknown', async (answer, words) => {
    pki.answer('/orders/o2', answer)
    const { signer, log } = await pki.open(`submit: {path: /sign, response: {id: {path: id}}}\n${more}`)

    expect(await told(signer.poll(request, 'o2', { signal: AbortSignal.timeout(20_000), log }))).toMatch(
      words,
    )
  })

  test('that nobody can ask for any more is InvalidConfig', async () => {
    const { signer, log } = await pki.open(`submit: {path: /sign, response: ${whole}}`)

    expect(await told(signer.poll(request, 'o3', { signal: AbortSignal.timeout(20_000), log }))).toMatch(
      /^InvalidConfig/,
    )
  })
})

describe('a code', () => {
  test.each([
    ['policy.too-long_1', / \(code policy.too-long_1\);/],
    ['a text with spaces', /status is 400; /],
    ['x'.repeat(65), /status is 400; /],
    ['a<b', /status is 400; /],
    [7, / \(code 7\);/],
  ])('%j is shown when it is a word', async (error, words) => {
    expect(
      await submitted('{code: {path: error}, certificate: {path: c}}', { status: 400, body: { error } }),
    ).toMatch(words)
  })
})

test('the windows and the leniency are those of the configuration', async () => {
  const { signer } = await pki.open(
    'submit: {path: /sign, response: {certificate: {body: true}}}\nretryWindow: 2h\npendingLimit: 72h\nleniency: {longerValidity: true}',
  )
  const usual = await pki.open('submit: {path: /sign, response: {certificate: {body: true}}}')

  expect(signer).toMatchObject({
    retryWindowMs: 7_200_000,
    pendingLimitMs: 259_200_000,
    leniency: { longerValidity: true },
  })
  expect(usual.signer).toMatchObject({
    retryWindowMs: 3_600_000,
    pendingLimitMs: undefined,
    leniency: undefined,
  })
})
