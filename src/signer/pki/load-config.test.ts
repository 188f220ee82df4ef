import { expect, test } from 'vitest'
import { openPki } from '../../../test/fakes/pki/open-signer.ts'

const base = 'baseURL: https://pki.example.com\n'
const submit = 'submit: {path: /sign, body: {csr: "{{ .csr.pem }}"}, response: {certificate: {path: cert}}}\n'

async function refusalOf(yaml: string, credentials?: Record<string, string>): Promise<string> {
  try {
    const opened = await openPki({ yaml, credentials, rules: { insecureLocalEndpoints: false } })
    await opened.signer.close()
    return 'none'
  } catch (error) {
    return error instanceof Error && 'reason' in error
      ? `${String(error.reason)}: ${error.message}`
      : String(error)
  }
}

const steps = (response: string) => `${base}submit: {path: /sign, response: ${response}}`
const body = (text: string) =>
  `${base}submit: {path: /sign, body: ${text}, response: {certificate: {path: cert}}}`
const vault = (settings: string) => `${base}preset: vault\nsettings: ${settings}`

test.each([
  ['nothing wrong', base + submit, /^none$/],
  ['no YAML', 'a: [', /InvalidConfig: pki.yaml: it is not YAML \(/],
  ['a list', '- a', /it is not a map/],
  ['two documents', 'a: 1\n---\nb: 2', /it is not YAML \(MULTIPLE_DOCS/],
  ['a key twice', `${base}${base}${submit}`, /it is not YAML \(DUPLICATE_KEY/],
  ['an alias', `${base}a: &a 1\nb: *a\n`, /has aliases, or nests too deeply/],
  ['a deep nest', `a: ${'['.repeat(20_000)}`, /it is not YAML/],
  ['a large text', `a: ${'x'.repeat(300_000)}`, /it is over 256 KiB/],
  ['no certificate anywhere', `${base}submit: {path: /}`, /submit.response.certificate is missing/],
  ['an order without an id', `${base}${submit}poll: {path: /}`, /submit.response.id is missing/],
  [
    'waiting and no poll',
    steps('{rules: [{status: 202, is: pending}], certificate: {path: a}}'),
    /has pending, but/,
  ],
  ['an unknown key', `${base}${submit}extra: 1`, /pki.yaml: it has an unknown key "extra"/],
  ['no baseURL', submit, /baseURL is not string, or is missing/],
  ['no submit', base, /submit is not object, or is missing/],
  ['a wrong path', steps('{certificate: {path: "a..b"}}'), /submit.response.certificate.path is not a path/],
  [
    'two places',
    steps('{certificate: {path: a, header: b}}'),
    /submit.response.certificate needs one of path/,
  ],
  [
    'an encoding',
    steps('{certificate: {path: a, encoding: zip}}'),
    /certificate.encoding is none of pem, base64-pem/,
  ],
  ['a status', steps('{rules: [{status: 9xx, is: retry}]}'), /submit.response.rules.0.status/],
  ['an outcome', steps('{rules: [{status: 404, is: fine}]}'), /rules.0.is is none of success, pending/],
  ['a rule of nothing', steps('{rules: [{is: retry}]}'), /rules.0 needs status or when/],
  ['a pattern', steps('{id: {path: a, pattern: "("}}'), /submit.response.id.pattern is not a pattern/],
  ['a pattern of no group', steps('{id: {path: a, pattern: "a+"}}'), /id.pattern is not a pattern/],
  ['a large pattern', steps('{id: {path: a, pattern: "((a{100}){100})"}}'), /id.pattern is not a pattern/],
  ['a duration', `${base}${submit}retryWindow: 1 day`, /retryWindow is not a duration/],
  ['a timeout too long', `${base}${submit}timeouts: {request: 2h}`, /timeouts.request is not a duration/],
  ['our own header', `${base}submit: {path: /, headers: {Host: a}}`, /submit.headers.Host/],
  ['a body and a form', `${base}submit: {path: /, body: {}, form: {}}`, /body, form and rawBody exclude/],
  ['a path and a url', `${base}submit: {path: /, url: "https://a.example.com/"}`, /submit needs one of path/],
  [
    'a query in a path',
    `${base}submit: {path: "/a?b=c", response: {certificate: {path: c}}}`,
    /submit.path has a query or fragment/,
  ],
  [
    'a relative path',
    `${base}submit: {path: a, response: {certificate: {path: c}}}`,
    /submit.path does not begin with a slash/,
  ],
  [
    'a way up',
    `${base}submit: {path: /a/../b, response: {certificate: {path: c}}}`,
    /submit.path has a segment that leads elsewhere/,
  ],
  [
    'an encoded way up',
    `${base}submit: {path: /a/%2e%2E/b, response: {certificate: {path: c}}}`,
    /leads elsewhere/,
  ],
  ['no template', body('{a: "{{ .csr.pem"}'), /submit.body.a is not a template that works here: line 1/],
  ['an unknown variable', body('{a: "{{ .nope }}"}'), /submit.body.a .*no entry for key "nope"/],
  ['an unknown field', body('{a: ["{{ .csr.nope }}"]}'), /submit.body.a.0 .*no entry for key "nope"/],
  ['an unknown function', body('{a: "{{ nope }}"}'), /submit.body.a .*nope/],
  ['too few arguments', body('{a: "{{ join }}"}'), /submit.body.a .*wrong number of args/],
  ['an unknown value', body('{a: {$value: nope}}'), /submit.body.a.\$value names no variable; "nope"/],
  ['a value of a prototype', body('{a: {$value: constructor}}'), /names no variable/],
  ['an unknown $', body('{a: {$nope: b}}'), /submit.body.a.\$nope is none of/],
  ['a $ in company', body('{a: {$value: isCA, b: c}}'), /\$value must stand alone/],
  [
    'a key without a Secret',
    body('{a: "{{ .secrets.token }}"}'),
    /submit.body.a needs key "token", but there is no/,
  ],
  ['a preset', `${base}preset: nope`, /pki.yaml: preset is none of .*vault/],
  ['a step beside a preset', `${vault('{role: a, auth: {token: {}}}')}\n${submit}`, /unknown key "submit"/],
  ['no auth', vault('{role: a}'), /settings.auth is not object, or is missing/],
  ['two kinds of auth', vault('{role: a, auth: {token: {}, appRole: {}}}'), /settings.auth needs one of/],
  ['no role', vault('{auth: {token: {}}}'), /settings.role is missing/],
  [
    'a mount that leads',
    vault('{role: a, mount: ../sys, auth: {token: {}}}'),
    /settings.mount is not the path/,
  ],
  [
    'an unknown setting',
    vault('{role: a, auth: {token: {}}, rolle: b}'),
    /settings has an unknown key "rolle"/,
  ],
  [
    'tls of two CAs',
    `${base}${submit}tls: {caBundle: a, caBundleRef: {name: b}}`,
    /tls caBundle and caBundleRef/,
  ],
  ['an old TLS', `${base}${submit}tls: {minVersion: "1.1"}`, /tls.minVersion is none of 1.2, 1.3/],
])('a configuration with %s: %#', async (_name, yaml, words) => {
  expect(await refusalOf(yaml)).toMatch(words)
})

test('a key that the Secret lacks is named with the template that wants it', async () => {
  const yaml = vault('{role: a, auth: {token: {key: my-token}}}')

  expect(await refusalOf(yaml, { other: 'x' })).toMatch(
    /login.headers.X-Vault-Token needs key "my-token" in the Secret that authSecretRef names/,
  )
})

test('a missing pki.yaml is told', async () => {
  const opening = openPki({ yaml: '' })

  await expect(opening).rejects.toThrow('pki.yaml: it is not a map')
})

// S9: nothing that a user writes leads where it may not.
test.each([
  'http://pki.example.com',
  'https://user:pass@pki.example.com',
  'https://pki.example.com/#x',
  'https://pki.example.com/?x=y',
  'https://127.0.0.1',
  'https://0x7f.1',
  'https://[::ffff:127.0.0.1]',
  'https://169.254.169.254',
  'https://[fd00:ec2::254]',
  'https://10.96.0.1',
  'https://kubernetes.default.svc',
  'ftp://pki.example.com',
  'pki.example.com',
  'https://{{ .commonName }}',
])('baseURL %s is InvalidConfig', async (url) => {
  expect(await refusalOf(`baseURL: "${url}"\n${submit}`)).toMatch(
    /^InvalidConfig: pki.yaml: baseURL cannot be used: (it|its|host|the scheme) /,
  )
})

test.each([
  'https://{{ .commonName }}/sign',
  'https://pki{{ .commonName }}/sign',
  'https://pki.example.com{{ .id }}',
  'https://pki.example.com:{{ .id }}/',
  'https://pki.example.com\\@evil.example/',
  'https://a@pki.example.com/',
  '{{ .scheme }}://pki.example.com/',
  'https://169.254.169.254/{{ .commonName }}',
  'https://localhost@169.254.169.254/',
  '//evil.example/',
])('a url of a step may not be %s', async (url) => {
  const yaml = `${base}submit: {url: '${url}', response: {certificate: {path: cert}}}`

  expect(await refusalOf(yaml)).toMatch(/^InvalidConfig: .*submit.url/)
})
