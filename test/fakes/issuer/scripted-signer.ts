import { SignFailure, type SignReason } from '../../../src/signer/sign-failure.ts'
import type {
  Checked,
  OpenSignerOptions,
  Signer,
  SignerType,
  SigningRequest,
  SignOptions,
  SignResult,
} from '../../../src/signer/signer.ts'

type Play<T> = T | Error | ((request: SigningRequest, options: SignOptions) => Promise<T>)

/** A signer that does what a test says, call by call; without a word it issues and is healthy. */
export class ScriptedSigner implements SignerType {
  readonly name = 'mockca'
  readonly opened: OpenSignerOptions[] = []
  readonly submits: SigningRequest[] = []
  readonly polls: { readonly uid: string; readonly id: string }[] = []
  checks = 0
  closed = 0
  /** The next answers; the last word of each holds on. */
  onCheck: (Checked | Error | (() => Promise<Checked>))[] = []
  onSubmit: Play<SignResult>[] = []
  onPoll: Play<SignResult>[] = []
  onOpen: (options: OpenSignerOptions) => Promise<void> = () => Promise.resolve()
  retryWindowMs = 600_000
  pendingLimitMs: number | undefined
  callLimitMs: number | undefined

  async open(options: OpenSignerOptions): Promise<Signer> {
    this.opened.push(options)
    await this.onOpen(options)
    const limits = {
      retryWindowMs: () => this.retryWindowMs,
      pendingLimitMs: () => this.pendingLimitMs,
      callLimitMs: () => this.callLimitMs,
    }
    let isClosed = false
    return {
      check: async () => {
        this.checks++
        return played(this.onCheck, healthy, [])
      },
      submit: async (request, options) => {
        if (isClosed) throw new DOMException('The signer is closed', 'AbortError')
        this.submits.push(request)
        return played(this.onSubmit, issued, [request, options])
      },
      poll: async (request, id, options) => {
        this.polls.push({ uid: request.uid, id })
        return played(this.onPoll, issued, [request, options])
      },
      get retryWindowMs() {
        return limits.retryWindowMs()
      },
      get pendingLimitMs() {
        return limits.pendingLimitMs()
      },
      get callLimitMs() {
        return limits.callLimitMs()
      },
      close: async () => {
        this.closed++
        isClosed = true
      },
    }
  }
}

const healthy: Checked = { how: 'its health check answered', warnings: [] }
const issued: SignResult = { kind: 'issued', certificates: [Buffer.from('leaf')] }

/** An order that waits; asked for again after `pollAfterMs`. */
export function pending(
  id: string,
  pollAfterMs = 10_000,
  message = 'the order waits for approval',
): SignResult {
  return { kind: 'pending', id, message, pollAfterMs }
}

/** What a signer throws, as one word of its contract. */
export function failing(
  reason: SignReason,
  message = `${reason} happened`,
  retryAfterMs?: number,
): SignFailure {
  return new SignFailure(reason, message, retryAfterMs === undefined ? {} : { retryAfterMs })
}

type Asked = readonly [] | readonly [SigningRequest, SignOptions]

async function played<T>(plays: (Play<T> | (() => Promise<T>))[], otherwise: T, asked: Asked): Promise<T> {
  const play = plays.length > 1 ? plays.shift() : plays[0]
  if (play === undefined) return otherwise
  if (play instanceof Error) throw play
  if (typeof play !== 'function') return play
  return (play as (...args: Asked) => Promise<T>)(...asked)
}
