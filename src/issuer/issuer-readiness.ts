import type { ExternalIssuer } from '../api/externalissuer.ts'
import type { FaultDesk } from './fault-desk.ts'
import { type IssuerName, titleOf } from './issuer-name.ts'
import type { OpenedSigner, OpenedSigners } from './opened-signers.ts'

/** Whether an issuer may sign now. */
export type Readiness =
  | { readonly kind: 'ready'; readonly issuer: ExternalIssuer; readonly opened: OpenedSigner }
  | { readonly kind: 'wait'; readonly reason: WaitReason; readonly message: string }
  /** This process has not looked at the issuer yet; it is about to, and nothing is said meanwhile. */
  | { readonly kind: 'unknown' }

type WaitReason = 'WaitingForIssuerExist' | 'WaitingForIssuerReady'

export interface ReadinessOptions {
  readonly find: (issuer: IssuerName) => ExternalIssuer | undefined
  readonly signers: OpenedSigners
  readonly desk: FaultDesk
}

/** Judges an issuer by its status, and by what this process knows better than the status. */
export function judgeIssuer(name: IssuerName, { find, signers, desk }: ReadinessOptions): Readiness {
  const issuer = find(name)
  const title = titleOf(name)
  if (issuer === undefined || issuer.metadata.deletionTimestamp !== undefined) {
    return wait('WaitingForIssuerExist', `${title} not found. Waiting for it to be created.`)
  }
  const notReady = unreadyMessage(issuer, title)
  if (notReady !== undefined) return wait('WaitingForIssuerReady', notReady)
  const outdated = `${title} is not ready: its Ready condition is outdated. Waiting for the next check.`
  if (desk.isFaulty(issuer.metadata.uid ?? '')) return wait('WaitingForIssuerReady', outdated)
  const opened = signers.checked(issuer)
  if (opened === undefined) return { kind: 'unknown' }
  if (opened === 'unchecked') return wait('WaitingForIssuerReady', outdated)
  return { kind: 'ready', issuer, opened }
}

function unreadyMessage({ metadata, status }: ExternalIssuer, title: string): string | undefined {
  const ready = status?.conditions?.find((it) => it.type === 'Ready')
  if (ready === undefined) return `${title} has no Ready condition yet. Waiting for its first check.`
  const { generation = 0 } = metadata
  if ((ready.observedGeneration ?? status?.observedGeneration ?? generation) < generation)
    return `${title} is not ready: its Ready condition is outdated. Waiting for the next check.`
  if (ready.status === 'True') return undefined
  return `${title} is not ready: ${ready.reason ?? 'no reason'}: ${ready.message ?? 'no message'}`
}

function wait(reason: WaitReason, message: string): Readiness {
  return { kind: 'wait', reason, message }
}
