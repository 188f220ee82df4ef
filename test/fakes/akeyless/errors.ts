/** Whose account and access id a message names. */
export interface Identity {
  readonly accountId: string
  readonly accessId: string
}

/** An answer that is not a success: always `{"error": text}`. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly status: number

  constructor(status: number, text: string) {
    super(text)
    this.status = status
  }
}

const statusText: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  409: 'Conflict',
  413: 'Request Entity Too Large',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
}

/** What a wrapped error says, in the order in which it says it. */
export interface Wrapped {
  /** What failed, in the command's own words: `failed to obtain item description`. */
  readonly what: string
  /** The operation inside: `Failed to get item`. */
  readonly operation: string
  readonly status: number
  /** `NotFound`, `UnauthorizedAccess`, `AccessForbidden`... */
  readonly kind: string
  readonly detail: string
}

/** The documented form of an error from the cloud; the HTTP status is the one in the text. */
export function wrapped(
  { what, operation, status, kind, detail }: Wrapped,
  { accountId, accessId }: Identity,
): Refusal {
  const head = `${what}: Desc: ${operation}. Status ${status} ${statusText[status] ?? 'Error'}, Error: ${kind}.`
  return new Refusal(status, `${head} Message: account id: ${accountId}, access id: ${accessId}. ${detail}`)
}

/** The caller may not see this path; the same words whether or not there is an item. */
export function unauthorized(what: string, identity: Identity): Refusal {
  const detail = `unauthorized access for access id ${identity.accessId}`
  const [operation, kind] = ['Failed to get item', 'UnauthorizedAccess']
  return wrapped({ what, operation, status: 401, kind, detail }, identity)
}

/** The caller may see the path, and there is nothing. */
export function notFound(what: string, name: string, identity: Identity): Refusal {
  const detail = `failed to obtain item ${name}`
  return wrapped({ what, operation: 'Failed to get item', status: 404, kind: 'NotFound', detail }, identity)
}

/** 400: the Gateway could not read what it was sent. */
export function invalidBody(reason: string): Refusal {
  return new Refusal(400, `invalid request body: ${reason}`)
}
