import type * as z from 'zod'
import type { PkiInput } from '../pki/schema.ts'
import type { IssuerRef } from '../signer.ts'

/** What a preset may know beside its settings. */
export interface PresetContext {
  readonly issuer: IssuerRef
  /** As the user wrote it. */
  readonly baseURL: string
}

/** What a preset says in place of the user; what he says himself (tls, timeouts, health...) goes before it. */
export type Expansion = Omit<PkiInput, 'baseURL' | 'tls' | 'timeouts' | 'retryWindow' | 'maxConcurrentCalls'>

/** A PKI whose steps are known: data that a user could have written himself. */
export interface Preset<Settings extends z.ZodType = z.ZodType> {
  /** As in `preset: vault`. */
  readonly name: string
  /** Strict, so that an unknown setting is refused by its path. */
  readonly Settings: Settings
  expand(settings: z.output<Settings>, context: PresetContext): Expansion
}

/** A preset with the type of its settings kept to itself. */
export function definePreset<Settings extends z.ZodType>(preset: Preset<Settings>): Preset {
  // The schema has parsed what expand gets.
  return { ...preset, expand: (settings, context) => preset.expand(settings as z.output<Settings>, context) }
}
