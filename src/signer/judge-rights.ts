import { refusedAnswer } from './refused-answer.ts'
import type { SigningRequest } from './signer.ts'
import { keyUsageBits, usagesOf } from './usages.ts'
import type { Extensions } from './x509/extensions.ts'

/** Most CAs' profiles give both to every certificate, asked for or not; names decide what they open. */
const ordinary = usagesOf(['server auth', 'client auth'], false).extendedKeyUsages

/**
 * Refuses a certificate that may do more than was asked: be a CA, sign certificates or revocation lists, an extended
 * usage. Fewer usages are the CA's decision; no CA where one was asked for helps nobody. Throws SignFailure `Refused`.
 */
export function judgeRights(
  granted: Extensions,
  request: Pick<SigningRequest, 'isCA' | 'usages'>,
  asked: Extensions,
): void {
  judgeCA(granted, request.isCA, asked.basicConstraints?.pathLength)
  const usages = usagesOf(request.usages, request.isCA)
  const signing = keyUsageBits.keyCertSign | keyUsageBits.cRLSign
  const allowed = request.isCA ? signing : usages.keyUsage & signing
  if (((granted.keyUsage ?? 0) & signing & ~allowed) !== 0) {
    throw refusedAnswer('it may sign certificates or revocation lists, which was not asked for')
  }
  const oids = new Set([...usages.extendedKeyUsages, ...ordinary])
  const added = granted.extendedKeyUsages?.find((it) => !oids.has(it))
  if (added !== undefined) {
    throw refusedAnswer(`it has the extended key usage ${added.slice(0, 60)}, which was not asked for`)
  }
}

function judgeCA({ basicConstraints }: Extensions, isCA: boolean, mostPathLength: number | undefined): void {
  if ((basicConstraints?.ca ?? false) !== isCA) {
    throw refusedAnswer(
      isCA
        ? 'a CA certificate was asked for, and it is none'
        : 'it is a CA certificate, and none was asked for',
    )
  }
  if (!isCA || mostPathLength === undefined) return
  if ((basicConstraints?.pathLength ?? Number.POSITIVE_INFINITY) > mostPathLength) {
    throw refusedAnswer(`it allows a longer chain below it than the CSR asks for (${mostPathLength})`)
  }
}
