import { readFile } from 'node:fs/promises'
import { parse } from 'yaml'
import * as z from 'zod'
import { capabilities } from './roles.ts'
import type { AkeylessState } from './state.ts'

const names = z.exactOptional(z.array(z.string()))

const Rule = z.strictObject({ path: z.string(), capabilities: z.array(z.enum(capabilities)) })

const Secret = z.strictObject({
  value: z.string(),
  format: z.exactOptional(z.enum(['text', 'json', 'key-value'])),
  tags: names,
})

/** What an account starts with, as a YAML or JSON file says it. */
const Seed = z.strictObject({
  kubernetes: z.exactOptional(
    z.strictObject({ host: z.string(), caFile: z.string(), reviewerTokenFile: z.exactOptional(z.string()) }),
  ),
  accessKeys: z
    .array(
      z.strictObject({ accessId: z.string(), accessKey: z.string(), admin: z.exactOptional(z.boolean()) }),
    )
    .default([]),
  kubernetesAuth: z
    .array(
      z.strictObject({
        accessId: z.string(),
        config: z.string(),
        boundServiceAccounts: names,
        boundNamespaces: names,
        audience: z.exactOptional(z.string()),
      }),
    )
    .default([]),
  roles: z
    .array(
      z.strictObject({
        accessId: z.string(),
        rules: z.array(Rule),
        subClaims: z.exactOptional(z.record(z.string(), z.array(z.string()))),
      }),
    )
    .default([]),
  secrets: z.record(z.string(), Secret).default({}),
  rotated: z.record(z.string(), z.record(z.string(), z.string())).default({}),
})
type Seed = z.infer<typeof Seed>

/** Seeds the account from a file; throws when the file cannot be read or says something unknown. */
export async function seedFromFile(state: AkeylessState, file: string): Promise<void> {
  const seed = Seed.parse(parse(await readFile(file, 'utf8')))
  if (seed.kubernetes !== undefined) await useKubernetes(state, seed.kubernetes)
  for (const it of seed.accessKeys) state.accessKey(it)
  for (const it of seed.kubernetesAuth) state.k8sAuth(it)
  for (const it of seed.roles) state.role(it)
  for (const [name, secret] of Object.entries(seed.secrets)) state.secret(name, secret)
  for (const [name, fields] of Object.entries(seed.rotated)) state.rotated(name, fields)
}

async function useKubernetes(
  state: AkeylessState,
  { host, caFile, reviewerTokenFile }: NonNullable<Seed['kubernetes']>,
): Promise<void> {
  const reviewerToken =
    reviewerTokenFile === undefined ? '' : (await readFile(reviewerTokenFile, 'utf8')).trim()
  state.k8s = { host, caPem: await readFile(caFile, 'utf8'), reviewerToken }
}
