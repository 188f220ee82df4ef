import * as z from 'zod'
import { AkeylessAuth } from '../../api/akeyless-spec.ts'
import type { PkiInput } from '../pki/schema.ts'
import { DataKey } from '../pki/schema-parts.ts'
import { definePreset } from './preset.ts'
import { literal } from './template-text.ts'

const Settings = z.strictObject({
  /** The full name of the PKI certificate issuer: `/pki/web`. */
  certIssuerName: z.string().min(1).max(500),
  /** As spec.provider.akeyless.authSecretRef of a SecretStore; by access id and key unless said. */
  auth: AkeylessAuth.strict().optional(),
  accessIdKey: DataKey.default('accessId'),
  accessKeyKey: DataKey.default('accessKey'),
})

/** An Akeyless Gateway's PKI certificate issuers. */
export const akeyless = definePreset({
  name: 'akeyless',
  Settings,
  expand({ certIssuerName, auth, accessIdKey, accessKeyKey }) {
    const akeylessLogin = auth === undefined ? { accessIdKey, accessKeyKey } : { auth }
    return { akeylessLogin, submit: submit(certIssuerName), usageMaps: { extKeyUsage: extendedKeyUsages } }
  },
})

/** The words of `extended-key-usage`. */
const extendedKeyUsages = {
  'server auth': 'serverauth',
  'client auth': 'clientauth',
  'code signing': 'codesigning',
}

function submit(certIssuerName: string): PkiInput['submit'] {
  return {
    path: '/get-pki-certificate',
    body: {
      'cert-issuer-name': literal(certIssuerName),
      'csr-data-base64': '{{ .csr.pemBase64 }}',
      ttl: '{{ .duration.seconds }}',
      'extended-key-usage': { $optional: '{{ .usageMaps.extKeyUsage | join "," }}' },
      token: '{{ .token }}',
      json: true,
    },
    response: {
      rules: [
        {
          status: 404,
          is: 'issuer-fault',
          message: 'the Gateway has no such PKI certificate issuer, or no such API',
        },
      ],
      certificate: { path: 'data' },
      chain: { path: 'parent_cert' },
    },
  }
}
