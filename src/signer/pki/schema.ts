import * as z from 'zod'
import { AkeylessAuth } from '../../api/akeyless-spec.ts'
import {
  DataKey,
  durationWithin,
  HeaderName,
  LongDuration,
  ObjectName,
  TemplateText,
} from './schema-parts.ts'
import { HealthStep, LoginStep, Step } from './schema-step.ts'
import { Tls } from './schema-tls.ts'

/** The token of a ServiceAccount for templates, as `.serviceAccountToken`. */
const ServiceAccount = z.strictObject({
  name: ObjectName,
  audiences: z.array(z.string().min(1).max(500)).min(1).max(10),
  expiration: durationWithin(600_000, 86_400_000).prefault('10m'),
})

/** One-time tokens of step-ca for templates, as `.stepToken`; keys are those of the Secret that authSecretRef names. */
const StepToken = z.strictObject({
  provisioner: z.string().min(1).max(200),
  /** The address of the call that the token is for. */
  audience: z.string().min(1).max(2000),
  /** Of the provisioner's private key: a JWK, or PEM. */
  key: DataKey,
  /** Of the password of a PEM that is encrypted. */
  passwordKey: DataKey.optional(),
  /** As step-ca knows the key; what the JWK says, or its thumbprint, unless said. */
  kid: z.string().min(1).max(200).optional(),
})
export type StepToken = z.output<typeof StepToken>

/** A login to Akeyless, whose token templates have as `.token`. */
const AkeylessLogin = z.union([
  /** In the words of a SecretStore. */
  z.strictObject({ auth: AkeylessAuth.strict() }),
  /** By access id and key, which lie under these keys in the Secret that authSecretRef names. */
  z.strictObject({ accessIdKey: DataKey, accessKeyKey: DataKey }),
])
export type AkeylessLogin = z.output<typeof AkeylessLogin>

/** A refresh token that each login replaces, for templates of the login, as `.refreshToken`. */
const RotatingToken = z.strictObject({ secretName: ObjectName, key: DataKey.default('refresh-token') })
export type RotatingToken = z.output<typeof RotatingToken>

const fraction = 60_000

/** What is said beside the steps, with a preset and without. */
export const common = {
  baseURL: z.string().min(1).max(2000),
  tls: Tls.prefault({}),
  timeouts: z
    .strictObject({
      connect: durationWithin(1, 10 * fraction).prefault('5s'),
      request: durationWithin(1, 10 * fraction).prefault('30s'),
    })
    .prefault({}),
  /** For how long failures that may pass are retried, from the first of them. */
  retryWindow: LongDuration.prefault('1h'),
  /** For how long a pending request may stay so; absent is for ever. */
  pendingLimit: LongDuration.optional(),
  pollInterval: durationWithin(1, 24 * 60 * fraction).prefault('10s'),
  maxConcurrentCalls: z.int().min(1).max(200).default(20),
  /** A header by which the PKI knows a request that comes again. */
  idempotency: z
    .strictObject({ header: HeaderName, value: TemplateText.default('{{ .request.uid }}') })
    .optional(),
  /** cert-manager's words for usages in those of the PKI, by the name that templates use: `.usageMaps.NAME`. */
  usageMaps: z
    .record(
      z.string().regex(/^[A-Za-z][A-Za-z0-9]{0,30}$/),
      z.record(z.string().max(50), z.string().min(1).max(200)),
    )
    .default({}),
  serviceAccount: ServiceAccount.optional(),
  stepToken: StepToken.optional(),
  akeylessLogin: AkeylessLogin.optional(),
  refreshToken: RotatingToken.optional(),
  /** Where the PKI is known to answer otherwise than was asked. */
  leniency: z.strictObject({ longerValidity: z.boolean().optional() }).optional(),
  health: HealthStep.optional(),
}

/** The configuration of a PKI in full: what a preset expands to, or a user writes. */
export const Pki = z.strictObject({
  ...common,
  login: LoginStep.optional(),
  submit: Step,
  poll: Step.optional(),
  fetch: Step.optional(),
  /** After a poll or fetch that was refused, so that the PKI is free for another request. */
  reset: Step.optional(),
  /** Gives the CA certificates that the PKI's answers lack. */
  authorities: Step.optional(),
})
export type Pki = z.output<typeof Pki>
export type PkiInput = z.input<typeof Pki>
