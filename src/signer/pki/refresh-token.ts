import { setTimeout as sleep } from 'node:timers/promises'
import { Redacted } from '../../std/redacted.ts'
import type { SignerPorts } from '../signer.ts'
import type { RotatingToken } from './schema.ts'
import type { Data } from './template-set.ts'
import { wrong } from './wrong.ts'

/** What a read of the token is told of as, and known by. */
export const rotatingTokenPath = 'pki.yaml: refreshToken'

/** For a login and for what its answer says to be on record; nobody can cut it short. */
const timeLimitMs = 60_000
const tries = 5

/**
 * A refresh token that each login replaces and spends. It lies in a Secret of its own; what a login gives is on record
 * there before anything else is done with it, for without it nobody can log in any more.
 */
export class RefreshToken {
  readonly #ref: RotatingToken
  readonly #ports: SignerPorts
  readonly #pauseMs: number
  /** Given and not on record: what the Secret holds is spent. */
  #unsaved: Redacted | undefined
  #running: Promise<unknown> = Promise.resolve()

  constructor(ref: RotatingToken, ports: SignerPorts, pauseMs = 200) {
    this.#ref = ref
    this.#ports = ports
    this.#pauseMs = pauseMs
  }

  /** Does a login with the token. Its signal is none that ends with the signer: the answer must be kept. */
  async use<T>(login: (variables: Data, signal: AbortSignal) => Promise<T>): Promise<T> {
    const signal = AbortSignal.timeout(timeLimitMs)
    const running = this.#current(signal).then((it) =>
      login(new Map([['refreshToken', it.reveal()]]), signal),
    )
    this.#running = running.catch(() => undefined)
    return running
  }

  /** Puts what a login gave on record. Throws what the port throws; it is tried again before the next login. */
  async keep(next: Redacted): Promise<void> {
    this.#unsaved = next
    await this.#save(next)
  }

  /** When no login is under way. */
  async settled(): Promise<void> {
    await this.#running
  }

  async #current(signal: AbortSignal): Promise<Redacted> {
    const unsaved = this.#unsaved
    if (unsaved !== undefined) {
      await this.#save(unsaved)
      return unsaved
    }
    const { secretName: name, key } = this.#ref
    const bytes = (await this.#ports.read({ kind: 'Secret', name, key }, rotatingTokenPath, signal)).reveal()
    const text = Buffer.from(bytes).toString('utf8').trim()
    if (text === '') throw wrong(['refreshToken'], `names an empty key "${key}" of Secret "${name}"`)
    return new Redacted(text)
  }

  async #save(value: Redacted): Promise<void> {
    const { secretName: name, key } = this.#ref
    for (let left = tries - 1; ; left -= 1) {
      try {
        await this.#ports.save({ name, key }, value, AbortSignal.timeout(timeLimitMs / tries))
        if (this.#unsaved === value) this.#unsaved = undefined
        return
      } catch (error) {
        if (left === 0) throw error
        await sleep(this.#pauseMs)
      }
    }
  }
}
