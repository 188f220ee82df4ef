import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { signingRequest } from '../../../test/fakes/pki/open-signer.ts'
import { type SimplePki, startSimplePki } from '../../../test/fakes/pki/simple.ts'
import type { SigningRequest } from '../signer.ts'

let pki: SimplePki
beforeAll(async () => {
  pki = await startSimplePki()
})
afterAll(() => pki[Symbol.asyncDispose]())

const response = 'response: {certificate: {body: true}}'
const team = (value: string) => ({
  annotations: { 'external-issuer.io/team': value, 'other.io/secret': 'no' },
})

/** Submits by one step and gives the request as it arrived, or the words of the refusal. */
async function sent(step: string, request: Partial<SigningRequest> & { commonName?: string } = {}) {
  const { signer, log } = await pki.open(`submit: {${step}, ${response}}`, {
    credentials: { key: 'v"\\1\n' },
  })
  const seen = pki.server.seen.length
  const options = { signal: AbortSignal.timeout(20_000), log }
  const words = await signer.submit(await signingRequest(request), options).then(
    () => '',
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  )
  return { words, request: pki.server.seen[seen] }
}

const json = (text: string | undefined): unknown => JSON.parse(text ?? 'null')

test('every variable is there', async () => {
  const body = `{
    forms: ["{{ .csr.pem }}", "{{ .csr.pemBase64 }}", "{{ .csr.der }}", "{{ .csr.derBase64url }}", "{{ .csr.body }}"],
    names: ["{{ .commonName }}", {$value: dnsNames}, {$value: ipAddresses}, {$value: uris}, {$value: emails}],
    subject: {$value: subject}, duration: {$value: duration}, notAfter: {$value: notAfter}, isCA: {$value: isCA},
    usages: {$value: usages}, request: {$value: request}, issuer: {$value: issuer},
    days: {$number: "{{ .duration.days }}"}, none: {$optional: '{{ get .request.annotations "none" }}'},
    secret: "{{ .secrets.key }}", same: "{{ .requestSecret }}", random: "{{ .random }}" }`
  const names = { dnsNames: ['a.b'], ipAddresses: ['10.0.0.1'], uris: ['spiffe://a/b'], emails: ['a@b.c'] }
  const asked = { ...names, commonName: 'a.b', organization: 'Shop, Ltd', uid: 'u1', durationSeconds: 5400 }

  const { request } = await sent(`path: /sign, body: ${body}`, { ...asked, ...team('blue') })

  const arrived = json(request?.body) as Record<string, unknown>
  const [pem, pemBase64, der, derBase64url, bare] = arrived['forms'] as string[]
  expect(pem).toMatch(/^-----BEGIN CERTIFICATE REQUEST-----\n/)
  expect(Buffer.from(pemBase64 ?? '', 'base64').toString()).toBe(pem)
  expect(Buffer.from(derBase64url ?? '', 'base64url').toString('base64')).toBe(der)
  expect((bare ?? '').replace(/\n/g, '')).toBe(der)
  expect(arrived).toMatchObject({
    names: ['a.b', ['a.b'], ['10.0.0.1'], ['spiffe://a/b'], ['a@b.c']],
    subject: { organizations: ['Shop, Ltd'], countries: [] },
    duration: { go: '1h30m0s', seconds: 5400, minutes: 90, hours: 2, days: 1, iso8601: 'PT5400S' },
    notAfter: { rfc3339: expect.stringMatching(/T.*\dZ$/), ejbca: expect.stringMatching(/^\S{10} \S{8}$/) },
    isCA: false,
    usages: ['digital signature', 'key encipherment', 'server auth'],
    request: { name: 'www-1', namespace: 'shop', uid: 'u1', annotations: { team: 'blue' } },
    issuer: { kind: 'ExternalIssuer', namespace: 'shop', name: 'corp-pki', uid: 'issuer-uid' },
    days: 1,
    secret: 'v"\\1',
  })
  expect(arrived).not.toHaveProperty('none')
  expect(arrived['same']).not.toBe(arrived['random'])
})

