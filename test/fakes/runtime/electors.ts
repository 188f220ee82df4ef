import { createElector, type Elector } from '../../../src/runtime/leader.ts'
import { holderOf } from '../../../src/runtime/lease.ts'
import { createLog } from '../../../src/std/log.ts'
import { ManualClock, settle } from '../manual-clock.ts'
import { LeaseServer } from './lease-server.ts'

const never = new AbortController().signal

/** Processes that want one Lease; they share the server and, unless given their own, the clock. */
export class Electors {
  readonly server = new LeaseServer()
  readonly clock = new ManualClock()
  /** `first true`, `first false`: who gained and lost it, in order. */
  readonly changes: string[] = []

  elector(identity: string, own = this.clock): Elector {
    return createElector({
      client: this.server.client,
      lease: { namespace: 'keyferry', name: 'keyferry' },
      clock: own,
      log: createLog('silent'),
      identity,
      random: () => 0.5,
      onChange: (isLeader) => this.changes.push(`${identity} ${isLeader}`),
    })
  }

  holder(): string | undefined {
    return this.server.lease === undefined ? undefined : holderOf(this.server.lease)
  }

  async leading(identity: string, own = this.clock): Promise<Elector> {
    const it = this.elector(identity, own)
    const won = it.campaign(never)
    await settle()
    await won
    return it
  }

  /** A campaign that is still going on. */
  async waiting(identity: string): Promise<Elector> {
    const it = this.elector(identity)
    it.campaign(never).catch(() => undefined)
    await settle()
    return it
  }
}
