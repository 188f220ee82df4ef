import type { IncomingHttpHeaders } from 'node:http'
import type { Dispatcher } from 'undici'

/** Asked as the bytes of a request go out, after every wait for a connection. What it throws keeps them back. */
export type MayGo = () => void

/** Nothing of the request was sent, which says nothing of the server; the cause says why. */
export class KeptBack extends Error {
  // What became of nothing is told like what nobody waited for.
  override readonly name = 'AbortError'
}

/** Connections that ask before each request, also before one that undici sends again; requests throw KeptBack. */
export function gated(dispatcher: Dispatcher, mayGo: MayGo): Dispatcher {
  return dispatcher.compose((dispatch) => (options, handler) => dispatch(options, new Gate(handler, mayGo)))
}

type Handler = Dispatcher.DispatchHandler
type Controller = Dispatcher.DispatchController

/** Hears of a request, and never of an upgrade: there are none. */
class Gate implements Handler {
  readonly #handler: Handler
  readonly #mayGo: MayGo

  constructor(handler: Handler, mayGo: MayGo) {
    this.#handler = handler
    this.#mayGo = mayGo
  }

  onRequestStart(controller: Controller, context: unknown): void {
    try {
      this.#mayGo()
    } catch (cause) {
      // Undici sends nothing of a request whose start throws.
      throw new KeptBack('Not sent', { cause })
    }
    this.#handler.onRequestStart?.(controller, context)
  }

  onResponseStart(controller: Controller, status: number, headers: IncomingHttpHeaders, text?: string): void {
    this.#handler.onResponseStart?.(controller, status, headers, text)
  }

  onResponseData(controller: Controller, chunk: Buffer): void {
    this.#handler.onResponseData?.(controller, chunk)
  }

  onResponseEnd(controller: Controller, trailers: IncomingHttpHeaders): void {
    this.#handler.onResponseEnd?.(controller, trailers)
  }

  onResponseError(controller: Controller, error: Error): void {
    this.#handler.onResponseError?.(controller, error)
  }
}
