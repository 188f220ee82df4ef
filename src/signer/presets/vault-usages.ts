/** Vault's words for key usages, by cert-manager's. */
export const vaultKeyUsages: Readonly<Record<string, string>> = {
  signing: 'DigitalSignature',
  'digital signature': 'DigitalSignature',
  'content commitment': 'ContentCommitment',
  'key encipherment': 'KeyEncipherment',
  'key agreement': 'KeyAgreement',
  'data encipherment': 'DataEncipherment',
  'cert sign': 'CertSign',
  'crl sign': 'CRLSign',
  'encipher only': 'EncipherOnly',
  'decipher only': 'DecipherOnly',
}

/** The same for extended key usages. */
export const vaultExtendedKeyUsages: Readonly<Record<string, string>> = {
  any: 'Any',
  'server auth': 'ServerAuth',
  'client auth': 'ClientAuth',
  'code signing': 'CodeSigning',
  'email protection': 'EmailProtection',
  's/mime': 'EmailProtection',
  'ipsec end system': 'IPSECEndSystem',
  'ipsec tunnel': 'IPSECTunnel',
  'ipsec user': 'IPSECUser',
  timestamping: 'TimeStamping',
  'ocsp signing': 'OCSPSigning',
  'microsoft sgc': 'MicrosoftServerGatedCrypto',
  'netscape sgc': 'NetscapeServerGatedCrypto',
}
