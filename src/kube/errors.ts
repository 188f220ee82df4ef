/** The API server answered, and refused. Holds only what is safe to show: no request, no headers, no body. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  /** The HTTP status, or `code` of an in-stream Status. */
  readonly status: number
  /** metav1.Status.reason: `NotFound`, `Conflict`, `AlreadyExists`, `Invalid`, `Expired`...; empty when there is none. */
  readonly reason: string
  readonly retryAfterMs: number | undefined
  /** Fields named by metav1.Status.details.causes (`data.password`); never their values. */
  readonly fields: readonly string[]

  constructor(
    message: string,
    facts: { status: number; reason?: string; retryAfterMs?: number | undefined; fields?: readonly string[] },
  ) {
    super(message)
    this.status = facts.status
    this.reason = facts.reason ?? ''
    this.retryAfterMs = facts.retryAfterMs
    this.fields = facts.fields ?? []
  }
}

/** There was no whole answer: refused, reset, timed out, DNS, TLS. `code` is Node's or undici's (`ECONNREFUSED`). */
export class TransportError extends Error {
  override readonly name = 'TransportError'
  readonly code: string

  constructor(message: string, code: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

const isStatus = (error: unknown, status: number): error is ApiError =>
  error instanceof ApiError && error.status === status

/** 404: no such object, or no such kind. */
export const isNotFound = (error: unknown): error is ApiError => isStatus(error, 404)
/** 409 over a version or a field; not where a create found its name taken. */
export const isConflict = (error: unknown): error is ApiError =>
  isStatus(error, 409) && error.reason !== 'AlreadyExists'
/** 403: a right, a quota or an admission policy. */
export const isForbidden = (error: unknown): error is ApiError => isStatus(error, 403)
/** 422: `fields` says what was refused. */
export const isInvalid = (error: unknown): error is ApiError => isStatus(error, 422)
