import * as z from 'zod'
import type { PkiInput } from '../pki/schema.ts'
import { DataKey } from '../pki/schema-parts.ts'
import { definePreset } from './preset.ts'

const Settings = z.strictObject({
  /** The name of a JWK provisioner. */
  provisioner: z.string().min(1).max(200),
  /** Of its private key in the Secret: a JWK, or PEM. */
  key: DataKey.default('provisioner-key'),
  /** Of the password of a PEM that is encrypted. */
  passwordKey: DataKey.optional(),
  kid: z.string().min(1).max(200).optional(),
  /** Where step-ca knows itself by another name than that of baseURL. */
  audience: z.string().min(1).max(2000).optional(),
})

/** Smallstep's step-ca, by the one-time tokens of a JWK provisioner. */
export const stepCa = definePreset({
  name: 'step-ca',
  Settings,
  expand({ provisioner, key, passwordKey, kid, audience }, { baseURL }) {
    return {
      stepToken: {
        provisioner,
        audience: audience ?? `${baseURL.replace(/\/+$/, '')}/1.0/sign`,
        key,
        ...(passwordKey !== undefined && { passwordKey }),
        ...(kid !== undefined && { kid }),
      },
      submit: {
        path: '/1.0/sign',
        body: {
          csr: '{{ .csr.pem }}',
          ott: '{{ .stepToken }}',
          notAfter: '{{ .duration.go }}',
          // cert-manager's CSRs do not say it; a provisioner's template may ask for it.
          templateData: { isCA: { $value: 'isCA' } },
        },
        response,
      },
      authorities: { path: '/1.0/roots', response: { certificate: { path: 'crts[*]' } } },
      health: {
        path: '/health',
        response: { rules: [isOk, { status: '2xx', is: 'retry', message: notOk }] },
      },
    }
  },
})

const isOk = { when: { path: 'status', equals: 'ok' }, is: 'success' as const }
const notOk = 'step-ca does not say that it is ok'

const response: NonNullable<PkiInput['submit']['response']> = {
  rules: [
    {
      status: 401,
      is: 'unauthorized',
      message: 'the PKI does not accept the token: check provisioner, kid, key and audience, and the clocks',
    },
    // What a provisioner may sign is policy; who may ask was answered with 401.
    { status: 403, is: 'refused', message: 'step-ca does not permit this request; see why in its log' },
    { status: 404, is: 'issuer-fault', message: 'step-ca has no such path; check baseURL' },
  ],
  certificate: { path: 'crt' },
  chain: { path: 'certChain[*]' },
}
