import { apiErrorOf, parseJson } from './api-status.ts'
import type { RequestOptions } from './client.ts'
import { TransportError } from './errors.ts'
import type { Call, Send } from './send.ts'

/** The JSON object of a successful answer. Throws ApiError for any other answer, TransportError for other content. */
export async function ask(
  send: Send,
  call: Call,
  options: RequestOptions,
): Promise<{ value: object; status: number }> {
  const { response } = await send(call, options)
  if (!isSuccess(response.status)) throw apiErrorOf(call.asked, response)
  const value = parseJson(response.body)
  if (typeof value === 'object' && value !== null) return { value, status: response.status }
  throw unexpectedAnswer(call)
}

/** 2xx. */
export function isSuccess(status: number): boolean {
  return status >= 200 && status < 300
}

/** For an answer that is not what the API promises: an HTML page of a proxy, say. */
export function unexpectedAnswer(call: Call): TransportError {
  const message = `Cannot ${call.asked}: the answer is no API object, check that the server is a Kubernetes API server`
  return new TransportError(message, 'EBADMSG')
}
