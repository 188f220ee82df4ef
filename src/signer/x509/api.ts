export { readCertificate } from './certificate.ts'
export { parseCsr } from './csr.ts'
export { commonName, issue } from './issue.ts'
