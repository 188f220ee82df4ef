// The library's containers need the metadata API before they are loaded.
// oxlint-disable-next-line import/no-unassigned-import
import 'reflect-metadata'
import { Pkcs10CertificateRequest, SubjectAlternativeNameExtension } from '@peculiar/x509'

/** The DNS names of a CSR, and its common name. */
export function namesIn(csrPem: string): readonly string[] {
  const csr = new Pkcs10CertificateRequest(csrPem)
  const names = csr.extensions.flatMap((it) =>
    it instanceof SubjectAlternativeNameExtension ? it.names.toJSON() : [],
  )
  const dns = names.filter((it) => it.type === 'dns').map((it) => it.value)
  return [...new Set([...csr.subjectName.getField('CN'), ...dns])]
}
