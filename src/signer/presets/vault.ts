import * as z from 'zod'
import type { PkiInput } from '../pki/schema.ts'
import { definePreset } from './preset.ts'
import { MountPath, VaultAuth, vaultLogin } from './vault-login.ts'
import { vaultExtendedKeyUsages, vaultKeyUsages } from './vault-usages.ts'

/** A name in Vault's API: no part of it can leave its place. */
const Name = z.string().regex(/^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,127}$/, 'is not a name')

const Settings = z
  .strictObject({
    mount: MountPath.default('pki'),
    role: Name.optional(),
    /** `sign` keeps to the role; `sign-verbatim` takes the CSR as it is; `sign-intermediate` makes CAs. */
    mode: z.enum(['sign', 'sign-verbatim', 'sign-intermediate']).default('sign'),
    /** One of several issuers of the mount; its default one unless said. */
    issuerRef: Name.optional(),
    namespace: MountPath.optional(),
    auth: VaultAuth,
  })
  .refine((it) => it.mode !== 'sign' || it.role !== undefined, { path: ['role'], message: 'is missing' })
type Settings = z.output<typeof Settings>

/** HashiCorp Vault's PKI engine, and OpenBao's. */
export const vault = definePreset({
  name: 'vault',
  Settings,
  expand(settings, context) {
    const headers = {
      'X-Vault-Request': 'true',
      ...(settings.namespace !== undefined && { 'X-Vault-Namespace': settings.namespace }),
    }
    const { token, ...login } = vaultLogin(settings.auth, headers, context)
    const submit = { ...signing(settings), headers: { ...headers, 'X-Vault-Token': token } }
    const usageMaps = { keyUsage: vaultKeyUsages, extKeyUsage: vaultExtendedKeyUsages }
    return { ...login, usageMaps, submit, health }
  },
})

type Signing = Pick<PkiInput['submit'], 'path' | 'body' | 'response'>

function signing({ mount, role, mode, issuerRef }: Settings): Signing {
  const below = issuerRef === undefined ? `/v1/${mount}` : `/v1/${mount}/issuer/${issuerRef}`
  const path = {
    sign: `${below}/sign/${role}`,
    'sign-verbatim': role === undefined ? `${below}/sign-verbatim` : `${below}/sign-verbatim/${role}`,
    'sign-intermediate':
      issuerRef === undefined ? `${below}/root/sign-intermediate` : `${below}/sign-intermediate`,
  }[mode]
  return { path, body: { ...csr, ...bodies[mode] }, response }
}

const csr = { csr: '{{ .csr.pem }}', ttl: '{{ .duration.seconds }}s', format: 'pem' }

const names = {
  common_name: '{{ .commonName }}',
  alt_names: '{{ concat .dnsNames .emails | join "," }}',
  ip_sans: '{{ .ipAddresses | join "," }}',
  uri_sans: '{{ .uris | join "," }}',
  exclude_cn_from_sans: true,
}

const bodies = {
  sign: names,
  'sign-verbatim': {
    key_usage: { $value: 'usageMaps.keyUsage' },
    ext_key_usage: { $value: 'usageMaps.extKeyUsage' },
  },
  'sign-intermediate': { use_csr_values: true, common_name: '{{ .commonName }}' },
}

const response: NonNullable<Signing['response']> = {
  rules: [
    { status: 404, is: 'issuer-fault', message: 'there is no PKI engine at this mount' },
    { status: [412, 472, 473], is: 'retry', message: 'this node of Vault cannot serve it now' },
  ],
  certificate: { path: 'data.certificate' },
  chain: { path: 'data.ca_chain' },
  ca: { path: 'data.issuing_ca' },
}

/** Standbys answer 429, 472 and 473, and pass requests on; this path takes no token and no namespace. */
const health: PkiInput['health'] = {
  path: '/v1/sys/health',
  response: {
    rules: [
      { status: [200, 429, 472, 473], is: 'success' },
      { status: 501, is: 'retry', message: 'Vault is not initialised' },
      { status: 503, is: 'retry', message: 'Vault is sealed' },
    ],
  },
}
