import { SignFailure } from '../signer/sign-failure.ts'
import { parseDuration } from '../std/duration.ts'

/** What a request asks for that does not say: 90 days. */
const defaultDurationSeconds = 2160 * 3600

/** The PEM in a request's base64. Throws SignFailure Refused when there is none. */
export function csrPemOf(base64: string | undefined): string {
  const pem = Buffer.from(base64 ?? '', 'base64').toString('utf8')
  if (pem.trim() !== '') return pem
  throw new SignFailure('Refused', 'Cannot sign: spec.request is empty')
}

/** Whole seconds of a Go duration; the default when it is absent. Throws SignFailure Refused when it is none. */
export function durationSecondsOf(text: string | undefined, path: string): number {
  if (text === undefined || text === '') return defaultDurationSeconds
  const ms = parseDuration(text)
  if (ms !== undefined && ms >= 1000) return Math.floor(ms / 1000)
  throw new SignFailure('Refused', `Cannot sign: ${path} is no duration of at least a second, such as 2160h`)
}
