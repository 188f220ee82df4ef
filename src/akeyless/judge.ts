import type { z } from 'zod'
import { failure } from '../api/reason.ts'
import type { Failure } from '../std/failure.ts'
import { gatewayUrlPath } from './gateway-url.ts'
import type { Answer } from './http.ts'

/** What an answer means, by its status and kind of content, never by its text. */
export type Meaning =
  | 'ok'
  | 'denied'
  | 'missing'
  | 'refused'
  | 'throttled'
  | 'unavailable'
  | 'misplaced'
  | 'redirect'
  | 'malformed'

/** 404 in JSON is about the item; any other 404 is another server's, in front of the API or instead of it. */
export function meaningOf({ status, isJson, problem }: Answer): Meaning {
  if (status >= 200 && status < 300) return problem === undefined ? 'ok' : 'malformed'
  if (status >= 300 && status < 400) return 'redirect'
  if (status === 401 || status === 403) return 'denied'
  if (status === 404) return isJson ? 'missing' : 'misplaced'
  if (status === 429) return 'throttled'
  if (status === 408 || status >= 500) return 'unavailable'
  return status >= 400 ? 'refused' : 'malformed'
}

/** The failures that mean the same for every call; undefined for what the call itself must judge. */
export function commonFailure(answer: Answer, what: string, host: string): Failure | undefined {
  const at = `Cannot ${what} at gateway "${host}"`
  const { status, retryAfterMs, problem } = answer
  const options = retryAfterMs === undefined ? {} : { retryAfterMs }
  switch (meaningOf(answer)) {
    case 'throttled':
      return failure('Throttled', `${at}: status is 429; it asks for fewer calls`, options)
    case 'unavailable':
      return failure(
        'GatewayUnreachable',
        `${at}: status is ${status}; look at the log of the Gateway`,
        options,
      )
    case 'misplaced':
      return misplaced(what, host)
    case 'redirect':
      return failure('UnexpectedResponse', `${at}: it redirects (status ${status}), which is not followed`)
    case 'malformed':
      return failure('UnexpectedResponse', `${at}: ${problem ?? `status is ${status}`}`)
    case 'ok':
    case 'denied':
    case 'missing':
    case 'refused':
      return undefined
  }
}

/** The failure for a 404 of another server than the API. */
export function misplaced(what: string, host: string): Failure {
  return failure(
    'UnexpectedResponse',
    `Cannot ${what} at gateway "${host}": status is 404 and not from the API; check ${gatewayUrlPath}`,
  )
}

/** The body of a success in the shape we use; throws UnexpectedResponse that tells the fields, never their values. */
export function parseBody<T>(schema: z.ZodType<T>, answer: Answer, what: string, host: string): T {
  const parsed = schema.safeParse(answer.body)
  if (parsed.success) return parsed.data
  const [field = ''] = parsed.error.issues.map((it) => it.path.join('.'))
  const wrong = field === '' ? 'it is not an object' : `its field "${field}" is missing or of another type`
  throw failure(
    'UnexpectedResponse',
    `Cannot ${what} at gateway "${host}": the answer is not understood: ${wrong}`,
  )
}
