import type { ExternalIssuer } from '../api/externalissuer.ts'
import { again, type Context, type Done, type Note, type Reconcile } from '../runtime/reconcile.ts'
import type { Checked, SignerWarning } from '../signer/signer.ts'
import type { Clock } from '../std/clock.ts'
import { Failure } from '../std/failure.ts'
import type { FaultDesk } from './fault-desk.ts'
import { isPermanent, reasons } from './issuer-failure.ts'
import { type IssuerKindName, type IssuerName, issuerKeyOf, nameOf } from './issuer-name.ts'
import type { IssuerObserver } from './observer.ts'
import type { OpenedSigner, OpenedSigners } from './opened-signers.ts'

/** The status fields of an issuer that its reconciler decides. */
export interface IssuerFields {
  readonly observedConfigHash: string
  readonly lastCheckTime: string
  readonly checkedBy: string
  readonly caFingerprint?: string | undefined
}

export interface IssuerReconcileOptions {
  readonly kind: IssuerKindName
  readonly signers: OpenedSigners
  readonly desk: FaultDesk
  readonly observer: IssuerObserver
  readonly clock: Clock
  /** How often an issuer that is ready is checked again. */
  readonly checkIntervalMs: number
  /** Called when requests that wait for an issuer may go on. */
  readonly onReady: (issuer: IssuerName) => void
}

/** What a check found, for as long as nothing changes. */
interface Known {
  readonly hash: string
  readonly generation: number | undefined
  readonly failure: Failure
}

/** Keeps the status of issuers true: Ready only after the signer proved that its CA lets it in (I1-I8). */
export function createIssuerReconcile(
  options: IssuerReconcileOptions,
): Reconcile<ExternalIssuer, IssuerFields> {
  const permanent = new Map<string, Known>()
  return async (issuer, context) => {
    const name = nameOf(options.kind, issuer.metadata)
    const uid = issuer.metadata.uid ?? ''
    if (issuer.metadata.deletionTimestamp !== undefined)
      return { kind: 'ignored', why: 'it is being deleted' }
    refuseFaulty(uid, options)
    try {
      const { opened, isNew, isChanged } = await options.signers.refresh(name, issuer, context.signal)
      if (isChanged) options.desk.forget(uid)
      const checked = await checkOnce(opened, { name, context, permanent, options })
      return passed(issuer, { name, opened, checked, isNew, options })
    } catch (error) {
      options.signers.noteCheck(uid, false)
      throw error
    }
  }
}

/** What a request reported is shown once; then the issuer is checked like any other. */
function refuseFaulty(uid: string, { desk, signers }: IssuerReconcileOptions): void {
  const fault = desk.take(uid)
  if (fault === undefined) return
  signers.retire(uid)
  const { message, retryAfterMs } = fault
  throw new Failure(reasons.pending, `A request found: ${message}`, { userMustAct: false, retryAfterMs })
}

interface Check {
  readonly name: IssuerName
  readonly context: Context<IssuerFields>
  readonly permanent: Map<string, Known>
  readonly options: IssuerReconcileOptions
}

/** A check that failed for good is not made again of the same generation and configuration (I4). */
async function checkOnce(opened: OpenedSigner, check: Check): Promise<Checked> {
  const { permanent, context, name, options } = check
  const { uid, generation, signer } = opened
  const known = permanent.get(uid)
  const isSame = known?.generation === generation && known?.hash === opened.configHash()
  if (known !== undefined && isSame) throw known.failure
  permanent.delete(uid)
  const startMs = options.clock.monotonic()
  try {
    return await options.signers.use(opened, () => signer.check({ signal: context.signal, log: context.log }))
  } catch (error) {
    if (isPermanent(error)) permanent.set(uid, { generation, hash: opened.configHash(), failure: error })
    throw error
  } finally {
    options.observer.called(issuerKeyOf(name), 'check', options.clock.monotonic() - startMs)
  }
}

interface Passed {
  readonly name: IssuerName
  readonly opened: OpenedSigner
  readonly checked: Checked
  readonly isNew: boolean
  readonly options: IssuerReconcileOptions
}

function passed(
  issuer: ExternalIssuer,
  { name, opened, checked, isNew, options }: Passed,
): Done<IssuerFields> {
  const { signers, desk, observer, clock, checkIntervalMs, onReady } = options
  const wasReady = signers.checked(issuer) === opened
  signers.noteCheck(opened.uid, true)
  observer.warned(issuerKeyOf(name), checked.warnings)
  if (desk.passed(opened.uid) || isNew || !wasReady) onReady(name)
  const warning = warningOf(checked.warnings)
  return {
    kind: 'done',
    reason: reasons.checked,
    message: `The issuer is ready: ${checked.how}`,
    action: 'Checked',
    fields: {
      observedConfigHash: opened.configHash(),
      lastCheckTime: new Date(clock.now()).toISOString().replace(/\.\d+Z$/, 'Z'),
      checkedBy: checked.how,
      caFingerprint: checked.caFingerprint,
    },
    next: again(checkIntervalMs),
    unchanged: true,
    warning,
    notes: newsOf(issuer, warning),
  }
}

type Warning = NonNullable<Done<IssuerFields>['warning']>

function warningOf(warnings: readonly SignerWarning[]): Warning | undefined {
  const [first] = warnings
  if (first === undefined) return undefined
  return { reason: first.reason, message: warnings.map((it) => it.message).join('; ') }
}

/** A warning is told when it comes, not at every check. */
function newsOf(issuer: ExternalIssuer, warning: Warning | undefined): readonly Note[] {
  const before = issuer.status?.conditions?.find((it) => it.type === 'Warning')
  if (warning === undefined || before?.message === warning.message) return []
  return [{ type: 'Warning', action: 'Checked', ...warning }]
}
