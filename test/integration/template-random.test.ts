import { X509Certificate } from 'node:crypto'
import bcrypt from 'bcryptjs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from '../manager/eventually.ts'
import { bothEngines, type RenderText } from '../template/both-engines.ts'
import { type GoEngine, startGoEngine } from '../template/go-engine.ts'

let engine: GoEngine
let ours: RenderText
let theirs: RenderText

beforeAll(async () => {
  engine = await startGoEngine()
  const both = bothEngines(engine)
  ours = both.ours
  theirs = both.theirs
})
afterAll(async () => {
  await engine[Symbol.asyncDispose]()
})

test.each([
  ['randAlphaNum 32', /^[A-Za-z0-9]{32}$/],
  ['randAlpha 32', /^[A-Za-z]{32}$/],
  ['randNumeric 32', /^[0-9]{32}$/],
  ['randAscii 40', /^[ -~]{40}$/],
  ['randAlphaNum 0', /^$/],
  ['randBytes 16', /^[A-Za-z0-9+/]{22}==$/],
  ['randBytes 0', /^$/],
  ['randInt 5 7', /^[56]$/],
  ['uuidv4', /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/],
  ['shuffle "aab" | len', /^3$/],
  ['bcrypt "x"', /^\$2a\$10\$[./A-Za-z0-9]{53}$/],
  ['htpasswd "user" "x"', /^user:\$2a\$10\$[./A-Za-z0-9]{53}$/],
  ['htpasswd "a:b" "x"', /^invalid username: a:b$/],
  ['encryptAES "secret" "text" | b64dec | len', /^32$/],
  ['now | date "2006"', /^20[0-9]{2}$/],
  ['date "2006-01-02T15" "no date"', /^20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]$/],
  ['ago now', /^0s$/],
  ['kindOf now', /^struct$/],
  ['typeOf now', /^time.Time$/],
])('%s has the same form in both engines', async (pipeline, form) => {
  const [mine, real] = await Promise.all([ours(`{{ ${pipeline} }}`), theirs(`{{ ${pipeline} }}`)])
  expect(real).toMatch(form)
  expect(mine).toMatch(form)
})

test('random text is another one each time', async () => {
  const made = await ours('{{ range until 50 }}{{ randAlphaNum 16 }} {{ end }}')
  expect(new Set(made.trim().split(' ')).size).toBe(50)
})

test('shuffle keeps the characters', async () => {
  const made = await ours('{{ shuffle "abcdé" }}')
  expect(Array.from(made).toSorted().join('')).toBe('abcdé')
})

test('a password is what its bcrypt says in both engines', async () => {
  for (const render of [ours, theirs]) {
    const [user, hash = ''] = (await render('{{ htpasswd "user" "pässword" }}')).split(':')
    expect(user).toBe('user')
    expect(await bcrypt.compare('pässword', hash)).toBe(true)
    expect(await bcrypt.compare('password', hash)).toBe(false)
  }
})

test('what one engine encrypts the other decrypts', async () => {
  const text = 'sécret text of more than one block'
  const decrypt = '{{ decryptAES "key" .c }}'
  expect(await theirs(decrypt, { c: await ours('{{ encryptAES "key" .t }}', { t: text }) })).toBe(text)
  expect(await ours(decrypt, { c: await theirs('{{ encryptAES "key" .t }}', { t: text }) })).toBe(text)
})

const keyKinds = ['rsa', 'ecdsa', 'ed25519'] as const

test.each(keyKinds)(
  'a key of genPrivateKey "%s" is taken by the other engine',
  async (kind) => {
    const make = `{{ genPrivateKey "${kind}" }}`
    const use = '{{ (genSelfSignedCertWithKey "a.test" nil nil 1 .key).Cert }}'
    const [mine, real] = await Promise.all([ourKey(make), theirs(make)])
    expect(mine.split('\n')[0]).toBe(real.split('\n')[0])
    const fromMine = new X509Certificate(await theirs(use, { key: mine }))
    const fromReal = new X509Certificate(await ours(use, { key: real }))
    expect(fromMine.verify(fromMine.publicKey)).toBe(true)
    expect(fromReal.verify(fromReal.publicKey)).toBe(true)
  },
  120_000,
)

test('genPrivateKey "dsa" and an unknown kind give the same form', async () => {
  for (const kind of ['dsa', 'no']) {
    const make = `{{ genPrivateKey "${kind}" }}`
    const [mine, real] = await Promise.all([ourKey(make), theirs(make)])
    expect(mine.split('\n')[0]).toBe(real.split('\n')[0])
  }
}, 120_000)

/** Primes are found by luck, in a second or three: beside other work that may be more than the five of a template. */
function ourKey(make: string): Promise<string> {
  return eventually('a key is made in time', () => ours(make), 60_000)
}

test('certificates say the same in both engines', async () => {
  const make =
    '{{ $ca := genCA "my ca" 30 }}{{ $cert := genSignedCert "a.test" (list "10.0.0.1" "::1") (list "a.test" "*.b.test") 10 $ca }}' +
    '{{ $ca.Cert }}-{{ $ca.Key | trunc 31 }}-{{ $cert.Cert }}-{{ $cert.Key | trunc 31 }}'
  const [mine, real] = (await Promise.all([ours(make), theirs(make)])).map(certificatesOf)
  expect(mine).toEqual(real)
})

/** What two certificates say that is no key and no number; the second is signed by the first. */
function certificatesOf(text: string): unknown {
  const [ca, cert] = (text.match(/-----BEGIN CERT[^]*?END CERTIFICATE-----/g) ?? []).map(
    (it) => new X509Certificate(it),
  )
  if (ca === undefined || cert === undefined) throw new Error('there are no two certificates')
  return {
    headers: text.match(/-----BEGIN [A-Z ]+/g),
    signed: cert.verify(ca.publicKey) && cert.checkIssued(ca),
    each: [ca, cert].map((it) => ({
      subject: it.subject,
      issuer: it.issuer,
      names: it.subjectAltName,
      usage: it.keyUsage,
      isCa: it.ca,
      days: Math.round((Date.parse(it.validTo) - Date.parse(it.validFrom)) / 86_400_000),
      key: it.publicKey.asymmetricKeyType,
    })),
  }
}

test.each(['rsa', 'ecdsa'])('a PKCS#12 of one engine is read by the other: %s', async (kind) => {
  const pair = await theirs(
    `{{ with genSelfSignedCertWithKey "a.test" nil nil 1 (genPrivateKey "${kind}") }}{{ .Cert }}{{ .Key }}{{ end }}`,
  )
  const pem = { pem: pair }
  const split = '{{ $c := .pem | filterPEM "CERTIFICATE" }}{{ $k := .pem | replace $c "" }}'
  const read =
    '{{ .p | b64dec | pkcs12cert }}{{ .p | b64dec | pkcs12key }}|{{ .q | b64dec | pkcs12certPass "pw" }}{{ .q | b64dec | pkcs12keyPass "pw" }}'
  const plain = `${split}{{ pemToPkcs12 $c $k }}`
  const locked = `${split}{{ pemToPkcs12Pass $c $k "pw" }}`
  const mine = { p: await ours(plain, pem), q: await ours(locked, pem) }
  const real = { p: await theirs(plain, pem), q: await theirs(locked, pem) }
  const expected = await theirs(read, real)
  expect(await theirs(read, mine)).toBe(expected)
  expect(await ours(read, real)).toBe(expected)
  expect(await ours(read, mine)).toBe(expected)
})
