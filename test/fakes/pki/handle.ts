import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http'

/** A request as it arrived. */
export interface PkiRequest {
  readonly method: string
  /** Without the query. */
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingMessage['headers']
  readonly body: string
  /** True when a client certificate of the authority was shown. */
  readonly hasClientCertificate: boolean
}

export interface PkiAnswer {
  readonly status: number
  readonly headers?: OutgoingHttpHeaders
  /** An object goes out as JSON. */
  readonly body?: object | string | Buffer
}

/** What a PKI does with a request; throws for what a real one would answer with 500. */
export type Handle = (request: PkiRequest) => Promise<PkiAnswer> | PkiAnswer
