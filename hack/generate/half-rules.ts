import { servedStatusRules } from '../../src/cli/served-status.ts'
import { externalSecretRules } from '../../src/externalsecret/rules.ts'
import { issuerRules } from '../../src/issuer/rules.ts'
import { eventRules } from '../../src/runtime/events.ts'
import type { PolicyRule } from '../../src/runtime/policy-rule.ts'
import { rules as storeRules } from '../../src/store/reconcile.ts'

/** What the half that syncs Secrets needs everywhere, but the tokens of ServiceAccounts. */
export const externalSecretsHalf: readonly PolicyRule[] = [
  ...externalSecretRules,
  ...storeRules,
  ...servedStatusRules,
  ...eventRules,
]

/** What the half that signs needs everywhere. */
export const issuersHalf: readonly PolicyRule[] = [...issuerRules, ...eventRules]
