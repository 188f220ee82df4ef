import * as z from 'zod'
import type { PkiInput } from '../pki/schema.ts'
import { DataKey } from '../pki/schema-parts.ts'
import { definePreset } from './preset.ts'
import { literal, secret } from './template-text.ts'

/** What an id is in this API: a UUID. */
const Id = z.string().regex(/^[0-9A-Fa-f-]{8,64}$/, 'is not an id (a UUID)')

const Settings = z
  .strictObject({
    applicationId: Id,
    certificateIssuingTemplateId: Id,
    /** The key of the Secret with an API key. */
    apiKeyKey: DataKey.optional(),
    /** The key with the access token of a service account, in place of an API key. */
    accessTokenKey: DataKey.optional(),
  })
  .refine((it) => it.apiKeyKey === undefined || it.accessTokenKey === undefined, {
    message: 'apiKeyKey and accessTokenKey exclude each other',
  })
type Settings = z.output<typeof Settings>

/** Venafi's cloud: CyberArk Certificate Manager, SaaS. */
export const venafiSaas = definePreset({
  name: 'venafi-saas',
  Settings,
  expand(settings, { issuer }) {
    const headers = headersOf(settings)
    const origin = [issuer.namespace, issuer.name].filter((it) => it !== undefined).join('/')
    return {
      // An order that was deleted there is never found, which is all that can be told from one not yet to be seen.
      pendingLimit: '168h',
      submit: submit(settings, headers, origin),
      poll: { path: '/outagedetection/v1/certificaterequests/{{ .id }}', headers, response: ofPoll },
      fetch: {
        path: '/outagedetection/v1/certificates/{{ .id }}/contents',
        query: { chainOrder: 'EE_FIRST', format: 'PEM' },
        headers,
        response: ofFetch,
      },
      health: { path: '/v1/useraccounts', headers, response: { code } },
    }
  },
})

function headersOf({ apiKeyKey = 'apiKey', accessTokenKey }: Settings): Record<string, string> {
  if (accessTokenKey !== undefined) return { Authorization: `Bearer ${secret(accessTokenKey)}` }
  return { 'tppl-api-key': secret(apiKeyKey) }
}

function submit(
  { applicationId, certificateIssuingTemplateId }: Settings,
  headers: Record<string, string>,
  origin: string,
): PkiInput['submit'] {
  return {
    path: '/outagedetection/v1/certificaterequests',
    headers,
    body: {
      certificateSigningRequest: '{{ .csr.pem }}',
      applicationId,
      certificateIssuingTemplateId,
      validityPeriod: 'PT{{ .duration.hours }}H',
      apiClientInformation: { type: 'Keyferry', identifier: literal(origin) },
    },
    response: { rules: [noTemplate], code, id: { path: 'certificateRequests[0].id' } },
  }
}

const code = { path: 'errors[0].code' }

const noTemplate = {
  status: 404,
  is: 'issuer-fault' as const,
  message: 'there is no such application or issuing template',
}

const ofPoll: NonNullable<NonNullable<PkiInput['poll']>['response']> = {
  rules: [
    { status: 404, is: 'pending', message: 'the request is not to be seen yet' },
    { when: { path: 'status', equals: 'ISSUED' }, is: 'success' },
    {
      when: { path: 'status', equals: ['FAILED', 'REJECTED', 'CANCELLED', 'DELETED'] },
      is: 'refused',
      message: 'the request failed; see why on its page there',
    },
    { status: 200, is: 'pending' },
  ],
  code: { path: 'errorInformation.code' },
  id: { path: 'certificateIds[0]' },
}

const ofFetch: NonNullable<NonNullable<PkiInput['fetch']>['response']> = {
  rules: [{ status: 409, is: 'pending', message: 'the certificate is not signed yet' }],
  code,
  certificate: { body: true, encoding: 'pem' },
}
