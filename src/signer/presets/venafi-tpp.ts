import * as z from 'zod'
import type { PkiInput } from '../pki/schema.ts'
import { DataKey, ObjectName, TemplateText } from '../pki/schema-parts.ts'
import { definePreset, type Expansion } from './preset.ts'
import { literal, secret } from './template-text.ts'

const Text = z.string().min(1).max(500)

/** How the platform grants us a token: one of them. */
const Auth = z
  .strictObject({
    password: z
      .strictObject({ usernameKey: DataKey.default('username'), passwordKey: DataKey.default('password') })
      .optional(),
    /** By the client certificate that `tls` names. */
    certificate: z.strictObject({}).optional(),
    /** By a refresh token in a Secret that was made for it; each login replaces it there. */
    refreshToken: z
      .strictObject({ secretName: ObjectName, key: DataKey.default('refresh-token') })
      .optional(),
  })
  .refine((it) => Object.values(it).filter((one) => one !== undefined).length === 1, {
    message: 'needs one of password, certificate and refreshToken',
  })
type Auth = z.output<typeof Auth>

const Settings = z.strictObject({
  policyDN: Text.regex(/^\\VED\\Policy(\\|$)/, 'does not begin with \\VED\\Policy'),
  clientId: Text,
  scope: Text.default('certificate:manage'),
  auth: Auth,
  /** The certificate object, as a template. One of its own for each request keeps one that failed out of the way of others. */
  objectName: TemplateText.default('{{ .request.name }}-{{ .request.uid }}'),
  caDN: Text.optional(),
  /** `profile` leaves the life to the policy, and takes one that is longer than was asked for. */
  validity: z.enum(['requested', 'profile']).default('requested'),
  /** The attribute of the CA template that takes a life in days. */
  validityAttribute: Text.default('Validity Period'),
  workToDoTimeout: z.int().min(0).max(120).optional(),
  /** Custom fields: templates by name. */
  customFields: z.record(Text, TemplateText).default({}),
})
type Settings = z.output<typeof Settings>

/** Venafi Trust Protection Platform: CyberArk Certificate Manager, Self-Hosted. */
export const venafiTpp = definePreset({
  name: 'venafi-tpp',
  Settings,
  expand(settings) {
    const byId = { CertificateDN: '{{ .id }}' }
    return {
      ...login(settings),
      ...(settings.validity === 'profile' && { leniency: { longerValidity: true } }),
      submit: { path: '/vedsdk/certificates/request', headers, body: request(settings), response: ofSubmit },
      poll: {
        method: 'POST',
        path: '/vedsdk/certificates/retrieve',
        headers,
        body: { ...byId, Format: 'base64', IncludeChain: true, RootFirstOrder: false },
        response: ofPoll,
      },
      reset: { path: '/vedsdk/certificates/reset', headers, body: { ...byId, Restart: false } },
      health: { path: '/vedsdk/' },
    }
  },
})

const headers = { Authorization: 'Bearer {{ .token }}' }

function login({ auth, clientId, scope }: Settings): Pick<Expansion, 'login' | 'refreshToken'> {
  const { grant, body, message } = grantOf(auth, literal(scope))
  return {
    ...(auth.refreshToken !== undefined && { refreshToken: auth.refreshToken }),
    login: {
      path: `/vedauth/authorize/${grant}`,
      body: { client_id: literal(clientId), ...body },
      response: {
        rules: [{ status: [400, 401, 403], is: 'issuer-fault', message }],
        code: { path: 'error' },
        token: { path: 'access_token' },
        ttl: { path: 'expires', unit: 'unix' },
        ...(auth.refreshToken !== undefined && { refreshToken: { path: 'refresh_token' } }),
      },
    },
  }
}

interface Grant {
  readonly grant: string
  readonly body: Record<string, string>
  readonly message: string
}

function grantOf({ password, certificate }: Auth, scope: string): Grant {
  if (password !== undefined) {
    const body = { username: secret(password.usernameKey), password: secret(password.passwordKey), scope }
    return { grant: 'oauth', body, message: 'check the user, his password, clientId and scope' }
  }
  if (certificate !== undefined)
    return {
      grant: 'certificate',
      body: { scope },
      message: 'check the client certificate, clientId and scope',
    }
  const message = 'the refresh token is spent or has ended; put a new one into its Secret'
  return { grant: 'token', body: { refresh_token: '{{ .refreshToken }}' }, message }
}

function request(settings: Settings): NonNullable<PkiInput['submit']['body']> {
  const { policyDN, objectName, caDN, validity, validityAttribute, workToDoTimeout } = settings
  const fields = Object.entries(settings.customFields).map(([Name, value]) => ({ Name, Values: [value] }))
  return {
    PolicyDN: literal(policyDN),
    PKCS10: '{{ .csr.pem }}',
    ObjectName: objectName,
    Origin: 'Keyferry',
    DisableAutomaticRenewal: true,
    ...(caDN !== undefined && { CADN: literal(caDN) }),
    ...(validity === 'requested' && {
      CASpecificAttributes: [{ Name: literal(validityAttribute), Value: '{{ .duration.days }}' }],
    }),
    ...(workToDoTimeout !== undefined && { WorkToDoTimeout: workToDoTimeout }),
    ...(fields.length > 0 && { CustomFields: fields }),
  }
}

const certificate = { path: 'CertificateData', encoding: 'base64-pem' as const }

const ofSubmit: NonNullable<PkiInput['submit']['response']> = {
  rules: [{ status: 202, is: 'pending', message: 'the platform has taken the request' }],
  certificate,
  id: { path: 'CertificateDN' },
}

/** The stages of a certificate's way; an answer of 500 with one of them is the object's state, not a server that is ill. */
const stages = Array.from({ length: 15 }, (_, index) => index * 100)

const ofPoll: NonNullable<NonNullable<PkiInput['poll']>['response']> = {
  rules: [
    { status: 202, is: 'pending', message: 'the platform works on the request, or it waits for an approval' },
    {
      status: 500,
      when: { path: 'Stage', equals: stages },
      is: 'refused',
      message: 'the certificate object came to an error; see it there',
    },
  ],
  certificate,
}
