import type { ExternalSecret } from '../api/externalsecret.ts'

/** How a Secret that is written is made and kept. */
export type WritingPolicy = 'Owner' | 'Orphan' | 'Merge' | 'CreateOrMerge'

/** How the Secret of an ExternalSecret is made and kept; with None there is none. */
export function creationPolicyOf({ spec }: ExternalSecret): WritingPolicy | 'None' {
  return spec.target?.creationPolicy ?? 'Owner'
}

/** What becomes of the Secret when items are gone at the provider. */
export function deletionPolicyOf({ spec }: ExternalSecret): 'Retain' | 'Delete' | 'Merge' {
  return spec.target?.deletionPolicy ?? 'Retain'
}

/** The reason of the condition Ready, as the last status has it. */
export function readyReasonOf({ status }: ExternalSecret): string | undefined {
  return status?.conditions?.find((it) => it.type === 'Ready')?.reason
}
