import { type ExternalSecret, externalSecretKind } from '../api/externalsecret.ts'
import { holdsFinalizer, unclaim } from '../externalsecret/lease-claim.ts'
import { releaseAnnotation } from '../externalsecret/lease-end.ts'
import { leasesIn } from '../externalsecret/lease-record.ts'
import type { Client } from '../kube/client.ts'
import { ApiError, isNotFound, TransportError } from '../kube/errors.ts'
import { keyOf } from '../kube/object.ts'
import { createClient } from '../kube/rest-client.ts'
import { createTransport } from '../kube/transport-undici.ts'
import { type Clock, sleep, systemClock } from '../std/clock.ts'
import { Failure } from '../std/failure.ts'
import { absentNamespaces } from './absent-namespaces.ts'
import { connectionOf } from './connection.ts'
import { pagesOf } from './list-pages.ts'
import type { ReleaseFlags } from './release-flags.ts'
import { version } from './version.ts'

const pollMs = 500
const fieldManager = 'keyferry-release'

/**
 * `keyferry release`: takes Keyferry's finalizers off ExternalSecrets, so that none of them waits for a manager that
 * is uninstalled. Gives 1 when something could not be done, or with `--revoke` when leases live on. Throws Failure
 * for a wrong kubeconfig, or a cluster that cannot be asked.
 */
export async function runRelease(flags: ReleaseFlags): Promise<0 | 1> {
  const connection = await connectionOf(flags)
  const transport = createTransport(connection, { userAgent: `keyferry/${version}` })
  try {
    const print = (line: string) => void process.stdout.write(`${line}\n`)
    return await release(flags, createClient(transport), { print, clock: systemClock })
  } catch (error) {
    if (!(error instanceof ApiError || error instanceof TransportError)) throw error
    throw new Failure('APIServerError', error.message, { userMustAct: true, cause: error })
  } finally {
    await transport.close()
  }
}

interface Surroundings {
  readonly print: (line: string) => void
  readonly clock: Clock
}

async function release(flags: ReleaseFlags, client: Client, { print, clock }: Surroundings): Promise<0 | 1> {
  const held = await heldIn(flags, client)
  if (held.length === 0) {
    await refuseAbsent(flags, client)
    print('No ExternalSecret has a finalizer of Keyferry.')
    return 0
  }
  const left = flags.revoke ? await revoked(held, { ...flags, client, clock, print }) : held
  let failures = 0
  for (const object of left) failures += (await freed(object, client, print)) ? 0 : 1
  print(summaryOf(held.length, left, failures, flags))
  return failures > 0 || (flags.revoke && left.some((it) => leasesIn(it.status).length > 0)) ? 1 : 0
}

/** That nothing is held in a misspelt namespace is no leave to uninstall. */
async function refuseAbsent({ namespace }: ReleaseFlags, client: Client): Promise<void> {
  if (namespace === undefined) return
  const absent = await absentNamespaces([namespace], client, never)
  if (absent.length === 0) return
  throw new Failure('NotFound', `There is no namespace "${namespace}"`, { userMustAct: true })
}

async function heldIn({ namespace }: ReleaseFlags, client: Client): Promise<ExternalSecret[]> {
  const namespaces = namespace === undefined ? [] : [namespace]
  const held: ExternalSecret[] = []
  for await (const page of pagesOf<ExternalSecret>(client, externalSecretKind, namespaces, never))
    held.push(...page.filter(holdsFinalizer))
  return held
}

interface Revoking extends ReleaseFlags, Surroundings {
  readonly client: Client
}

/** Asks the manager to revoke, and gives those that it has not let go in time. */
async function revoked(held: readonly ExternalSecret[], revoking: Revoking): Promise<ExternalSecret[]> {
  const { client, clock, timeout, print } = revoking
  const annotations = { [releaseAnnotation]: 'revoke' }
  for (const { metadata } of held)
    await client
      .mergePatch(
        externalSecretKind,
        metadata,
        { metadata: { annotations } },
        { fieldManager, signal: never },
      )
      .catch((error: unknown) => {
        if (!isNotFound(error)) throw error
      })
  print(`Waiting for the manager to revoke the leases of ${held.length} ExternalSecrets...`)
  const endMs = clock.monotonic() + timeout
  let left = await heldIn(revoking, client)
  while (left.length > 0 && clock.monotonic() < endMs) {
    await sleep(pollMs, clock, never)
    left = await heldIn(revoking, client)
  }
  return left
}

async function freed(
  object: ExternalSecret,
  client: Client,
  print: (line: string) => void,
): Promise<boolean> {
  const key = keyOf(object.metadata)
  try {
    await unclaim(object, { client, signal: never })
  } catch (error) {
    if (!(error instanceof ApiError || error instanceof TransportError)) throw error
    print(`${key}: the finalizer stays: ${error.message}`)
    return false
  }
  print(`${key}: the finalizer is off`)
  for (const { item, id, expiresAt } of leasesIn(object.status))
    print(
      id === undefined
        ? `  item ${item}: a credential may have been made that is on no record`
        : `  item ${item}: lease ${id} lives until ${expiresAt ?? 'its time is over'}`,
    )
  return true
}

function summaryOf(
  all: number,
  left: readonly ExternalSecret[],
  failures: number,
  { revoke }: ReleaseFlags,
): string {
  const leases = left.flatMap((it) => leasesIn(it.status)).length
  const done = `${all - failures} of ${all} ExternalSecrets released; ${leases} leases live on until their time is over.`
  const next = revoke
    ? `A manager leaves them alone until the annotation ${releaseAnnotation} is taken off.`
    : 'A manager that still runs puts finalizers on again: stop it before.'
  return `${done}\n${next}`
}

const never = new AbortController().signal
