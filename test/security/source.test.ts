import { globSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const shipped = globSync('src/**/*.ts').filter((it) => !it.endsWith('.test.ts'))

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

test('S27: verification of TLS is switched off nowhere but where a kubeconfig says so', () => {
  expect(linesWith(/rejectUnauthorized: false|NODE_TLS_REJECT_UNAUTHORIZED\b(?!\))/)).toEqual([])
  expect(linesWith(/rejectUnauthorized: !/)).toEqual([
    'src/kube/connector.ts: rejectUnauthorized: !skipTlsVerify,',
  ])
})

test('S30: nothing that ships opens an inspector or writes a dump', () => {
  expect(linesWith(/node:inspector|writeHeapSnapshot|process\.report|heapdump|diagnostics_channel/)).toEqual(
    [],
  )
})

test('S31: digests are made of names, versions and public things; of a credential only with a random key', () => {
  // Templates may call for any digest of what is given to them; that is what they are for.
  const rooms = linesWith(
    /createHash\(|createHmac\(|hash\('/,
    shipped.filter((it) => it.startsWith('src/template/')),
  )
  const files = [...new Set(rooms.map((it) => it.split(':')[0] ?? ''))].toSorted()

  expect(files).toEqual([
    'src/akeyless/aws-signature.ts',
    'src/akeyless/digests.ts',
    'src/akeyless/gateways.ts',
    'src/akeyless/session.ts',
    'src/externalsecret/names.ts',
    'src/externalsecret/refresh.ts',
    'src/externalsecret/template-sources.ts',
    'src/externalsecret/vanishing.ts',
  ])
})

test('S38: outside templates nothing depends on MD5 or SHA-1', () => {
  expect(
    linesWith(
      /md5|sha-?1\b/i,
      shipped.filter((it) => it.startsWith('src/template/')),
    ),
  ).toEqual([])
})

test('S40: no server of ours is made but the one with limits', () => {
  expect(linesWith(/createServer\(/).map((it) => it.split(':')[0])).toEqual(['src/runtime/http.ts'])
})
