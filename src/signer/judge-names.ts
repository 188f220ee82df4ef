import { refusedAnswer } from './refused-answer.ts'
import type { CertificateFacts } from './x509/certificate.ts'
import type { Csr } from './x509/csr.ts'
import type { Names } from './x509/names.ts'
import type { Subject } from './x509/subject.ts'

interface NamedBy {
  readonly subject: Subject
  readonly names: Names
}

/**
 * Refuses a certificate with a name that its CSR does not ask for. A CA may write a common name among the alternative
 * names and the other way round, leave names out, and write other fields of the subject (O, OU, C...) after its
 * profile; what clients match (alternative names, mail addresses, a common name in one word) it may not add.
 * Throws SignFailure `Refused`.
 */
export function judgeNames(leaf: CertificateFacts, csr: Csr): void {
  const asked = askedBy({ subject: csr.subject, names: csr.asks.names })
  const granted = grantedBy({ subject: leaf.subject, names: leaf.grants.names })
  const added = granted.find((it) => !asked.allows(it) && (it.kind !== 'cn' || isOneWord(it.value)))
  if (added !== undefined) {
    throw refusedAnswer(`it adds the name ${shown(added)}, which the CSR does not ask for`)
  }
  if (asked.isAny && !granted.some(asked.allows)) {
    throw refusedAnswer('it has none of the names that the CSR asks for')
  }
}

/** Text of a name; of kinds without text the hexadecimal of its DER. */
interface GrantedName {
  readonly kind: 'text' | 'folded' | 'cn' | 'other'
  readonly value: string
}

function grantedBy({ subject, names }: NamedBy): GrantedName[] {
  const named = (kind: GrantedName['kind'], values: readonly string[]) =>
    values.map((value) => ({ kind, value }))
  return [
    ...named('folded', [...names.dns, ...names.email, ...valuesOf(subject, 'E')]),
    ...named('text', [...names.ip, ...names.uri]),
    ...named('cn', valuesOf(subject, 'CN')),
    ...named('other', names.other.map(hex)),
  ]
}

/** What a CSR allows. Case matters in URIs and does not in host names and mail addresses. */
function askedBy({ subject, names }: NamedBy): { isAny: boolean; allows: (name: GrantedName) => boolean } {
  const commonNames = valuesOf(subject, 'CN')
  const texts = new Set([...names.ip, ...names.uri, ...commonNames])
  const others = new Set(names.other.map(hex))
  const folded = new Set([...names.dns, ...names.email, ...valuesOf(subject, 'E')].map(fold))
  const foldedCommonNames = new Set(commonNames.map(fold))
  const allows = ({ kind, value }: GrantedName) => {
    if (kind === 'other') return others.has(value)
    if (kind === 'text') return texts.has(value)
    if (kind === 'cn') return texts.has(value) || folded.has(fold(value))
    return folded.has(fold(value)) || foldedCommonNames.has(fold(value))
  }
  return { isAny: texts.size + others.size + folded.size > 0, allows }
}

/** What could be a host, a user or an account; a sentence such as `Example Corp device` is matched by no client. */
function isOneWord(commonName: string): boolean {
  return !/\s/.test(commonName.trim())
}

function shown({ kind, value }: GrantedName): string {
  return kind === 'other' ? 'of another kind' : JSON.stringify(value.slice(0, 100))
}

function valuesOf(subject: Subject, name: string): readonly string[] {
  return subject.values.get(name) ?? []
}

function fold(text: string): string {
  return text.toLowerCase()
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
