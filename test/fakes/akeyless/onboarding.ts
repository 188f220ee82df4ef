import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import { type Body, required, text, texts, whole } from './body.ts'
import { type Context, callerOf, demandAdmin } from './context.ts'
import { invalidBody, Refusal } from './errors.ts'
import type { KubernetesConfig } from './identities.ts'
import { type Capability, capabilities, type Role, type SubClaims } from './roles.ts'

const makeKeyPair = promisify(generateKeyPair)

/** POST /auth-method-create-k8s: an access id with its bounds and a key pair; the service keeps the public half. */
export async function authMethodCreateK8s(context: Context): Promise<object> {
  const { state, body } = context
  demandAdmin(context, 'failed to create auth method')
  const name = required(body, 'name')
  demandNew(context, state.identities.methodNamed(name) !== undefined, `auth method ${name}`)
  const { publicKey, privateKey } = await makeKeyPair('rsa', { modulusLength: 2048 })
  const accessId = state.identities.newAccessId()
  const ttlMs = whole(body, 'jwt-ttl', 0) * 60_000
  state.identities.methods.set(accessId, {
    type: 'k8s',
    accessId,
    name,
    publicKey,
    audience: text(body, 'audience') ?? '',
    boundServiceAccounts: texts(body, 'bound-sa-names'),
    boundNamespaces: texts(body, 'bound-namespaces'),
    boundPods: texts(body, 'bound-pod-names'),
    ...(ttlMs === 0 ? {} : { ttlMs }),
  })
  return { access_id: accessId, prv_key: base64Of(privateKey), name }
}

function base64Of(key: KeyObject): string {
  return Buffer.from(key.export({ type: 'pkcs1', format: 'pem' })).toString('base64')
}

/** POST /gateway-create-k8s-auth-config: where and with which bearer the Gateway reviews JWTs. */
export function gatewayCreateConfig(context: Context): object {
  const { state, body } = context
  demandAdmin(context, 'failed to create k8s auth config')
  const name = required(body, 'name')
  demandNew(context, state.identities.configs.has(name), `k8s auth config ${name}`)
  state.identities.configs.set(name, configOf(body, name))
  return { cluster_id: 'standin-gateway', total_hash: name }
}

function configOf(body: Body, name: string): KubernetesConfig {
  return {
    name,
    accessId: required(body, 'access-id'),
    host: required(body, 'k8s-host'),
    caPem: Buffer.from(required(body, 'k8s-ca-cert'), 'base64').toString(),
    reviewerToken: text(body, 'token-reviewer-jwt') ?? '',
    signingKey: keyOf(required(body, 'signing-key')),
  }
}

function keyOf(base64Pem: string): KeyObject {
  try {
    return createPrivateKey(Buffer.from(base64Pem, 'base64').toString())
  } catch {
    throw invalidBody('signing-key is not a private key in base64 PEM')
  }
}

/** POST /gateway-get-k8s-auth-config, without the credentials in it. */
export function gatewayGetConfig(context: Context): object {
  demandAdmin(context, 'failed to get k8s auth config')
  const config = demandConfig(context)
  return {
    name: config.name,
    auth_method_access_id: config.accessId,
    k8s_host: config.host,
    k8s_ca_cert: Buffer.from(config.caPem).toString('base64'),
    use_local_ca_jwt: config.reviewerToken === '',
    am_token_expiration: 300,
    k8s_auth_type: 'token',
    cluster_api_type: 'native_k8s',
    disable_iss_validation: true,
    k8s_pub_keys_pem: config.signingKey === undefined ? [] : [publicPemOf(config.signingKey)],
  }
}

function publicPemOf(key: KeyObject): string {
  return createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString()
}

/** POST /gateway-delete-k8s-auth-config. */
export function gatewayDeleteConfig(context: Context): object {
  demandAdmin(context, 'failed to delete k8s auth config')
  const { name } = demandConfig(context)
  context.state.identities.configs.delete(name)
  return { cluster_id: 'standin-gateway', total_hash: name }
}

function demandConfig({ state, body }: Context): KubernetesConfig {
  const config = state.identities.configs.get(required(body, 'name'))
  if (config === undefined) throw new Refusal(404, 'k8s auth config was not found')
  return config
}

/** POST /create-role. */
export function createRole(context: Context): object {
  const { state, body } = context
  demandAdmin(context, 'failed to create role')
  const name = required(body, 'name')
  demandNew(context, state.roles.has(name), `role ${name}`)
  state.roles.set(name, { name, rules: [], associations: [] })
  return { name }
}

/** POST /set-role-rule: what a role allows on a path; only item rules do anything here. */
export function setRoleRule(context: Context): object {
  const { body } = context
  demandAdmin(context, 'failed to set role rule')
  const path = required(body, 'path')
  const granted = texts(body, 'capability').map(capabilityOf)
  const role = demandRole(context)
  if ((text(body, 'rule-type') ?? 'item-rule') !== 'item-rule') return {}
  role.rules = [...role.rules.filter((it) => it.path !== path), { path, capabilities: granted }]
  return {}
}

function capabilityOf(name: string): Capability {
  const known = capabilities.find((it) => it === name)
  if (known !== undefined) return known
  throw new Refusal(
    400,
    `invalid capability '${name}'; valid options are: [deny create read update delete list]`,
  )
}

/** POST /assoc-role-am: whose logins a role is for. */
export function assocRoleAuthMethod(context: Context): object {
  const { state, body } = context
  demandAdmin(context, 'failed to associate role')
  const role = demandRole(context)
  const method = state.identities.methodNamed(required(body, 'am-name'))
  if (method === undefined) throw new Refusal(404, 'auth method was not found')
  const caseSensitive = text(body, 'case-sensitive') !== 'false'
  role.associations.push({ accessId: method.accessId, subClaims: subClaimsOf(body), caseSensitive })
  return { assoc_id: `ass-${role.name}-${role.associations.length}` }
}

function subClaimsOf(body: Body): SubClaims {
  const given = body['sub-claims']
  if (given === undefined || given === null) return {}
  if (typeof given !== 'object') throw invalidBody('sub-claims is not an object')
  return Object.fromEntries(Object.entries(given).map(([key, value]) => [key, String(value)]))
}

function demandRole({ state, body }: Context): Role {
  const role = state.roles.get(required(body, 'role-name'))
  if (role === undefined) throw new Refusal(404, 'role was not found')
  return role
}

function demandNew({ state }: Context, exists: boolean, thing: string): void {
  if (exists) throw new Refusal(state.guesses.existsStatus, `${thing} already exists`)
}

/** POST /list-gateways. */
export function listGateways(context: Context): object {
  callerOf(context)
  const gateway = {
    id: 1,
    cluster_name: 'standin-gateway',
    cluster_url: '',
    status: 'Running',
    allowed: true,
  }
  return { clusters: context.state.mode === 'gateway' ? [gateway] : [] }
}
