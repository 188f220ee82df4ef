import type { IncomingHttpHeaders } from 'node:http'
import type { Dispatcher } from 'undici'
import type { HttpResponse } from './transport.ts'

type Options = Pick<Dispatcher.DispatchOptions, 'method' | 'path' | 'headers' | 'body'>

/**
 * Sends a request and resolves with its answer once that is there to its end. Undici's own `request` makes a stream of
 * every body, which doubles what a small answer costs. Throws what undici throws. Rejects as soon as `signal` is
 * aborted, also for a request that waits for a connection; it is then taken back, or its socket closed. What `mayGo`
 * throws as the request goes out is thrown as the cause of a Withheld.
 */
export function wholeAnswer(
  dispatcher: Dispatcher,
  options: Options,
  signal: AbortSignal,
  mayGo: () => void = () => undefined,
): Promise<HttpResponse> {
  signal.throwIfAborted()
  const gathering = new Gathering(signal, mayGo)
  dispatcher.dispatch(options, gathering)
  return gathering.answer
}

/** Nothing was sent; the cause says why. */
export class Withheld extends Error {
  override readonly name = 'Withheld'
}

class Gathering implements Dispatcher.DispatchHandler {
  readonly #answer = Promise.withResolvers<HttpResponse>()
  readonly #signal: AbortSignal
  readonly #chunks: Buffer[] = []
  readonly #mayGo: () => void
  #controller: Dispatcher.DispatchController | undefined
  #status = 0
  #headers: IncomingHttpHeaders = {}

  constructor(signal: AbortSignal, mayGo: () => void) {
    this.#signal = signal
    this.#mayGo = mayGo
    signal.addEventListener('abort', this.#abort, { once: true })
  }

  get answer(): Promise<HttpResponse> {
    return this.#answer.promise
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.#signal.aborted) return controller.abort(this.#signal.reason)
    try {
      this.#mayGo()
    } catch (cause) {
      // Undici sends nothing of a request whose start throws.
      throw new Withheld('Not sent', { cause })
    }
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    // One that only informs is followed by the one that counts.
    this.#status = status
    this.#headers = headers
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#chunks.push(chunk)
  }

  onResponseEnd(): void {
    this.#release()
    this.#answer.resolve({ status: this.#status, headers: this.#headers, body: textOf(this.#chunks) })
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.#release()
    this.#answer.reject(error)
  }

  readonly #abort = () => {
    this.#answer.reject(this.#signal.reason)
    this.#controller?.abort(this.#signal.reason)
  }

  #release(): void {
    this.#signal.removeEventListener('abort', this.#abort)
  }
}

function textOf(chunks: readonly Buffer[]): string {
  const [only] = chunks
  return (chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks)).toString()
}
