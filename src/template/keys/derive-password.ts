import { createHmac, scryptSync } from 'node:crypto'
import { FunctionError } from '../error.ts'
import type { Env } from '../function.ts'
import { bytesOf } from '../value/bytes.ts'
import type { GoString } from '../value/value.ts'

/** Master Password's algorithm (Billemont, version 3): what a password of each kind looks like, letter by letter. */
const shapes: ReadonlyMap<string, readonly string[]> = new Map([
  ['maximum', ['anoxxxxxxxxxxxxxxxxx', 'axxxxxxxxxxxxxxxxxno']],
  ['long', longShapes()],
  ['medium', ['CvcnoCvc', 'CvcCvcno']],
  ['short', ['Cvcn']],
  ['basic', ['aaanaaan', 'aannaaan', 'aaannaaa']],
  ['pin', ['nnnn']],
])

const vowels = 'AEIOU'
const consonants = 'BCDFGHJKLMNPQRSTVWXYZ'
const letters = `${vowels}${vowels.toLowerCase()}${consonants}${consonants.toLowerCase()}`
const numerals = '0123456789'

const classes: Readonly<Record<string, string>> = {
  V: vowels,
  C: consonants,
  v: vowels.toLowerCase(),
  c: consonants.toLowerCase(),
  a: letters,
  n: numerals,
  o: "@&%?,=[]_:-+*$#!'^~;()/.",
  x: `${letters}${numerals}!@#$%^&*()`,
}

const purpose = Buffer.from('com.lyndir.masterpassword')

export interface SiteRequest {
  readonly counter: number
  readonly kind: GoString
  readonly password: GoString
  readonly user: GoString
  readonly site: GoString
}

/** The password of a site. Throws FunctionError for an unknown kind of password; `eso`: says so instead. */
export function derivePassword({ counter, kind, password, user, site }: SiteRequest, env: Env): GoString {
  const ofKind = shapes.get(kind)
  if (ofKind === undefined) return unknownKind(kind, env)
  const salt = Buffer.concat([purpose, counted(user)])
  const key = scryptSync(bytesOf(password), salt, 64, { N: 32_768, r: 8, p: 2, maxmem: 64 * 1024 * 1024 })
  const seed = createHmac('sha256', key)
    .update(purpose)
    .update(counted(site))
    .update(uint32(counter))
    .digest()
  const shape = ofKind[(seed[0] ?? 0) % ofKind.length] ?? ''
  return Array.from(shape, (letter, index) => pick(classes[letter] ?? '', seed[index + 1] ?? 0)).join('')
}

const pick = (characters: string, byte: number): string => characters.charAt(byte % characters.length)
const counted = (text: GoString): Buffer => Buffer.concat([uint32(text.length), bytesOf(text)])

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

function unknownKind(kind: GoString, env: Env): GoString {
  if (env.compat === 'eso') return `cannot find password template ${kind}`
  throw new FunctionError(`knows the kinds of password ${[...shapes.keys()].join(', ')}`)
}

/** Three words of four letters with a number and a sign after one of them; words with and without two consonants. */
function longShapes(): readonly string[] {
  const words = [
    'CvcvCvcvCvcv',
    'CvccCvcvCvcv',
    'CvcvCvccCvcv',
    'CvcvCvcvCvcc',
    'CvccCvccCvcv',
    'CvcvCvccCvcc',
    'CvccCvcvCvcc',
  ]
  return words.flatMap((word) => [4, 8, 12].map((at) => `${word.slice(0, at)}no${word.slice(at)}`))
}
