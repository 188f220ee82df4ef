// Preloaded into the manager: a Node whose OpenSSL knows only what FIPS 140-3 approves refuses MD5 and SHA-1 in this way.
// The binary from npm has no FIPS provider to load.
import crypto from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'

const refused = /^(md4|md5|rsa-md5|ripemd\w*|sha-?1|rsa-sha1)$/i

for (const name of ['createHash', 'createHmac', 'hash', 'createSign', 'createVerify'] as const) {
  const original = crypto[name] as (algorithm: string, ...rest: unknown[]) => unknown
  const guarded = (algorithm: string, ...rest: unknown[]) => {
    if (refused.test(algorithm))
      throw Object.assign(new Error('unsupported'), { code: 'ERR_OSSL_EVP_UNSUPPORTED' })
    return original(algorithm, ...rest)
  }
  Object.assign(crypto, { [name]: guarded })
}
syncBuiltinESMExports()
