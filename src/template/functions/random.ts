import { FunctionError } from '../error.ts'
import { type Env, type Functions, fn, type GoFunction } from '../function.ts'
import { goString, runesOf } from '../value/bytes.ts'
import { type Int, int } from '../value/value.ts'

const digits = '0123456789'
const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
/** From the space to the tilde. */
const ascii = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).join('')

/** What nobody can foretell; every value of its range is as likely as the others. */
export const randomFunctions: Functions = {
  randAlphaNum: textFrom(digits + letters),
  randAlpha: textFrom(letters),
  randAscii: textFrom(ascii),
  randNumeric: textFrom(digits),
  randBytes: fn(['int'], ([count], env) => {
    const bytes = lengthOf(count)
    env.budget.step(bytes >> 6)
    env.budget.allocate(3 * bytes)
    return Buffer.from(env.random(bytes)).toString('base64')
  }),
  randInt: fn(['int', 'int'], ([min, max], env) => {
    if (max.value <= min.value) throw new FunctionError('needs a maximum above its minimum')
    return int(BigInt.asIntN(64, min.value + uniform(max.value - min.value, env)))
  }),
  shuffle: fn(['string'], ([text], env) => {
    env.budget.step(text.length)
    env.budget.allocate(8 * text.length)
    return goString(
      shuffled(
        Array.from(runesOf(text), (it) => it.rune),
        env,
      ),
    )
  }),
  uuidv4: fn([], (_, env) => uuid(Buffer.from(env.random(16)))),
}

/** A count below zero gives nothing, as in Go. */
function textFrom(alphabet: string): GoFunction {
  return fn(['int'], ([count], env) => {
    if (count.value <= 0n) return ''
    const length = lengthOf(count)
    env.budget.step(length)
    env.budget.allocate(length)
    return Array.from(indices(alphabet.length, length, env), (it) => alphabet.charAt(it)).join('')
  })
}

function lengthOf(count: Int): number {
  if (count.value < 0n) throw new FunctionError('needs a length that is not negative')
  return Number(count.value)
}

/** So many numbers below a bound of 256 at most; a byte that would favour the lower ones is thrown away. */
function* indices(bound: number, count: number, env: Env): Generator<number> {
  const fair = 256 - (256 % bound)
  for (let left = count; left > 0; ) {
    for (const byte of env.random(Math.min(1024, 2 * left))) {
      if (byte >= fair) continue
      yield byte % bound
      if (--left === 0) return
    }
  }
}

/** A number below a bound of 64 bits at most. */
function uniform(bound: bigint, env: Env): bigint {
  const fair = 2n ** 64n - (2n ** 64n % bound)
  for (;;) {
    env.budget.step()
    const drawn = Buffer.from(env.random(8)).readBigUInt64LE()
    if (drawn < fair) return drawn % bound
  }
}

function shuffled(runes: number[], env: Env): string {
  for (let last = runes.length - 1; last > 0; last--) {
    const other = Number(uniform(BigInt(last + 1), env))
    const kept = runes[last] ?? 0
    runes[last] = runes[other] ?? 0
    runes[other] = kept
  }
  return runes.map((it) => String.fromCodePoint(it)).join('')
}

/** RFC 9562: version 4, variant 10. */
function uuid(bytes: Buffer): string {
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}
