import { auth, describeSubClaims, validateToken } from './auth.ts'
import type { Context } from './context.ts'
import { describeItem, describePermissions, getTags } from './describe.ts'
import { getDynamicSecretValue, tmpCredsDelete, tmpCredsGet, tmpCredsUpdate } from './dynamic.ts'
import { listItems } from './list.ts'
import {
  assocRoleAuthMethod,
  authMethodCreateK8s,
  createRole,
  gatewayCreateConfig,
  gatewayDeleteConfig,
  gatewayGetConfig,
  listGateways,
  setRoleRule,
} from './onboarding.ts'
import { exportClassicKey, getCertificateValue, getRotatedSecretValue, getSecretValue } from './values.ts'
import { createSecret, deleteItem, rollbackSecret, rotateSecret, updateSecretVal } from './writes.ts'

/** A command of the API: what it does and with which status it succeeds. */
export interface Command {
  run(context: Context): unknown
  readonly status?: 200 | 201
  /** Not there on the public service. */
  readonly gatewayOnly?: boolean
}

/** All commands by the last part of their path. */
export const commands: ReadonlyMap<string, Command> = new Map<string, Command>([
  ['auth', { run: auth }],
  ['validate-token', { run: validateToken }],
  ['describe-sub-claims', { run: describeSubClaims }],
  ['describe-permissions', { run: describePermissions }],
  ['describe-item', { run: describeItem }],
  ['get-tags', { run: getTags }],
  ['list-items', { run: listItems }],
  ['get-secret-value', { run: getSecretValue }],
  ['get-rotated-secret-value', { run: getRotatedSecretValue }],
  ['get-certificate-value', { run: getCertificateValue }],
  ['export-classic-key', { run: exportClassicKey }],
  ['get-dynamic-secret-value', { run: getDynamicSecretValue }],
  ['dynamic-secret-get-value', { run: getDynamicSecretValue }],
  // The capital letter is Akeyless's own.
  ['dynamic-secret-tmp-creds-Get', { run: tmpCredsGet, status: 201, gatewayOnly: true }],
  ['dynamic-secret-tmp-creds-update', { run: tmpCredsUpdate, status: 201, gatewayOnly: true }],
  ['dynamic-secret-tmp-creds-delete', { run: tmpCredsDelete, status: 201, gatewayOnly: true }],
  ['create-secret', { run: createSecret }],
  ['update-secret-val', { run: updateSecretVal }],
  ['delete-item', { run: deleteItem }],
  ['rollback-secret', { run: rollbackSecret }],
  ['gateway-rotate-secret', { run: rotateSecret, gatewayOnly: true }],
  ['auth-method-create-k8s', { run: authMethodCreateK8s, status: 201 }],
  ['gateway-create-k8s-auth-config', { run: gatewayCreateConfig, status: 201, gatewayOnly: true }],
  ['gateway-get-k8s-auth-config', { run: gatewayGetConfig, gatewayOnly: true }],
  ['gateway-delete-k8s-auth-config', { run: gatewayDeleteConfig, status: 201, gatewayOnly: true }],
  ['create-role', { run: createRole }],
  ['set-role-rule', { run: setRoleRule }],
  ['assoc-role-am', { run: assocRoleAuthMethod }],
  ['list-gateways', { run: listGateways }],
])
