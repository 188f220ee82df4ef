import { type GoString, Opaque, type Value } from '../value/value.ts'

/** What sprig's certificate functions give: a certificate and its private key, both in PEM. */
export class CertificatePair extends Opaque {
  static readonly type = 'sprig.certificate'
  readonly type = CertificatePair.type
  readonly kind = 'struct'
  readonly certificate: GoString
  readonly key: GoString

  constructor(certificate: GoString, key: GoString) {
    super()
    this.certificate = certificate
    this.key = key
  }

  override fields(): ReadonlyMap<GoString, Value> {
    return new Map([
      ['Cert', this.certificate],
      ['Key', this.key],
    ])
  }
}
