/** An answer as it came: status, headers, text, and the text's JSON where it is JSON. */
export interface Received {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly json: Readonly<Record<string, unknown>>
}

/** Posts one command without any interpretation; redirects are not followed. */
export async function post(url: string, path: string, body: object | string): Promise<Received> {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const response = await fetch(url + path, { method: 'POST', body: text, redirect: 'manual' })
  const received = await response.text()
  return { status: response.status, headers: response.headers, text: received, json: jsonOf(received) }
}

/** Logs in by access key; gives the token. */
export async function login(url: string, accessId: string, accessKey: string): Promise<string> {
  const { json, status } = await post(url, '/auth', { 'access-id': accessId, 'access-key': accessKey })
  if (typeof json['token'] !== 'string') throw new Error(`Cannot log in as ${accessId}: status is ${status}`)
  return json['token']
}

function jsonOf(text: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch {
    return {}
  }
}
