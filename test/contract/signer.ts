import { inspect } from 'node:util'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { publish } from '../../src/signer/publish.ts'
import { SignFailure, type SignReason } from '../../src/signer/sign-failure.ts'
import type { SigningRequest, SignResult } from '../../src/signer/signer.ts'
import { loadX509 } from '../../src/signer/x509/load.ts'
import type { Mischief } from '../fakes/pki/authority.ts'
import type { Fault } from '../fakes/pki/faults.ts'
import { type OpenedSigner, type OpenOptions, openPki, signingRequest } from '../fakes/pki/open-signer.ts'
import type { Identity, PkiServer } from '../fakes/pki/server.ts'

/** A preset with its stand-in. */
export interface SignerUnderTest {
  readonly server: PkiServer
  /** Its yaml holds `request: 10s` under `timeouts`, which the suite shortens; polls 20 ms apart. */
  readonly open: OpenOptions
  /** What the path of the call that hands a CSR in holds, and no other path. */
  readonly submitPath: string
  /** How many CSRs came to be signed. */
  submits(): number
  /** How many logins came; absent where there is none to renew. */
  logins?(): number
  /** Ends every token at once. */
  revokeTokens?(): void
  /** True when the PKI knows a request that comes again, so that a cut submit says nothing bad. */
  readonly isIdempotent: boolean
  /** What of the credentials says who it is, and is in the audit record of a login. */
  readonly mayBeLogged?: readonly string[]
}

interface Case {
  readonly fault?: Fault
  readonly identity?: Identity
  readonly isDown?: boolean
  /** Waits for the limit of time, so that a short one is set. */
  readonly isLate?: true
  readonly reason: SignReason | 'Cut'
  readonly words: RegExp
  readonly retryAfterMs?: number
}

/** What is wrong with a server for every call to it. */
const everywhere: Readonly<Record<string, Case>> = {
  'the connection is refused': { isDown: true, reason: 'Unavailable', words: /connection is refused/ },
  'the CA is unknown': {
    identity: 'unknown-ca',
    reason: 'IssuerFault',
    words: /unknown CA|self-signed|names/,
  },
  'the certificate is for another name': {
    identity: 'wrong-name',
    reason: 'IssuerFault',
    words: /another host name/,
  },
}

/** What is wrong with the answer to a submit. */
const atSubmit: Readonly<Record<string, Case>> = {
  'nothing comes back': {
    fault: { kind: 'hang' },
    isLate: true,
    reason: 'Cut',
    words: /no answer in time/,
  },
  'the answer is later than the limit': {
    fault: { kind: 'slow', ms: 4000 },
    isLate: true,
    reason: 'Cut',
    words: /no answer in time/,
  },
  'the connection is cut after the work': {
    fault: { kind: 'cut-after-receipt' },
    reason: 'Cut',
    words: /connection was cut/,
  },
  'the answer is cut short': { fault: { kind: 'cut-body' }, reason: 'Cut', words: /cut short/ },
  'the JSON ends too early': { fault: { kind: 'truncated' }, reason: 'Cut', words: /holds no certificate/ },
  'the answer is huge': { fault: { kind: 'huge' }, reason: 'Cut', words: /over 1 MiB/ },
  'the answer is compressed': { fault: { kind: 'compressed' }, reason: 'Cut', words: /compressed/ },
  'a login page comes with 200': { fault: { kind: 'html' }, reason: 'Unavailable', words: /HTML page/ },
  'it is throttled': {
    fault: { kind: 'status', status: 429, retryAfter: '7' },
    reason: 'Unavailable',
    words: /status is 429/,
    retryAfterMs: 7000,
  },
  'it fails inside': {
    fault: { kind: 'status', status: 500 },
    reason: 'Unavailable',
    words: /status is 500/,
  },
  'it is not there for now': {
    fault: { kind: 'status', status: 503 },
    reason: 'Unavailable',
    words: /status is 503/,
  },
  'it does not accept us': {
    fault: { kind: 'status', status: 401 },
    reason: 'IssuerFault',
    words: /status is 401; the PKI does not accept/,
  },
  'it redirects': {
    fault: { kind: 'redirect', location: 'https://canary.example.com/' },
    reason: 'IssuerFault',
    words: /status is 307; .*not followed/,
  },
}

