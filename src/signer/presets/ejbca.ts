import * as z from 'zod'
import type { PkiInput } from '../pki/schema.ts'
import { DataKey, TemplateText } from '../pki/schema-parts.ts'
import { Tls } from '../pki/schema-tls.ts'
import { definePreset, type Expansion } from './preset.ts'
import { literal, secret } from './template-text.ts'
import { MountPath } from './vault-login.ts'

/** The name of a CA or profile, as EJBCA's administration shows it. */
const Name = z.string().min(1).max(250)

/** Client credentials of OAuth 2.0, in place of a client certificate. */
const OAuth = z.strictObject({
  tokenURL: z.string().min(1).max(2000),
  clientIdKey: DataKey.default('clientId'),
  clientSecretKey: DataKey.default('clientSecret'),
  scopes: z.array(z.string().min(1).max(200)).max(20).default([]),
  audience: z.string().min(1).max(500).optional(),
  /** Where the token server is trusted by other CAs than EJBCA is. */
  tls: Tls.optional(),
})
type OAuth = z.output<typeof OAuth>

const Settings = z.strictObject({
  certificateAuthority: Name,
  certificateProfile: Name,
  endEntityProfile: Name,
  /** The end entity, as a template. */
  username: TemplateText.default('keyferry-{{ .request.uid }}'),
  accountBindingId: z.string().min(1).max(250).optional(),
  /** `profile` leaves the life to the certificate profile, and takes one that is longer than was asked for. */
  validity: z.enum(['requested', 'profile']).default('requested'),
  apiPath: MountPath.default('ejbca/ejbca-rest-api'),
  /** With it the chain is read from the CA, which certificates that waited for an approval come without. */
  caSubjectDN: z.string().min(3).max(500).optional(),
  oauth: OAuth.optional(),
})
type Settings = z.output<typeof Settings>

/** EJBCA's REST API, Community and Enterprise. */
export const ejbca = definePreset({
  name: 'ejbca',
  Settings,
  expand(settings) {
    const headers: Record<string, string> =
      settings.oauth === undefined ? {} : { Authorization: 'Bearer {{ .token }}' }
    const base = `/${settings.apiPath}/v1/certificate`
    return {
      ...(settings.oauth !== undefined && { login: login(settings.oauth) }),
      ...(settings.validity === 'profile' && { leniency: { longerValidity: true } }),
      submit: { path: `${base}/pkcs10enroll`, headers, body: enrolment(settings), response: ofSubmit },
      poll: {
        method: 'POST',
        path: `${base}/{{ .id }}/finalize`,
        headers,
        body: { response_format: 'DER', password },
        response: ofPoll,
      },
      ...(settings.caSubjectDN !== undefined && {
        authorities: chainOf(settings.caSubjectDN, settings.apiPath, headers),
      }),
      health: { path: `${base}/status`, headers, response: ofHealth },
    }
  },
})

function login({ tokenURL, clientIdKey, clientSecretKey, scopes, audience, tls }: OAuth): Expansion['login'] {
  return {
    url: tokenURL,
    ...(tls !== undefined && { tls }),
    form: {
      grant_type: 'client_credentials',
      client_id: secret(clientIdKey),
      client_secret: secret(clientSecretKey),
      ...(scopes.length > 0 && { scope: literal(scopes.join(' ')) }),
      ...(audience !== undefined && { audience: literal(audience) }),
    },
    response: {
      code: { path: 'error' },
      token: { path: 'access_token' },
      ttl: { path: 'expires_in' },
    },
  }
}

/** A DN may hold slashes: as a template it stays one segment. */
function chainOf(
  subjectDN: string,
  apiPath: string,
  headers: Record<string, string>,
): Expansion['authorities'] {
  return {
    path: `/${apiPath}/v1/ca/{{ ${JSON.stringify(subjectDN)} }}/certificate/download`,
    headers,
    response: { certificate: { body: true, encoding: 'pem' } },
  }
}

/** The same at the enrolment and when it is finalized, after a restart too. */
const password = '{{ .requestSecret }}'

function enrolment({ username, accountBindingId, validity, ...names }: Settings) {
  return {
    certificate_request: '{{ .csr.pem }}',
    certificate_authority_name: literal(names.certificateAuthority),
    certificate_profile_name: literal(names.certificateProfile),
    end_entity_profile_name: literal(names.endEntityProfile),
    username,
    password,
    include_chain: true,
    response_format: 'DER',
    email: { $optional: '{{ with .emails }}{{ index . 0 }}{{ end }}' },
    ...(accountBindingId !== undefined && { account_binding_id: literal(accountBindingId) }),
    ...(validity === 'requested' && { end_time: '{{ .notAfter.ejbca }}' }),
  }
}

const certificates = {
  certificate: { path: 'certificate', encoding: 'base64-der' as const },
  chain: { path: 'certificate_chain[*]', encoding: 'base64-der' as const },
}

const waits = {
  status: 202,
  is: 'pending' as const,
  message: 'the enrolment waits for the approval of an administrator of EJBCA',
}

const ofSubmit: NonNullable<PkiInput['submit']['response']> = {
  rules: [
    waits,
    {
      status: 404,
      is: 'issuer-fault',
      message: 'EJBCA has no such CA, profile or REST protocol; check the settings',
    },
    { status: 503, is: 'retry', message: 'the CA or its crypto token is offline' },
  ],
  ...certificates,
  id: { path: 'link', pattern: '/(-?[0-9]+)/finalize$' },
}

const ofPoll: NonNullable<NonNullable<PkiInput['poll']>['response']> = {
  rules: [
    waits,
    {
      status: 400,
      is: 'refused',
      message: 'the enrolment was rejected, has expired or was finalized before',
    },
    // EJBCA says this of a wrong password, too: one enrolment must not stop the issuer for all others.
    {
      status: 403,
      is: 'retry',
      message:
        'a right is missing, or the Secret of authSecretRef changed, and with it the password of the enrolment',
    },
    { status: 503, is: 'retry', message: 'the CA or its crypto token is offline' },
  ],
  ...certificates,
}

const ofHealth: NonNullable<NonNullable<PkiInput['health']>['response']> = {
  rules: [
    { when: { path: 'status', equals: 'OK' }, is: 'success' },
    { status: '2xx', is: 'retry', message: 'EJBCA does not say that it is OK' },
    { status: 404, is: 'issuer-fault', message: 'EJBCA has no such path; see that its REST protocol is on' },
  ],
}