test.each([
  ['by name', '{{ .commonName }} {{ $.request.name }}', 'a.b www-1'],
  ['within another', '{{ with .request }}{{ .name }} {{ $.commonName }}{{ end }}', 'www-1 a.b'],
  ['by the dot alone', '{{ index . "commonName" }} {{ len . | lt 5 }}', 'a.b true'],
  ['by the dollar alone', '{{ with .isCA | not }}{{ index $ `commonName` }}{{ end }}', 'a.b'],
  ['by a variable', '{{ $all := . }}{{ $all.commonName }} {{ hasKey $all "duration" }}', 'a.b true'],
  [
    'in a loop over all',
    '{{ range $key, $_ := . }}{{ if eq $key "emails" }}{{ $key }}{{ end }}{{ end }}',
    'emails',
  ],
  ['after a keyword', '{{if.}}{{ hasKey . "uris" }}{{end}}', 'true'],
  ['to another template', '{{ define "x" }}{{ .commonName }}{{ end }}{{ template "x" . }}', 'a.b'],
  ['by a text alone', '{{ kindOf .commonName }} {{ kindIs "map" .issuer }}', 'string true'],
])('a template finds its variables %s', async (_, text, seen) => {
  const step = `path: /sign, body: {seen: ${JSON.stringify(text)}}`

  const { request } = await sent(step, { commonName: 'a.b' })

  expect(json(request?.body)).toEqual({ seen })
})

test('text around the CSR of a request stays here', async () => {
  const { csrPem } = await signingRequest({})
  const around = `Certificate Request:\r\n    Data:\r\n${csrPem.replaceAll('\n', '\r\n')}a note\r\n`

  const { request } = await sent('path: /sign, body: {pem: "{{ .csr.pem }}"}', { csrPem: around })

  expect(json(request?.body)).toEqual({ pem: csrPem })
})

test('the secret of a request is the same each time, and another for another one', async () => {
  const step = 'path: /sign, body: {same: "{{ .requestSecret }}", random: "{{ .random }}"}'

  const all = [await sent(step, { uid: 'a' }), await sent(step, { uid: 'a' }), await sent(step, { uid: 'b' })]

  const bodies = all.map((it) => json(it.request?.body) as { same: string; random: string })
  expect(new Set(bodies.map((it) => it.same)).size).toBe(2)
  expect(new Set(bodies.map((it) => it.random)).size).toBe(3)
})

test.each([
  ['as fields', '{same: "{{ .requestSecret }}", random: "{{ $.random }}"}'],
  ['by index', `{same: '{{ index . "requestSecret" }}', random: '{{ get $ \`random\` }}'}`],
  ['as values', '{same: {$value: requestSecret}, random: {$value: random}}'],
])('what is made only for those who name it is there for a step that names it %s', async (_, body) => {
  const { request } = await sent(`path: /sign, body: ${body}`, {})

  const text = expect.stringMatching(/^[\w-]{20,}$/) as unknown
  expect(json(request?.body)).toEqual({ same: text, random: text })
})

