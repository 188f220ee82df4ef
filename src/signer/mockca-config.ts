import { parse } from 'yaml'
import { z } from 'zod'
import { parseDuration } from '../std/duration.ts'
import { SignFailure } from './sign-failure.ts'

const key = 'mockca.yaml'

/** A CA is made for at least this long, so that it outlives cert-manager's shortest certificates. */
const leastValidityMs = 2 * 3_600_000

const validity = z
  .string()
  .transform((text) => parseDuration(text) ?? Number.NaN)
  .refine((ms) => ms >= leastValidityMs, 'must be a Go duration of at least 2h, such as 87600h')
  // 100 years: beyond it dates leave what certificates can say.
  .refine((ms) => !(ms > 876_000 * 3_600_000), 'must be at most 876000h')

const schema = z.strictObject({
  keyAlgorithm: z
    .enum(['ECDSA-P256', 'ECDSA-P384', 'ECDSA-P521', 'RSA-2048', 'RSA-3072', 'RSA-4096', 'Ed25519'])
    .default('ECDSA-P256'),
  commonName: z.string().min(1).max(64).default('Keyferry mock CA (for tests only)'),
  validity: validity.default(87_600 * 3_600_000),
  allowCA: z.boolean().default(false),
})

/** How a mock CA is made and what it signs; `validity` in milliseconds. */
export type MockCAConfig = z.infer<typeof schema>

/** Reads ConfigMap key `mockca.yaml`; everything has a default. Throws SignFailure `InvalidConfig` with the path. */
export function readMockCAConfig(config: ReadonlyMap<string, string> | undefined): MockCAConfig {
  const result = schema.safeParse(parseYaml(config?.get(key)) ?? {})
  if (result.success) return result.data
  const [issue] = result.error.issues
  const path = [key, ...(issue?.path ?? [])].join('.')
  throw new SignFailure('InvalidConfig', `ConfigMap key ${path}: ${issue?.message ?? 'is not valid'}`)
}

function parseYaml(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : parse(text, { maxAliasCount: 0 })
  } catch {
    throw new SignFailure('InvalidConfig', `ConfigMap key ${key}: is not YAML`)
  }
}
