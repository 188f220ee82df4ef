import type { Input } from '../../template/render-options.ts'
import type { Csr } from '../x509/csr.ts'
import { csrForms } from '../x509/csr-forms.ts'
import { csrOf } from '../x509/load.ts'

/** What templates may know of a CSR: its forms, and the names in it. */
export type CsrFacts = ReadonlyMap<string, Input>

/** Attributes of a subject by the names that cert-manager gives them. */
const attributes: Readonly<Record<string, string>> = {
  organizations: 'O',
  organizationalUnits: 'OU',
  countries: 'C',
  provinces: 'ST',
  localities: 'L',
  streetAddresses: 'STREET',
  postalCodes: 'POSTALCODE',
}

/** The variables that a CSR gives. Throws SignFailure `Refused` when it cannot be used. */
export async function readCsrFacts(csrPem: string): Promise<CsrFacts> {
  return factsOf(await csrOf(csrPem))
}

function factsOf({ der, subject, asks }: Csr): CsrFacts {
  const values = (name: string) => subject.values.get(name) ?? []
  const { dns, email, ip, uri } = asks.names
  const { pem, base64Pem, base64Der, base64UrlDer, body } = csrForms(der)
  const lists = Object.entries(attributes).map(([name, short]) => [name, values(short)] as const)
  return new Map<string, Input>([
    ['csr', mapOf({ pem, pemBase64: base64Pem, der: base64Der, derBase64url: base64UrlDer, body })],
    ['commonName', values('CN').at(-1) ?? ''],
    ['subject', new Map<string, Input>([...lists, ['serialNumber', values('SERIALNUMBER').at(-1) ?? '']])],
    ['dnsNames', dns],
    ['ipAddresses', ip],
    ['uris', uri],
    ['emails', email],
  ])
}

/** What stands for a CSR where templates are tried out as a configuration is read. */
export const sampleFacts: CsrFacts = new Map<string, Input>([
  ['csr', mapOf({ pem: 'pem', pemBase64: 'cGVt', der: 'ZGVy', derBase64url: 'ZGVy', body: 'ZGVy' })],
  ['commonName', 'sample.example.com'],
  [
    'subject',
    new Map<string, Input>([
      ...Object.keys(attributes).map((it) => [it, ['sample']] as const),
      ['serialNumber', '1'],
    ]),
  ],
  ['dnsNames', ['sample.example.com']],
  ['ipAddresses', ['192.0.2.1']],
  ['uris', ['spiffe://example.com/sample']],
  ['emails', ['sample@example.com']],
])

function mapOf(entries: Readonly<Record<string, Input>>): ReadonlyMap<string, Input> {
  return new Map(Object.entries(entries))
}
