import { X509Certificate } from 'node:crypto'
import type { AkeylessProvider } from '../api/akeyless-spec.ts'
import { failure } from '../api/reason.ts'
import type { References } from '../store/provider.ts'

const root = 'spec.provider.akeyless'

/** CA certificates in PEM, and the field that they come from. */
export interface Ca {
  readonly pem: string
  readonly path: string
}

/** The CAs that a store trusts instead of the usual ones; undefined when it names none. */
export async function caOf(
  { caBundle, caProvider }: AkeylessProvider,
  references: References,
  signal: AbortSignal,
): Promise<Ca | undefined> {
  if (caBundle !== undefined && caBundle !== '') return { pem: decode(caBundle), path: `${root}.caBundle` }
  if (caProvider === undefined) return undefined
  const path = `${root}.caProvider`
  return { pem: await references.caBundle(caProvider, path, signal), path }
}

/** PEM in base64, as the field is documented; PEM as such is taken too. */
function decode(caBundle: string): string {
  return caBundle.includes('-----BEGIN ') ? caBundle : Buffer.from(caBundle, 'base64').toString('utf8')
}

/** Refuses here what TLS would refuse with a riddle, or, worse, ignore; throws InvalidSpec. */
export function checkCa({ pem, path }: Ca): void {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
  if (blocks.length === 0) throw failure('InvalidSpec', `Cannot use ${path}: it holds no PEM certificate`)
  try {
    blocks.map((it) => new X509Certificate(it))
  } catch {
    throw failure('InvalidSpec', `Cannot use ${path}: one of its certificates cannot be read`)
  }
}
