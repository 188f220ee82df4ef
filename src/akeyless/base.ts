import { failure } from '../api/reason.ts'
import type { Failure } from '../std/failure.ts'
import { type GatewayUrl, gatewayUrlPath } from './gateway-url.ts'
import type { Answer } from './http.ts'

/** What Gateways put before the API: nothing, `/v2` (legacy ports), `/api/v2` (the unified port). */
const suffixes = ['', '/v2', '/api/v2']

/**
 * The path under which the API answers: the URL's own, then with `/v2`, then with `/api/v2` (design section 3,
 * difference 12). `ask` sends validate-token without a body: the API answers in JSON that it wants a token; a 404 or
 * anything but JSON is not the API. Throws InvalidSpec when nothing is at any of them, the first of the other
 * problems otherwise.
 */
export async function findBase(url: GatewayUrl, ask: (base: string) => Promise<Answer>): Promise<string> {
  let problem: Failure | undefined
  for (const suffix of suffixes) {
    const base = url.path + suffix
    const answer = await ask(base)
    if (isApi(answer)) return base
    problem ??= problemOf(answer, url.host)
  }
  throw problem ?? nothingThere(url)
}

function isApi({ status, isJson, problem }: Answer): boolean {
  const isRefusal = status >= 400 && status < 500 && status !== 404 && status !== 405 && status !== 429
  return isJson && problem === undefined && (isRefusal || (status >= 200 && status < 300))
}

function problemOf(answer: Answer, host: string): Failure | undefined {
  const { status, retryAfterMs, problem } = answer
  const at = `Cannot find the API at gateway "${host}"`
  const options = retryAfterMs === undefined ? {} : { retryAfterMs }
  if (status === 429) return failure('Throttled', `${at}: status is 429; it asks for fewer calls`, options)
  if (status >= 500)
    return failure('GatewayUnreachable', `${at}: status is ${status}; look at its own log`, options)
  if (status >= 300 && status < 400) {
    return failure(
      'UnexpectedResponse',
      `${at}: it redirects (status ${status}); give the URL it redirects to`,
    )
  }
  if (problem === undefined) return undefined
  return failure(
    'UnexpectedResponse',
    `${at}: ${problem}; check that ${gatewayUrlPath} is the API and no web page`,
  )
}

function nothingThere({ host, path }: GatewayUrl): Failure {
  const tried = suffixes.map((it) => `"${path}${it}/"`).join(', ')
  return failure(
    'InvalidSpec',
    `Cannot find the API at gateway "${host}": no Akeyless API answers under ${tried}; correct port and path of ${gatewayUrlPath}`,
  )
}