describe('a hostile value', () => {
  const hostile = [
    '"}, "admin": true, {"',
    '</cn><admin/>',
    "'; drop",
    '\\',
    '\u0000\n\r\t',
    '{{ .secrets.key }}',
    '☃',
  ]

  test.each(hostile)('%j stays a text in a JSON body', async (value) => {
    const { request } = await sent(
      'path: /sign, body: {a: "x{{ get .request.annotations `team` }}"}',
      team(value),
    )

    expect(json(request?.body)).toEqual({ a: `x${value}` })
  })

  test.each(hostile)('%j stays a text in a raw JSON body', async (value) => {
    const raw = `rawBody: {contentType: application/json, text: '{"a": "{{ get .request.annotations "team" }}"}'}`
    const { request } = await sent(`path: /sign, ${raw}`, team(value))

    expect(json(request?.body)).toEqual({ a: value })
  })

  test('cannot become an element of an XML body', async () => {
    const raw = `rawBody: {contentType: text/xml, text: '<a>{{ get .request.annotations "team" }}</a>'}`
    const { request } = await sent(`path: /sign, ${raw}`, team('</a><b x="1">&\u0001'))

    expect(request?.body).toBe('<a>&lt;/a&gt;&lt;b x=&quot;1&quot;&gt;&amp;</a>')
  })

  test('cannot become a field of a form, nor of a query', async () => {
    const step =
      'path: /sign, query: {"a b": "{{ get .request.annotations `team` }}"}, form: {c: "{{ get .request.annotations `team` }}"}'
    const { request } = await sent(step, team('1&admin=2#?x=\n+'))

    expect([...(request?.query ?? [])]).toEqual([['a b', '1&admin=2#?x=\n+']])
    expect([...new URLSearchParams(request?.body)]).toEqual([['c', '1&admin=2#?x=\n+']])
    expect(request?.headers['content-type']).toBe('application/x-www-form-urlencoded')
  })

  test.each([
    'a/../../admin',
    '/admin',
    'x?y=z',
    'a#b',
    '@evil.example',
    '\\evil.example',
    'a%2fb',
    ' ',
    'a\r\nX: y',
  ])('%j stays within its segment of a path, on the same host', async (value) => {
    const { request } = await sent('path: "/api/{{ get .request.annotations `team` }}/sign"', team(value))

    expect(request?.headers.host).toBe(`127.0.0.1:${pki.server.port}`)
    expect(request?.path).toBe(`/api/${encodeURIComponent(value)}/sign`)
  })

  test.each(['', '.', '..'])('%j may be no segment of a path', async (value) => {
    const { request, words } = await sent('path: "/api/{{ get .request.annotations `team` }}"', team(value))

    expect(request).toBeUndefined()
    expect(words).toBe('Cannot make submit.path: a segment of it is empty or leads elsewhere')
  })

  test.each(['a\r\nX-Admin: 1', 'a\nb', 'a\u0000b', 'naïve', '☃'])(
    '%j is sent in no header',
    async (value) => {
      const { request, words } = await sent(
        'path: /, headers: {X-Team: "{{ get .request.annotations `team` }}"}',
        team(value),
      )

      expect(request).toBeUndefined()
      expect(words).toMatch(/^Cannot make submit.headers.X-Team of this request: it has a line break/)
    },
  )

  test('is told of no more than its place when a template fails', async () => {
    const { words } = await sent('path: /, body: {a: "{{ fromJson .commonName }}"}', {
      commonName: 'canary-name',
    })

    expect(words).toMatch(/^Cannot make submit.body.a of this request: line 1, column \d+: /)
    expect(words).not.toContain('canary')
  })

  test('that is no number stands in no number', async () => {
    const { words } = await sent(
      'path: /, body: {a: {$number: "{{ get .request.annotations `team` }}"}}',
      team('1, "b": 2'),
    )

    expect(words).toBe('Cannot make submit.body.a.$number: it is not a number')
  })
})

test('annotations of others are not seen', async () => {
  const { request } = await sent('path: /sign, body: {all: {$value: request.annotations}}', team('blue'))

  expect(json(request?.body)).toEqual({ all: { team: 'blue' } })
})

test('a base path is kept, and literal parts of a path may hold what paths may', async () => {
  pki.answer('/base/a%20b/c', { status: 500 })
  const { signer, log } = await pki.open(
    `baseURL: ${pki.server.url}/base/\nsubmit: {path: "/a b/c%2Fd;e=f", ${response}}`,
  )

  await signer.submit(await signingRequest(), { signal: AbortSignal.timeout(20_000), log }).catch(() => {})

  expect(pki.server.seen.at(-1)?.path).toBe('/base/a%20b/c%2Fd;e=f')
})

test('a template of a segment may hold slashes and braces of its own', async () => {
  const { request } = await sent(`path: '/a/{{ "x/y}}" | trimAll "x/" }}/{{/* a/b */}}{{ .request.uid }}'`, {
    uid: 'u',
  })

  expect(request?.path).toBe('/a/y%7D%7D/u')
})

test('an idempotency header carries the UID, the same at each try', async () => {
  const { signer, log } = await pki.open(
    `submit: {path: /idem, ${response}}\nidempotency: {header: Idempotency-Key}`,
  )
  const request = await signingRequest({ uid: 'uid-1' })
  const options = { signal: AbortSignal.timeout(20_000), log }

  await signer.submit(request, options).catch(() => {})
  await signer.submit(request, options).catch(() => {})

  expect(pki.at('/idem').map((it) => it.headers['idempotency-key'])).toEqual(['uid-1', 'uid-1'])
})

test('a CSR that is none is Refused before anything is sent', async () => {
  const { request, words } = await sent('path: /sign', { csrPem: 'none' })

  expect(request).toBeUndefined()
  expect(words).toMatch(/CSR/)
})

test('a body of over 1 MiB is not sent', async () => {
  const { request, words } = await sent('path: /, body: {a: "{{ repeat 1100000 `a` }}"}')

  expect(request).toBeUndefined()
  expect(words).toMatch(/more than 1048576 bytes/)
})