/** What every PKI must come to, whatever is wrong with it (research of cert-manager 5.8). */
export function signerContract(
  name: string,
  make: () => Promise<SignerUnderTest>,
  { hasTokens = true }: { readonly hasTokens?: boolean } = {},
): void {
  describe(`signer ${name}`, () => {
    let given: SignerUnderTest
    let opened: OpenedSigner
    beforeAll(async () => {
      given = await make()
      opened = await openPki({ ...given.open, yaml: withLimit(given.open.yaml, '20s') })
    })
    afterEach(() => mend(given))
    afterAll(async () => {
      await opened.signer.close()
      await given.server.down()
    })

    const options = () => ({ signal: AbortSignal.timeout(15_000), log: opened.log })
    const submit = (request: SigningRequest) => opened.signer.submit(request, options())

    /** The certificates, however long the PKI takes to decide. */
    async function sign(request: SigningRequest): Promise<readonly Uint8Array[]> {
      let result: SignResult = await submit(request)
      while (result.kind === 'pending') {
        await new Promise((resolve) => setTimeout(resolve, 20))
        result = await opened.signer.poll(request, result.id, options())
      }
      return result.certificates
    }

    async function published(request: SigningRequest) {
      const certificates = await sign(request)
      const csr = await (await loadX509()).parseCsr(request.csrPem)
      const { leniency } = opened.signer
      return publish(request, certificates, { nowMs: Date.now(), csr, leniency })
    }

    async function failureWithin2s(request: SigningRequest): Promise<SignFailure> {
      await using impatient = await openPki({ ...given.open, yaml: withLimit(given.open.yaml, '2s') })
      return await failureOf(impatient.signer.submit(request, { ...options(), log: impatient.log }))
    }

    test('passes the check, and says how', async () => {
      const { how, warnings } = await opened.signer.check(options())

      expect(how).toMatch(/health check|TCP/)
      expect(warnings).toEqual([])
    })

    test('signs what can be published: leaf and intermediate, and the root apart', async () => {
      const { certificatePem, caPem } = await published(await signingRequest())

      expect(certificatePem.match(/BEGIN CERTIFICATE/g)).toHaveLength(2)
      expect(caPem).toBe(given.server.authority.rootPem)
    })

    test('signs many at once, each once, with one login', async () => {
      const [submits, logins] = [given.submits(), given.logins?.() ?? 0]
      const requests = await Promise.all(Array.from({ length: 20 }, () => signingRequest()))

      const all = await Promise.all(requests.map(sign))

      expect(all.every((it) => it.length > 0)).toBe(true)
      expect(given.submits() - submits).toBe(20)
      expect((given.logins?.() ?? 0) - logins).toBeLessThanOrEqual(1)
    })

    // Where each call carries its credentials there is no token to renew.
    test.each(hasTokens ? ['a token'] : [])(
      '%s that ends is renewed by one login, and nobody notices',
      async () => {
        await sign(await signingRequest())
        const logins = given.logins?.() ?? 0
        given.revokeTokens?.()

        const requests = await Promise.all([1, 2, 3].map(() => signingRequest()))
        const all = await Promise.all(requests.map(sign))

        expect(all.every((it) => it.length > 0)).toBe(true)
        expect((given.logins?.() ?? 0) - logins).toBe(1)
      },
    )

    test.each(Object.entries(everywhere))('where %s, check and submit say so and heal', async (_, one) => {
      await arrange(given, one)
      const request = await signingRequest()

      const checked = await failureOf(opened.signer.check(options()))
      const submitted = await failureOf(submit(request))
      await mend(given)
      const healed = await opened.signer.check(options())
      const certificates = await sign(request)

      expectCase(checked, one, given)
      expectCase(submitted, one, given)
      expect([healed.how, certificates.length]).toEqual([expect.any(String), expect.any(Number)])
    })

    test.each(Object.entries(atSubmit))('where %s, submit says so and heals', async (_, one) => {
      await arrange(given, one)
      const request = await signingRequest()

      const failed = one.isLate ? await failureWithin2s(request) : await failureOf(submit(request))
      await mend(given)
      const certificates = await sign(request)

      expectCase(failed, one, given)
      expect(certificates.length).toBeGreaterThan(0)
    })

    test.each<[Mischief, RegExp]>([
      ['wrong-key', /key/],
      ['expired', /expired|valid/],
    ])('a certificate that is %s is never published', async (mischief, words) => {
      given.server.authority.mischief = mischief

      const failed = await failureOf(published(await signingRequest()))

      expect(failed.reason).toBe('Refused')
      expect(failed.message).toMatch(words)
    })

    test.each<Mischief>(['unordered', 'duplicated'])(
      'a chain that is %s is put in order',
      async (mischief) => {
        given.server.authority.mischief = mischief

        const { certificatePem, caPem } = await published(await signingRequest())

        expect(certificatePem.match(/BEGIN CERTIFICATE/g)).toHaveLength(2)
        expect(caPem).toBe(given.server.authority.rootPem)
      },
    )

    test('an aborted signal ends check and submit with its reason', async () => {
      const reason = new Error('enough')
      const aborted = { signal: AbortSignal.abort(reason), log: opened.log }

      await expect(opened.signer.check(aborted)).rejects.toBe(reason)
      await expect(opened.signer.submit(await signingRequest(), aborted)).rejects.toBe(reason)
    })

    test('no log line holds a credential, a token or a body, and no request a private key', () => {
      const secrets = secretsOf(given).filter((it) => given.mayBeLogged?.includes(it) !== true)
      expect(secrets.filter((it) => opened.logged().includes(it))).toEqual([])
      expect(opened.logged()).not.toContain('canary')
      expect(given.server.seen.filter((it) => it.body.includes('PRIVATE KEY'))).toEqual([])
    })
  })
}

