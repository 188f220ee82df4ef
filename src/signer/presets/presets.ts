import { akeyless } from './akeyless.ts'
import { ejbca } from './ejbca.ts'
import type { Preset } from './preset.ts'
import { stepCa } from './step-ca.ts'
import { vault } from './vault.ts'
import { venafiSaas } from './venafi-saas.ts'
import { venafiTpp } from './venafi-tpp.ts'

/** The presets there are, each a page in docs/pki. */
export const presets: readonly Preset[] = [vault, ejbca, venafiTpp, venafiSaas, stepCa, akeyless]
