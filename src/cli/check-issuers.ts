import type { Refusals } from '../akeyless/refusals.ts'
import { type ExternalIssuer, externalClusterIssuerKind, externalIssuerKind } from '../api/externalissuer.ts'
import type { Finding, Verdict } from '../check/finding.ts'
import { issuerVerdict } from '../check/issuer.ts'
import type { Legs } from '../check/legs.ts'
import { type IssuerKindName, nameOf, titleOf } from '../issuer/issuer-name.ts'
import { OpenedSigners } from '../issuer/opened-signers.ts'
import type { Client } from '../kube/client.ts'
import { isForbidden } from '../kube/errors.ts'
import { unguarded } from '../runtime/guard.ts'
import { rotatingTokenPath } from '../signer/pki/refresh-token.ts'
import { SignFailure } from '../signer/sign-failure.ts'
import type { SignerType } from '../signer/signer.ts'
import { systemClock } from '../std/clock.ts'
import type { Log } from '../std/log.ts'
import type { ApiServer } from './api-server.ts'
import type { CheckFlags } from './check-flags.ts'
import { inTurns } from './check-stores.ts'
import { createSigners } from './issuers-signers.ts'
import { listAll } from './list-pages.ts'

export interface IssuerCheckOptions {
  readonly flags: CheckFlags
  readonly api: ApiServer
  /** As the issuers half. */
  readonly client: Client
  readonly legs: Legs
  readonly log: Log
  readonly refusals: Refusals
  readonly emit: (findings: readonly Finding[]) => void
}

interface Target {
  readonly kind: IssuerKindName
  readonly issuer: ExternalIssuer
}

/** Has every issuer checked by its signer, as the manager does; nothing is signed. */
export async function checkIssuers(options: IssuerCheckOptions): Promise<void> {
  const { flags, api, client, legs, log, refusals, emit } = options
  const targets: Target[] = []
  const list = await legs.run('issuer', undefined, (signal) => listInto(targets, options, signal))
  if (list.status !== 'ok') emit([list])
  const spent = new Set<string>()
  const made = createSigners({ flags, api, clock: systemClock, refusals, guard: unguarded() })
  const signers = new OpenedSigners({
    client,
    types: made.types.map((it) => sparing(it, (uid) => void spent.add(uid))),
    homes: flags.clusterResourceNamespace,
    log,
  })
  try {
    emit(await inTurns(targets, (it) => checkOne(it, { ...options, signers, spent })))
  } finally {
    await signers.close()
    await made.close()
  }
}

async function listInto(
  targets: Target[],
  { flags, client }: IssuerCheckOptions,
  signal: AbortSignal,
): Promise<Verdict> {
  for (const it of await listAll<ExternalIssuer>(client, externalIssuerKind, flags.namespace, signal))
    targets.push({ kind: 'ExternalIssuer', issuer: it })
  try {
    for (const it of await listAll<ExternalIssuer>(client, externalClusterIssuerKind, [], signal))
      targets.push({ kind: 'ExternalClusterIssuer', issuer: it })
  } catch (error) {
    if (!isForbidden(error) || flags.namespace.length === 0) throw error
    return { status: 'skipped', message: 'cluster kinds are off with --namespace, and may not be listed' }
  }
  return targets.length === 0
    ? { status: 'skipped', message: 'there are no issuers to look at' }
    : { status: 'ok', message: '' }
}

interface Checking extends IssuerCheckOptions {
  readonly signers: OpenedSigners
  readonly spent: ReadonlySet<string>
}

function checkOne({ kind, issuer }: Target, { legs, signers, spent, log }: Checking): Promise<Finding> {
  const name = nameOf(kind, issuer.metadata)
  // Without its status: a mock CA of ours is another one than the manager's.
  const { status: _, ...bare } = issuer
  return legs.run('issuer', titleOf(name), async (signal) => {
    try {
      const { opened } = await signers.refresh(name, bare, signal)
      return issuerVerdict(await signers.use(opened, (it) => it.check({ signal, log })))
    } catch (error) {
      if (spent.has(issuer.metadata.uid ?? '')) return issuerVerdict('spends')
      throw error
    }
  })
}

/** The type, less the one thing that a look must not do: a refresh token that is used once is spent. */
function sparing(type: SignerType, spends: (uid: string) => void): SignerType {
  return {
    name: type.name,
    open: (options) =>
      type.open({
        ...options,
        ports: {
          ...options.ports,
          read: (ref, path, signal) => {
            if (path !== rotatingTokenPath) return options.ports.read(ref, path, signal)
            spends(options.issuer.uid)
            throw new SignFailure('Unavailable', 'Cannot log in: the refresh token is not spent by a check')
          },
        },
      }),
  }
}