/** The configuration with another limit for a request. */
function withLimit(yaml: string, limit: string): string {
  if (!/ request: \d+s|\{request: \d+s/.test(yaml)) throw new Error('the yaml has no timeouts.request')
  return yaml.replace(/request: \d+s/, `request: ${limit}`)
}

async function arrange({ server, submitPath }: SignerUnderTest, one: Case): Promise<void> {
  if (one.fault !== undefined) server.faults.add({ path: submitPath, ...one.fault })
  if (one.identity !== undefined) await server.show(one.identity)
  if (one.isDown === true) await server.down()
}

async function mend({ server }: SignerUnderTest): Promise<void> {
  server.faults.clear()
  server.authority.mischief = undefined
  await server.up()
  if (server.isShowing !== 'good') await server.show('good')
}

async function failureOf(work: Promise<unknown>): Promise<SignFailure> {
  const error: unknown = await work.then(
    () => undefined,
    (it: unknown) => it,
  )
  if (error instanceof SignFailure) return error
  throw error instanceof Error ? error : new Error('nothing failed')
}

function expectCase(
  failed: SignFailure,
  { reason, words, retryAfterMs }: Case,
  given: SignerUnderTest,
): void {
  const cut = given.isIdempotent ? 'Unavailable' : 'Unknown'
  expect([failed.message, failed.reason]).toEqual([
    expect.stringMatching(words),
    reason === 'Cut' ? cut : reason,
  ])
  expect(failed.retryAfterMs).toBe(retryAfterMs)
  expect(shownOf(failed)).not.toContain('canary')
  expect(secretsOf(given).filter((it) => shownOf(failed).includes(it))).toEqual([])
  expect(failed.message).toContain(`"127.0.0.1:${given.server.port}"`)
}

/** All that a log or a debugger would show of an error, causes too. */
function shownOf(error: Error): string {
  return inspect(error, { depth: 10, showHidden: true })
}

/** Credentials that are long enough to be told from other words. */
function secretsOf({ open }: SignerUnderTest): readonly string[] {
  return Object.values(open.credentials ?? {}).filter((it) => it.length > 8)
}
