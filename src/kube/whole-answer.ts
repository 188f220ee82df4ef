import type { IncomingHttpHeaders } from 'node:http'
import type { Dispatcher } from 'undici'

type Options = Pick<Dispatcher.DispatchOptions, 'method' | 'path' | 'headers' | 'body'>

/** The head of an answer whose body is gathered as it comes. */
export interface WholeAnswer {
  readonly statusCode: number
  readonly headers: IncomingHttpHeaders
  /** The whole body. Throws what undici throws, or the reason of the signal. */
  text(): Promise<string>
}

/**
 * Sends a request and resolves with the head of its answer. Undici's own `request` makes a stream of every body, which
 * doubles what a small answer costs. Rejects as soon as `signal` is aborted, also for one that waits for a connection;
 * it is then taken back, or its socket closed. What `mayGo` throws as the request goes out is thrown
 * as the cause of a Withheld.
 */
export function wholeAnswer(
  dispatcher: Dispatcher,
  options: Options,
  signal: AbortSignal,
  mayGo: () => void = () => undefined,
): Promise<WholeAnswer> {
  signal.throwIfAborted()
  const gathering = new Gathering(signal, mayGo)
  dispatcher.dispatch(options, gathering)
  return gathering.head
}

/** Nothing was sent; the cause says why. */
export class Withheld extends Error {
  override readonly name = 'Withheld'
}

class Gathering implements Dispatcher.DispatchHandler {
  readonly #head = Promise.withResolvers<WholeAnswer>()
  readonly #body = Promise.withResolvers<string>()
  readonly #signal: AbortSignal
  readonly #chunks: Buffer[] = []
  readonly #mayGo: () => void
  #controller: Dispatcher.DispatchController | undefined

  constructor(signal: AbortSignal, mayGo: () => void) {
    this.#signal = signal
    this.#mayGo = mayGo
    signal.addEventListener('abort', this.#abort, { once: true })
    // Nobody may ask for the body of an answer that was refused.
    this.#body.promise.catch(() => undefined)
  }

  get head(): Promise<WholeAnswer> {
    return this.#head.promise
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

  onResponseStart(_: Dispatcher.DispatchController, statusCode: number, headers: IncomingHttpHeaders): void {
    if (statusCode < 200) return
    this.#head.resolve({ statusCode, headers, text: () => this.#body.promise })
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#chunks.push(chunk)
  }

  onResponseEnd(): void {
    this.#release()
    this.#body.resolve(textOf(this.#chunks))
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.#release()
    this.#fail(error)
  }

  readonly #abort = () => {
    this.#fail(this.#signal.reason)
    this.#controller?.abort(this.#signal.reason)
  }

  #fail(reason: unknown): void {
    this.#head.reject(reason)
    this.#body.reject(reason)
  }

  #release(): void {
    this.#signal.removeEventListener('abort', this.#abort)
  }
}

function textOf(chunks: readonly Buffer[]): string {
  const [only] = chunks
  return (chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks)).toString()
}
