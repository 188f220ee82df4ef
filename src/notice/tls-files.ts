import { readText, readTls, type ServerTls, type TlsFiles, unusable } from '../runtime/tls-files.ts'
import { Redacted } from '../std/redacted.ts'

/** Files that are mounted from a Secret, and change with it. */
export interface NoticeFiles extends TlsFiles {
  readonly tokenFile?: string | undefined
}

/** What the files hold, checked to belong together. */
export interface NoticeSecrets {
  readonly tls: ServerTls
  readonly certPem: string
  readonly replicaKey: Redacted
  readonly token: Redacted | undefined
}

/** For logs and messages. */
export const purpose = 'the event endpoint'

/** Reads all files; throws Failure that names the one at fault, without its content. */
export async function readSecrets(files: NoticeFiles): Promise<NoticeSecrets> {
  const tls = await readTls(files, purpose)
  return {
    tls,
    certPem: tls.cert,
    replicaKey: new Redacted(tls.key),
    token: await tokenOf(files),
  }
}

async function tokenOf({ tokenFile }: NoticeFiles): Promise<Redacted | undefined> {
  if (tokenFile === undefined) return undefined
  const token = (await readText(tokenFile, purpose)).trim()
  if (token === '') throw unusable(tokenFile, purpose, 'it is empty')
  return new Redacted(token)
}
