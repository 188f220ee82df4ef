import type { ExternalSecretDataFrom } from '../api/externalsecret-source.ts'

/** One step of `dataFrom[].rewrite`. */
export type RewriteStep = NonNullable<ExternalSecretDataFrom['rewrite']>[number]
