/** One request, answered whole. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** Path and query, beginning with `/`. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  readonly signal: AbortSignal
  /** From the first byte out to the last byte in; without it the signal alone ends the request. */
  readonly timeoutMs?: number
  /**
   * Asked as the bytes go out, after every wait for credentials and connections. What it throws is thrown by the
   * request, and nothing is sent.
   */
  readonly mayGo?: () => void
}

export interface HttpResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

/** A response that goes on; whoever opened it must read it to its end or abort the signal. */
export interface HttpStream {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly chunks: AsyncIterable<Uint8Array>
}

/**
 * HTTP to one API server as one identity: one HTTP/1.1 pool for requests, one dispatcher for watches, both rebuilt
 * when the CA or a client certificate rotates. Adds Authorization; a 401 makes it read the credential anew once.
 * Throws TransportError when there is no whole answer, and the signal's reason when aborted; any status is an answer.
 */
export interface Transport {
  request(request: HttpRequest): Promise<HttpResponse>
  /** For watches: the head must come within `timeoutMs`, the body may last; its end or abort is the caller's. */
  stream(request: HttpRequest): Promise<HttpStream>
  /** No socket is left when it resolves. */
  close(): Promise<void>
}
