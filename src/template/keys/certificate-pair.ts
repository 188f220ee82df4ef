import { goString } from '../value/bytes.ts'
import { GoMap, type GoString, type Method, Opaque, type Value } from '../value/value.ts'

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

  text(): GoString {
    return `{${this.certificate} ${this.key}}`
  }

  field(name: GoString): Value | undefined {
    return this.#fields().get(name)
  }

  method(): Method | undefined {
    return undefined
  }

  /** Both fields under their own names, as encoding/json writes a struct. */
  jsonForm(): Value {
    return new GoMap('map[string]string', this.#fields())
  }

  #fields(): Map<GoString, Value> {
    return new Map([
      [goString('Cert'), this.certificate],
      [goString('Key'), this.key],
    ])
  }
}
