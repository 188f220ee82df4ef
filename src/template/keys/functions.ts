import { FunctionError } from '../error.ts'
import { type Functions, fn, slow } from '../function.ts'
import { decryptAes, encryptAes } from './aes.ts'
import { bcryptHash, htpasswd } from './bcrypt.ts'
import { certificateFunctions } from './certificate-functions.ts'
import { derivePassword } from './derive-password.ts'
import { newPrivateKeyPem } from './generate-key.ts'
import { pemFunctions } from './pem-functions.ts'
import { pkcs12Functions } from './pkcs12-functions.ts'
import { rsaDecrypt } from './rsa-decrypt.ts'

/** Functions of keys, certificates, passwords and encryption: ESO's own and sprig's. */
export const keyFunctions: Functions = {
  ...pemFunctions,
  ...pkcs12Functions,
  ...certificateFunctions,
  rsaDecrypt: fn(['string', 'string', 'string', 'string'], ([scheme, hash, text, key], env) => {
    env.budget.allocate(4 * (text.length + key.length))
    return rsaDecrypt({ scheme, hash, text, key })
  }),
  getSecretKey: fn(['string', 'string', 'string'], () => {
    throw new FunctionError('reads Secrets of any namespace, which no template may: use spec.data instead')
  }),
  encryptAES: fn(['string', 'string'], ([password, text], env) => encryptAes(password, text, env)),
  decryptAES: fn(['string', 'string'], ([password, text], env) => decryptAes(password, text, env)),
  bcrypt: slow(fn(['string'], ([password], env) => bcryptHash(password, env))),
  htpasswd: slow(fn(['string', 'string'], ([user, password], env) => htpasswd(user, password, env))),
  genPrivateKey: slow(fn(['string'], ([kind], env) => newPrivateKeyPem(kind, env))),
  derivePassword: slow(
    fn(['uint32', 'string', 'string', 'string', 'string'], ([counter, kind, password, user, site], env) =>
      derivePassword({ counter: Number(counter.value), kind, password, user, site }, env),
    ),
  ),
}
