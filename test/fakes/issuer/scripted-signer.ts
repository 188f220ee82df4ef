import { SignFailure, type SignReason } from '../../../src/signer/sign-failure.ts'
import type {
  Checked,
  OpenSignerOptions,
  Signer,
  SignerType,
  SigningRequest,
  SignResult,
} from '../../../src/signer/signer.ts'

type Play<T> = T | Error | ((request: SigningRequest) => Promise<T>)

/** A signer that does what a test says, call by call; without a word it issues and is healthy. */
export class ScriptedSigner implements SignerType {
  readonly name = 'mockca'
  readonly opened: OpenSignerOptions[] = []
  readonly submits: SigningRequest[] = []
  readonly polls: { readonly uid: string; readonly id: string }[] = []
  checks = 0
  closed = 0
  /** The next answers; the last word of each holds on. */
  onCheck: Play<Checked>[] = []
  onSubmit: Play<SignResult>[] = []
  onPoll: Play<SignResult>[] = []
  onOpen: (options: OpenSignerOptions) => Promise<void> = () => Promise.resolve()
  retryWindowMs = 600_000
  pendingLimitMs: number | undefined

  async open(options: OpenSignerOptions): Promise<Signer> {
    this.opened.push(options)
    await this.onOpen(options)
    const limits = { retryWindowMs: () => this.retryWindowMs, pendingLimitMs: () => this.pendingLimitMs }
    return {
      check: async () => {
        this.checks++
        return played(this.onCheck, healthy, undefined)
      },
      submit: async (request: SigningRequest) => {
        this.submits.push(request)
        return played(this.onSubmit, issued, request)
      },
      poll: async (request, id) => {
        this.polls.push({ uid: request.uid, id })
        return played(this.onPoll, issued, request)
      },
      get retryWindowMs() {
        return limits.retryWindowMs()
      },
      get pendingLimitMs() {
        return limits.pendingLimitMs()
      },
      close: async () => {
        this.closed++
      },
    }
  }
}

const healthy: Checked = { how: 'its health check answered', warnings: [] }
const issued: SignResult = { kind: 'issued', certificates: [Buffer.from('leaf')] }

export function pending(
  id: string,
  pollAfterMs = 10_000,
  message = 'the order waits for approval',
): SignResult {
  return { kind: 'pending', id, message, pollAfterMs }
}

export function failing(
  reason: SignReason,
  message = `${reason} happened`,
  retryAfterMs?: number,
): SignFailure {
  return new SignFailure(reason, message, retryAfterMs === undefined ? {} : { retryAfterMs })
}

async function played<T>(plays: Play<T>[], otherwise: T, request: SigningRequest | undefined): Promise<T> {
  const play = plays.length > 1 ? plays.shift() : plays[0]
  if (play === undefined) return otherwise
  if (play instanceof Error) throw play
  if (typeof play !== 'function') return play
  if (request === undefined) throw new Error('a check has no request')
  return (play as (request: SigningRequest) => Promise<T>)(request)
}
