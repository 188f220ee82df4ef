import * as z from 'zod'
import type { PkiInput } from '../pki/schema.ts'
import { DataKey } from '../pki/schema-parts.ts'
import { definePreset, type Expansion } from './preset.ts'
import { literal, secret } from './template-text.ts'

const Settings = z.strictObject({
  /** The full name of the PKI certificate issuer: `/pki/web`. */
  certIssuerName: z.string().min(1).max(500),
  accessIdKey: DataKey.default('accessId'),
  accessKeyKey: DataKey.default('accessKey'),
})
type Settings = z.output<typeof Settings>

/** An Akeyless Gateway's PKI certificate issuers. */
export const akeyless = definePreset({
  name: 'akeyless',
  Settings,
  expand(settings) {
    const usageMaps = { extKeyUsage: extendedKeyUsages }
    return { login: login(settings), submit: submit(settings), usageMaps }
  },
})

/** The words of `extended-key-usage`. */
const extendedKeyUsages = {
  'server auth': 'serverauth',
  'client auth': 'clientauth',
  'code signing': 'codesigning',
}

function login({ accessIdKey, accessKeyKey }: Settings): Expansion['login'] {
  return {
    path: '/auth',
    body: {
      'access-type': 'access_key',
      'access-id': secret(accessIdKey),
      'access-key': secret(accessKeyKey),
      json: true,
    },
    // The answer does not say for how long the token holds; an hour is usual, and one that is refused is renewed.
    defaultTTL: '30m',
    response: { token: { path: 'token' } },
  }
}

function submit({ certIssuerName }: Settings): PkiInput['submit'] {
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
