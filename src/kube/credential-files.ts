import { readFile } from 'node:fs/promises'
import type { Clock } from '../std/clock.ts'
import { Redacted } from '../std/redacted.ts'
import { property } from './api-status.ts'
import { checkTlsMaterial, sameTlsMaterial, type TlsMaterial } from './connection.ts'
import { TransportError } from './errors.ts'
import { createRenewable, type Renewable } from './renewable.ts'

/** As client-go has it: the kubelet renews a projected token long before it expires. */
const rereadAfterMs = 60_000

/** Where one piece of PEM lies: in a file that may change, or given as text. */
export type PemSource = { readonly file: string } | { readonly text: string }

export interface TlsSources {
  readonly ca?: PemSource | undefined
  readonly cert?: PemSource | undefined
  readonly key?: PemSource | undefined
}

/** `Bearer <content>` of a file, read anew every minute. A file that is missing for a while leaves the last token. */
export function tokenFileAuthorization(file: string, clock: Clock): Renewable<Redacted> {
  return createRenewable({
    clock,
    equal: (a, b) => a.reveal() === b.reveal(),
    read: async () => {
      const token = (await textOf(file)).trim()
      if (token === '') throw new TransportError(`Cannot use token file ${file}: it is empty`, 'CREDENTIAL')
      return { value: new Redacted(`Bearer ${token}`), renewAfterMs: rereadAfterMs }
    },
  })
}

/**
 * TLS material of files, read anew every minute. A pair that does not belong together (one file is new, the other not
 * yet) leaves the last good one. `more` adds what a plugin gave.
 */
export function tlsMaterialOf(
  sources: TlsSources,
  clock: Clock,
  more: (forced: boolean) => Promise<TlsMaterial> = () => Promise.resolve({}),
): Renewable<TlsMaterial> {
  return createRenewable<TlsMaterial>({
    clock,
    equal: sameTlsMaterial,
    read: async (forced) => {
      const [ca, cert, key] = await Promise.all([pem(sources.ca), pem(sources.cert), pem(sources.key)])
      const own = { ca, cert, key: key === undefined ? undefined : new Redacted(key) }
      const material = { ...own, ...(await more(forced)) }
      check(material)
      return { value: material, renewAfterMs: rereadAfterMs }
    },
  })
}

function check(material: TlsMaterial): void {
  try {
    checkTlsMaterial(material)
  } catch (error) {
    const code = String(property(error, 'code'))
    throw new TransportError(
      `Cannot use the CA or client certificate: ${code}, check that they are PEM and that certificate and key match`,
      'CREDENTIAL',
    )
  }
}

async function pem(source: PemSource | undefined): Promise<string | undefined> {
  if (source === undefined) return undefined
  return 'text' in source ? source.text : textOf(source.file)
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw new TransportError(`Cannot read ${file}: ${String(property(error, 'code'))}`, 'CREDENTIAL')
  }
}
