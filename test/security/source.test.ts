import { globSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const shipped = globSync('src/**/*.ts').filter((it) => !it.endsWith('.test.ts'))

/** The files of such lines. */
function filesOf(lines: readonly string[]): readonly string[] {
  const files = new Set(lines.map((it) => it.slice(0, it.indexOf(':'))))
  return [...files].toSorted((a, b) => (a < b ? -1 : 1))
}

/** `file: line` of every line of what ships that matches; comments are lines too. */
function linesWith(pattern: RegExp, allowed: readonly string[] = []): string[] {
  return shipped
    .filter((file) => !allowed.includes(file))
    .flatMap((file) =>
      readFileSync(file, 'utf8')
        .split('\n')
        .filter((line) => pattern.test(line))
        .map((line) => `${file}: ${line.trim()}`),
    )
}

test('S23: nothing that ships makes code of text', () => {
  const code = /\beval\s*\(|new Function\b|\bFunction\(|node:vm|vm2|setTimeout\(\s*['"`]|\.constructor\(/

  expect(linesWith(code)).toEqual([])
})

test('S23: nothing that ships starts a program', () => {
  // A kubeconfig of a developer may name a credential plugin; client-node starts it, and no pod has one.
  expect(linesWith(/child_process|node:cluster|execa|process\.binding|\bspawn\(|\bexecFile\(/)).toEqual([])
})

test('S23: modules are named in the source, never by what somebody wrote into an object', () => {
  expect(linesWith(/\bimport\((?!\s*['"])|\brequire\((?!\s*['"])|createRequire/)).toEqual([])
})

test('S23: the one thread that is started runs our own file', () => {
  expect(linesWith(/new Worker\(/).map((it) => it.split(':')[0])).toEqual(['src/template/worker-thread.ts'])
})

test('S27: verification of TLS is switched off nowhere but where a kubeconfig or an issuer says so, or more is verified', () => {
  const off = linesWith(/rejectUnauthorized: false|NODE_TLS_REJECT_UNAUTHORIZED\b(?!\))/)

  expect(filesOf(off)).toEqual([
    // A replica must show the very certificate of its twin, byte by byte; nothing is sent before.
    'src/notice/forward.ts',
    // Clients with a bad certificate may still show a token; `authorized` is asked for each request.
    'src/notice/server.ts',
    // `insecureSkipVerify` of an issuer, which its condition and an Event tell of (TLSVerificationOff).
    'src/signer/pki/tls-material.ts',
  ])
  expect(linesWith(/rejectUnauthorized: !/)).toEqual([
    'src/kube/connector.ts: rejectUnauthorized: !skipTlsVerify,',
  ])
})

test('S30: nothing that ships opens an inspector or writes a dump', () => {
  expect(linesWith(/node:inspector|writeHeapSnapshot|process\.report|heapdump|diagnostics_channel/)).toEqual(
    [],
  )
})

/** What each file makes digests of. Templates may call for any digest of what is given to them; that is what they are for. */
const digested: Readonly<Record<string, string>> = {
  'src/akeyless/aws-signature.ts': 'a request, with a key of AWS, as AWS asks',
  'src/akeyless/digests.ts': 'credentials, with a random key',
  'src/akeyless/gateways.ts': 'a CA',
  'src/akeyless/item-facts.ts': 'tags',
  'src/akeyless/item-versions.ts': 'names and versions of items',
  'src/akeyless/session.ts': 'an identity, in which credentials are such digests',
  'src/externalsecret/draw.ts': 'a UID',
  'src/externalsecret/lease-inputs.ts': 'a spec and versions; values with a random key',
  'src/externalsecret/lease-mark.ts': 'the id of a lease',
  'src/externalsecret/names.ts': 'names',
  'src/externalsecret/refresh.ts': 'labels, annotations and versions',
  'src/externalsecret/restart-patch.ts': 'a name',
  'src/externalsecret/template-sources.ts': 'versions of objects',
  'src/externalsecret/vanishing.ts': 'names of items',
  'src/externalsecret/versions.ts': 'versions of items',
  'src/issuer/issuer-inputs.ts': 'a ConfigMap, and the version of a Secret',
  'src/notice/access.ts': 'a body, with a key that replicas share; texts that are compared and forgotten',
  'src/runtime/events.ts': 'what an Event says and of whom',
  'src/runtime/metrics-access.ts': 'tokens of scrapers, with a random key',
  'src/signer/pki/step-token.ts': 'a public key, and a CSR',
  'src/signer/pki/tls-material.ts': 'certificates and their keys, with a random key',
  'src/signer/pki/variables.ts':
    'a UID, with all credentials as the key: a password, which goes to the PKI alone',
  'src/signer/x509/key-id.ts': 'a public key',
  'src/std/seeded-random.ts': 'a seed',
}

test('S31: digests are made of names, versions and public things; of a credential only with a key', () => {
  const lines = linesWith(
    /createHash\(|createHmac\(|hash\('/,
    shipped.filter((it) => it.startsWith('src/template/')),
  )
  const files = filesOf(lines)

  expect(files).toEqual(Object.keys(digested))
})

test('S38: outside templates nothing depends on MD5 or SHA-1', () => {
  const refusals = ['src/signer/x509/csr-signature.ts', 'src/signer/x509/csr.ts']
  const templates = shipped.filter((it) => it.startsWith('src/template/'))

  expect(linesWith(/md5|sha-?1\b/i, [...templates, ...refusals, 'src/signer/x509/key-id.ts'])).toEqual([])
  expect(linesWith(/create(Hash|Hmac)\((?!'sha(3-)?(224|256|384|512)')/, templates)).toEqual([])
})

test('S40: no server of ours is made but those with limits', () => {
  const files = filesOf(linesWith(/createServer\(/))

  expect(files).toEqual(['src/notice/server.ts', 'src/runtime/http.ts'])
  for (const limit of ['maxHeaderSize', 'requestTimeout', 'connectionsCheckingInterval', 'maxConnections']) {
    expect(filesOf(linesWith(new RegExp(`\\b${limit}\\b`)))).toEqual(expect.arrayContaining([...files]))
  }
})
