import { createPublicKey, generateKeyPairSync, publicEncrypt } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TemplateError } from '../../src/template/error.ts'
import { Openssl } from '../fakes/template/openssl.ts'
import { renderedKeys } from '../fakes/template/rendered-keys.ts'
import { both, canary, fuzz } from './fuzz.ts'
import { mutated } from './mutated.ts'

let openssl: Openssl
let material: { cert: string; key: string; rsa: string; sealed: Buffer; p12: string; plainP12: string }

beforeAll(() => {
  openssl = new Openssl()
  openssl.key('a', 'EC', 'ec_paramgen_curve:P-256')
  openssl.certificate('a', undefined, ['subjectAltName=DNS:a.example.com,IP:10.0.0.1,URI:spiffe://a/b'])
  openssl.key('r', 'RSA', 'rsa_keygen_bits:1024')
  const p12 = (pass: string) => {
    openssl.run(
      'pkcs12',
      '-export',
      '-inkey',
      'a.key',
      '-in',
      'a.crt',
      '-passout',
      `pass:${pass}`,
      '-out',
      'a.p12',
    )
    return openssl.read('a.p12').toString('base64')
  }
  const [cert, key, rsa] = [openssl.text('a.crt'), openssl.text('a.key'), openssl.text('r.key')]
  const sealed = publicEncrypt({ key: createPublicKey(rsa), oaepHash: 'sha256' }, Buffer.from(canary))
  material = { cert, key, rsa, sealed, p12: p12(canary), plainP12: p12('') }
})
afterAll(() => openssl[Symbol.dispose]())

const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const jwk = (isPrivate: boolean) =>
  JSON.stringify((isPrivate ? pair.privateKey : pair.publicKey).export({ format: 'jwk' }))

const isTemplateError = (error: unknown) => error instanceof TemplateError

/** Templates that read `a`, what stands there before it is spoilt, and how often that is tried. */
const rows: readonly [template: string, seeds: () => readonly string[], runs: number][] = [
  ['{{ filterPEM "CERTIFICATE" .a }}', () => [material.cert, material.key + material.cert], 600],
  ['{{ filterCertChain "leaf" .a }}', () => [material.cert, material.cert + material.cert], 600],
  ['{{ certSANs .a }}', () => [material.cert], 600],
  ['{{ fromJson .a }}{{ fromYaml .a }}', () => [`{"p":"${canary}","l":[1,2.5e3]}`, `a: ${canary}\n`], 600],
  ['{{ jwkPublicKeyPem .a }}', () => [jwk(false)], 400],
  ['{{ jwkPrivateKeyPem .a }}', () => [jwk(true)], 400],
  ['{{ .a | b64dec }}{{ .a | b32dec }}', () => [Buffer.from(canary).toString('base64')], 400],
  ['{{ toDate "2006-01-02" .a }}', () => ['2026-01-02', canary], 400],
  ['{{ now | mustDateModify .a }}{{ duration .a }}', () => ['-1h30m', '95s'], 400],
  ['{{ urlParse .a }}', () => [`https://u:${canary}@h.example.com:80/p?q#f`], 600],
  ['{{ semver .a }}{{ semverCompare .a "1.2.3" }}', () => ['1.2.3-beta.1+b', '>=1.2 <2 || ~3.1'], 400],
  [
    '{{ regexFind .a "aaaaaaaaaaaaaaaaaaaaaaaaab" }}',
    () => ['(a+)+b', '(?i)x{2,5}[^a-c]\\pL', '(a|b|ab)*c'],
    600,
  ],
  ['{{ decryptAES "p" .a }}', () => [Buffer.from(canary.repeat(3)).toString('base64')], 300],
  ['{{ pkcs12key (b64dec .a) }}{{ pkcs12cert (b64dec .a) }}', () => [material.plainP12], 60],
  [`{{ pkcs12keyPass "${canary}" (b64dec .a) }}`, () => [material.p12], 60],
  ['{{ pemToPkcs12Pass .cert .a "pass" }}', () => [material.key], 60],
  ['{{ pemToPkcs12Pass .a .key "pass" }}', () => [material.cert], 60],
  ['{{ rsaDecrypt "RSA-OAEP" "SHA256" .sealed .a }}', () => [material.rsa, material.key], 300],
  ['{{ .a | fromJson | toYaml }}{{ .a | toJson | quote }}', () => [`{"__proto__":{"x":"${canary}"}}`], 400],
]

test.each(rows)('%s renders or is a TemplateError that shows nothing of it', (template, seeds, runs) => {
  expect(
    fuzz(mutated(...seeds()), (text) => renderedKeys(template, { ...material, a: text }), {
      isOwn: isTemplateError,
      runs,
      baseMs: 1500,
      msPerKilobyte: 40,
    }),
  ).toEqual(both)
})

test('a template’s own text is parsed or a TemplateError, whatever it is', () => {
  const templates = [
    '{{ range $i, $e := .a | splitList "," }}{{ if eq $i 0 }}{{ $e }}{{ else }}-{{ end }}{{ end }}',
    '{{ define "t" }}{{ . }}{{ end }}{{ template "t" .a }}{{- /* c */ -}}',
    '{{ with .a }}{{ printf "%q %v" . 1.5e3 }}{{ end }}{{ block "x" . }}{{ end }}',
  ]
  expect(
    fuzz(mutated(...templates), (text) => renderedKeys(text, { a: canary }), {
      isOwn: isTemplateError,
      runs: 2500,
      msPerKilobyte: 60,
    }),
  ).toEqual(both)
})
