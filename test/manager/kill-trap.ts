import { strike } from '../fakes/fault-proxy/fault.ts'
import type { FaultProxy } from '../fakes/fault-proxy/fault-proxy.ts'
import { callName, type NamedCall } from './call-name.ts'
import { eventually } from './eventually.ts'
import type { Lane } from './lane.ts'
import type { ManagerProcess } from './manager-process.ts'

/** Where a manager is killed: at one of its calls, before the other side hears of it or when it has answered. */
export interface Moment extends NamedCall {
  readonly side: 'api' | 'gateway'
  readonly when: 'before' | 'after'
}

/** Kills its victim when the call comes. */
export class Trap {
  victim: ManagerProcess | undefined
  hasHit = false
  readonly #moment: Moment | undefined
  readonly #namespace: string
  #seen = 0
  #remove: () => void = () => undefined

  constructor(moment: Moment | undefined, namespace: string) {
    this.#moment = moment
    this.#namespace = namespace
  }

  arm(lane: Lane): void {
    const moment = this.#moment
    if (moment === undefined) return
    const proxy: FaultProxy = lane[moment.side]
    const isIt: Parameters<FaultProxy['on']>[0] = (request) =>
      callName(request, this.#namespace) === moment.name && this.#seen++ === moment.occurrence
    this.#remove = proxy.on(
      isIt,
      strike(moment.when, () => this.#kill()),
      { times: 1 },
    )
  }

  disarm(): void {
    this.#remove()
  }

  async #kill(): Promise<void> {
    await eventually('the victim is known', () => this.victim !== undefined)
    await this.victim?.end('SIGKILL')
    this.hasHit = true
  }
}
