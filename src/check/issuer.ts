import type { Checked } from '../signer/signer.ts'
import { ok, skipped, type Verdict, warned } from './finding.ts'

/** What a check of an issuer came to; `spends` when its login would spend what only the manager may spend. */
export type IssuerCheck = Checked | 'spends'

/** What is told of an issuer whose check did not throw. */
export function issuerVerdict(checked: IssuerCheck): Verdict {
  if (checked === 'spends')
    return skipped('its login spends a refresh token, which only the manager may; see its Ready condition')
  const { how, warnings } = checked
  if (warnings.length === 0) return ok(how)
  return warned(`${how}; ${warnings.map((it) => it.message).join('; ')}`)
}
