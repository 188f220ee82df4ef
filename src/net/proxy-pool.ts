import { Dispatcher, Pool } from 'undici'
import { failure } from '../api/reason.ts'
import { Failure } from '../std/failure.ts'
import { failureAt } from './network-failure.ts'
import type { ServerUrl } from './server-url.ts'

export interface ProxyPoolOptions {
  readonly proxy: URL
  /** The server behind it. */
  readonly url: Pick<ServerUrl, 'host' | 'words'>
  /** For the connection to the proxy and its answer together. */
  readonly timeoutMs: number
}

type Connect<T> = Dispatcher.ConnectOptions<T>
type Tunnel<T> = Dispatcher.ConnectData<T>

/**
 * Connections to a proxy. Tunnels that it does not open in time end, so that nobody waits for them when it works
 * again, and what goes wrong is told of the proxy and not of the server behind it.
 */
export class ProxyPool extends Dispatcher {
  readonly #options: ProxyPoolOptions
  readonly #pool: Dispatcher

  constructor(options: ProxyPoolOptions, pool: object) {
    super()
    this.#options = options
    this.#pool = new Pool(options.proxy.origin, pool)
  }

  /** As undici asks for a tunnel: never with a callback. */
  override async connect<T = null>(options: Connect<T>): Promise<Tunnel<T>> {
    const { proxy, url, timeoutMs } = this.#options
    const { server } = url.words
    const at = `Cannot connect to ${server} "${url.host}" by proxy "${proxy.host}"`
    try {
      const tunnel = await this.#pool.connect({ ...options, signal: AbortSignal.timeout(timeoutMs) })
      if (tunnel.statusCode === 200) return tunnel
      tunnel.socket.on('error', () => {}).destroy()
      throw refusal(at, tunnel.statusCode, server)
    } catch (error) {
      if (error instanceof Failure) throw error
      const trust = 'have NODE_EXTRA_CA_CERTS name a file with its CA'
      throw failureAt(error, { at, unreachable: 'GatewayUnreachable', trust })
    }
  }

  override close(): Promise<void> {
    return this.#pool.close()
  }

  override destroy(): Promise<void> {
    return this.#pool.destroy()
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    return this.#pool.dispatch(options, handler)
  }
}

function refusal(at: string, status: number, server: string): Failure {
  const what =
    status === 407
      ? 'the proxy wants credentials; write them into HTTPS_PROXY'
      : `see why in the log of the proxy, or add the ${server} to NO_PROXY`
  return failure('GatewayUnreachable', `${at}: status is ${status}; ${what}`)
}
