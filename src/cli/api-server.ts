import type { Client } from '../kube/client.ts'
import type { Connection } from '../kube/connection.ts'
import { type ObjectRef, refOf } from '../kube/object.ts'
import { createClient } from '../kube/rest-client.ts'
import { asServiceAccount } from '../kube/tokens.ts'
import type { Transport } from '../kube/transport.ts'
import { createTransport } from '../kube/transport-undici.ts'
import { type Guard, guardTransport } from '../runtime/guard.ts'
import type { Metrics } from '../runtime/metrics.ts'
import type { PolicyRule } from '../runtime/policy-rule.ts'
import { connectionOf } from './connection.ts'
import type { ManagerFlags } from './flags.ts'
import { version } from './version.ts'

/** What the process itself needs to work as `--external-secrets-service-account NS/keyferry-external-secrets` and the like. */
export const identityRules: readonly PolicyRule[] = [
  {
    apiGroups: [''],
    resources: ['serviceaccounts/token'],
    resourceNames: ['keyferry-external-secrets', 'keyferry-issuer'],
    verbs: ['create'],
  },
]

/** Events are many and may wait; they leave most of the connections to the work itself. */
const eventsInFlight = 6
const tokensInFlight = 2
const reviewsInFlight = 4

/** The API server as the process itself: it elects, and asks for the tokens of its halves. */
export interface ApiServer {
  readonly connection: Connection
  /** With a pool of its own, so that the Lease waits behind nothing. */
  readonly client: Client
  /** The same identity for questions that nobody's work waits for, with a budget of its own. */
  readonly reviewer: Client
  /** The API server as one half of the manager. */
  half(serviceAccount: string | undefined, guard: Guard, signal: AbortSignal): HalfAccess
  close(): Promise<void>
}

/** What one half of the manager talks through: its own identity, its own connections. */
export interface HalfAccess {
  /** For watches, on every replica. */
  readonly transport: Transport
  /** For reads and writes of the leader; refuses once leadership is over. */
  readonly client: Client
  /** The same, with its own budget. */
  readonly eventsClient: Client
  /** Unguarded, for what a replica that does not lead reads too. */
  readonly readClient: Client
}

/** Connects as the flags say. Throws Failure that says what is wrong with the kubeconfig or its credentials. */
export async function connectApiServer(flags: ManagerFlags, metrics: Metrics): Promise<ApiServer> {
  const connection = await connectionOf(flags)
  const transports: Transport[] = []
  const open = (as: Connection) => {
    const transport = createTransport(as, {
      userAgent: `keyferry/${version}`,
      onResponse: ({ method, code, host }) => metrics.requested({ method, code, host }),
    })
    transports.push(transport)
    return transport
  }
  const itself = open(connection)
  const client = createClient(itself, { maxInFlight: tokensInFlight })
  return {
    connection,
    client,
    reviewer: createClient(itself, { maxInFlight: reviewsInFlight }),
    half: (serviceAccount, guard, signal) =>
      accessThrough(open(asHalf(connection, client, serviceAccount, signal)), guard),
    close: async () => {
      await Promise.all(transports.map((it) => it.close()))
    },
  }
}

function asHalf(
  connection: Connection,
  client: Client,
  serviceAccount: string | undefined,
  signal: AbortSignal,
): Connection {
  if (serviceAccount === undefined) return connection
  const ref: ObjectRef = refOf(serviceAccount)
  return asServiceAccount(connection, { client, serviceAccount: ref, signal })
}

function accessThrough(transport: Transport, guard: Guard): HalfAccess {
  const guarded = guardTransport(transport, guard)
  return {
    transport,
    client: createClient(guarded),
    eventsClient: createClient(guarded, { maxInFlight: eventsInFlight }),
    readClient: createClient(transport, { maxInFlight: tokensInFlight }),
  }
}
