import { createHmac } from 'node:crypto'
import type { Redacted } from '../../std/redacted.ts'
import type { Input } from '../../template/render-options.ts'
import type { IssuerRef, SigningRequest } from '../signer.ts'
import type { CsrFacts } from './csr-facts.ts'
import { durationForms, notAfterForms } from './durations.ts'
import type { Data } from './template-set.ts'

type Credentials = ReadonlyMap<string, Redacted<Uint8Array>>

/** What is the same for every step of an issuer. */
export interface IssuerFacts {
  readonly issuer: IssuerRef
  readonly credentials: Credentials | undefined
  readonly usageMaps: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** Which of the variables that cost something a template of any step may name: no other is made. */
  readonly named: ReadonlySet<string>
}

/** The variables of steps that speak of no request: login and health. */
export function issuerVariables(facts: IssuerFacts, random: () => string): Data {
  const { issuer, credentials = new Map(), named } = facts
  const { kind, namespace = '', name, uid } = issuer
  return new Map<string, Input>([
    ['issuer', mapOf({ kind, namespace, name, uid })],
    ['secrets', new Map([...credentials].map(([key, it]) => [key, withoutNewline(it.reveal())]))],
    ...(named.has('random') ? [['random', random()] as const] : []),
  ])
}

/** The variables that a request gives. */
export function requestVariables(
  request: SigningRequest,
  facts: CsrFacts,
  { usageMaps, credentials, named }: IssuerFacts,
  nowMs: number,
): Data {
  const { durationSeconds, isCA, uid, name, namespace = '' } = request
  const usages = usagesOf(request)
  const maps = Object.entries(usageMaps).map(([key, map]) => [key, mapped(usages, map)] as const)
  return new Map<string, Input>([
    ...facts,
    ['duration', durationForms(durationSeconds)],
    ['notAfter', notAfterForms(nowMs, durationSeconds)],
    ['isCA', isCA],
    ['usages', usages],
    ['usageMaps', new Map<string, Input>(maps)],
    [
      'request',
      new Map<string, Input>([
        ...mapOf({ name, namespace, uid }),
        ['annotations', ourAnnotations(request.annotations)],
      ]),
    ],
    ...(named.has('requestSecret') ? [['requestSecret', secretOf(uid, credentials)] as const] : []),
  ])
}

/** cert-manager's own defaults where a request names none. */
function usagesOf({ usages, isCA }: SigningRequest): readonly string[] {
  if (usages.length > 0) return usages
  return ['digital signature', 'key encipherment', ...(isCA ? ['cert sign'] : [])]
}

/** The same words may stand for several usages; a PKI hears each once. */
function mapped(usages: readonly string[], map: Readonly<Record<string, string>>): readonly string[] {
  return [...new Set(usages.flatMap((it) => (Object.hasOwn(map, it) ? (map[it] ?? []) : [])))]
}

const prefix = 'external-issuer.io/'

/** Other annotations may hold anything, and who may write them was not asked whether a PKI may see them. */
function ourAnnotations(annotations: Readonly<Record<string, string>>): ReadonlyMap<string, Input> {
  const ours = Object.entries(annotations).filter(([key]) => key.startsWith(prefix))
  return new Map(ours.map(([key, value]) => [key.slice(prefix.length), value]))
}

/** The key of a Secret from which secrets of requests are made, so that they outlive a rotation of its other keys. */
const secretKey = 'request-secret'

/** What nobody can tell without the credentials, and every step of one request can: the password of an enrolment. */
function secretOf(uid: string, credentials: Credentials = new Map()): string {
  const hmac = createHmac('sha256', 'keyferry request secret')
  const lasting = credentials.get(secretKey)
  const used = lasting === undefined ? [...credentials] : [[secretKey, lasting] as const]
  for (const [key, value] of used.toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    hmac.update(`${key}\0`).update(value.reveal()).update('\0')
  }
  return hmac.update(uid).digest('base64url')
}

/** Secrets made by `echo` end with a newline that nobody means. */
function withoutNewline(bytes: Uint8Array): Uint8Array {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (text.at(-1) !== 10) return bytes
  return text.subarray(0, text.at(-2) === 13 ? -2 : -1)
}

function mapOf(entries: Readonly<Record<string, Input>>): ReadonlyMap<string, Input> {
  return new Map(Object.entries(entries))
}
