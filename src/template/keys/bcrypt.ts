import { isUtf8 } from 'node:buffer'
import { encodeBase64, hashSync } from 'bcryptjs'
import { FunctionError } from '../error.ts'
import type { Env } from '../function.ts'
import { bytesOf, textOf } from '../value/bytes.ts'
import type { GoString } from '../value/value.ts'

/** What bcrypt takes of a password. */
const mostBytes = 72

/** The bcrypt hash of a password at Go's usual cost. Throws FunctionError when it is too long; `eso`: says so instead. */
export function bcryptHash(password: GoString, env: Env): GoString {
  if (password.length > mostBytes) return tooLong(env)
  if (!isUtf8(bytesOf(password))) throw new FunctionError('the password is not UTF-8')
  return hashSync(textOf(password), `$2a$10$${encodeBase64([...env.random(16)], 16)}`)
}

/** A line of an htpasswd file. Throws FunctionError for a user with a colon; `eso`: says so instead. */
export function htpasswd(user: GoString, password: GoString, env: Env): GoString {
  if (!user.includes(':')) return `${user}:${bcryptHash(password, env)}`
  if (env.compat === 'eso') return `invalid username: ${user}`
  throw new FunctionError('the user name has a colon')
}

function tooLong(env: Env): GoString {
  if (env.compat === 'eso')
    return 'failed to encrypt string with bcrypt: bcrypt: password length exceeds 72 bytes'
  throw new FunctionError(`the password has more than ${mostBytes} bytes`)
}
