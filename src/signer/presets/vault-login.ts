import * as z from 'zod'
import { DataKey, DurationText, ObjectName } from '../pki/schema-parts.ts'
import type { Expansion, PresetContext } from './preset.ts'
import { literal, secret } from './template-text.ts'

/** A path of mounts in Vault's API: `pki`, `pki/issuing`; no part of it leads elsewhere. */
export const MountPath = z
  .string()
  .max(200)
  .regex(/^[A-Za-z0-9_-][A-Za-z0-9_.-]*(\/[A-Za-z0-9_-][A-Za-z0-9_.-]*)*$/, 'is not the path of a mount')

/** How Vault knows us: one of them. Keys are those of the Secret that authSecretRef names. */
export const VaultAuth = z
  .strictObject({
    token: z.strictObject({ key: DataKey.default('token'), lookup: z.boolean().default(true) }).optional(),
    appRole: z
      .strictObject({
        mount: MountPath.default('approle'),
        roleId: z.string().min(1).max(200).optional(),
        roleIdKey: DataKey.default('roleId'),
        secretIdKey: DataKey.default('secretId'),
      })
      .optional(),
    kubernetes: z
      .strictObject({
        mount: MountPath.default('kubernetes'),
        role: z.string().min(1).max(200),
        serviceAccount: z.strictObject({
          name: ObjectName,
          /** Those of cert-manager's Vault issuer unless said: `vault://NAMESPACE/ISSUER`. */
          audiences: z.array(z.string().min(1).max(500)).min(1).max(10).optional(),
          expiration: DurationText.default('10m'),
        }),
      })
      .optional(),
  })
  .refine((it) => Object.values(it).filter((one) => one !== undefined).length === 1, {
    message: 'needs one of token, appRole and kubernetes',
  })
type VaultAuth = z.output<typeof VaultAuth>

type Login = Pick<Expansion, 'login' | 'serviceAccount'>
type Headers = Readonly<Record<string, string>>

/** The login step, and where templates find the token. */
export function vaultLogin(
  auth: VaultAuth,
  headers: Headers,
  context: PresetContext,
): Login & { token: string } {
  const { token, appRole, kubernetes } = auth
  if (token !== undefined) return byToken(token, headers)
  const { mount, body, more } = appRole === undefined ? byKubernetes(kubernetes, context) : byAppRole(appRole)
  const response = { token: { path: 'auth.client_token' }, ttl: { path: 'auth.lease_duration' } }
  const login = { path: `/v1/auth/${mount}/login`, headers: { ...headers }, body, response }
  return { login, token: '{{ .token }}', ...more }
}

interface Kind {
  readonly mount: string
  readonly body: Record<string, string>
  readonly more?: Pick<Expansion, 'serviceAccount'>
}

function byAppRole({ mount, roleId, roleIdKey, secretIdKey }: NonNullable<VaultAuth['appRole']>): Kind {
  const id = roleId === undefined ? secret(roleIdKey) : literal(roleId)
  return { mount, body: { role_id: id, secret_id: secret(secretIdKey) } }
}

function byKubernetes(auth: VaultAuth['kubernetes'], { issuer }: PresetContext): Kind {
  const { mount = 'kubernetes', role = '', serviceAccount } = auth ?? {}
  const { name = '', expiration = '10m', audiences } = serviceAccount ?? {}
  const own = issuer.namespace === undefined ? issuer.name : `${issuer.namespace}/${issuer.name}`
  return {
    mount,
    body: { role: literal(role), jwt: '{{ .serviceAccountToken }}' },
    more: { serviceAccount: { name, audiences: audiences ?? [`vault://${own}`], expiration } },
  }
}

/** A look at the token itself shows that Vault knows it; the policy `default` allows that. */
function byToken(
  { key, lookup }: NonNullable<VaultAuth['token']>,
  headers: Headers,
): Login & { token: string } {
  const token = secret(key)
  if (!lookup) return { token }
  const response = { token: { path: 'data.id' }, ttl: { path: 'data.ttl' } }
  const own = { ...headers, 'X-Vault-Token': token }
  const login = { method: 'GET' as const, path: '/v1/auth/token/lookup-self', headers: own, response }
  return { token: '{{ .token }}', login }
}
