import { readFile } from 'node:fs/promises'
import { createSecureContext, type SecureContextOptions } from 'node:tls'
import { Failure } from '../std/failure.ts'
import { Redacted } from '../std/redacted.ts'

/** Files that are mounted from a Secret, and change with it. */
export interface NoticeFiles {
  readonly certFile: string
  readonly keyFile: string
  /** CAs whose client certificates are taken. */
  readonly clientCaFile?: string | undefined
  readonly tokenFile?: string | undefined
}

/** What the files hold, checked to belong together. */
export interface NoticeSecrets {
  readonly tls: SecureContextOptions
  readonly certPem: string
  readonly replicaKey: Redacted
  readonly token: Redacted | undefined
}

/** Reads all files; throws Failure that names the one at fault, without its content. */
export async function readSecrets(files: NoticeFiles): Promise<NoticeSecrets> {
  const cert = await textOf(files.certFile)
  const key = await textOf(files.keyFile)
  const ca = await textOf(files.clientCaFile)
  const token = await textOf(files.tokenFile)
  const tls = {
    cert: cert ?? '',
    key: key ?? '',
    ...(ca !== undefined && { ca }),
    minVersion: 'TLSv1.2' as const,
  }
  checkPair(tls, files)
  if (token?.trim() === '') throw unusable(files.tokenFile ?? '', 'it is empty')
  return {
    tls,
    certPem: tls.cert,
    replicaKey: new Redacted(tls.key),
    token: token === undefined ? undefined : new Redacted(token.trim()),
  }
}

async function textOf(file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    throw unusable(file, `it cannot be read (${code})`)
  }
}

function checkPair(tls: SecureContextOptions, { certFile }: NoticeFiles): void {
  try {
    createSecureContext(tls)
  } catch {
    throw unusable(certFile, 'certificate, key and CA are not PEM or do not belong together')
  }
}

function unusable(file: string, why: string): Failure {
  return new Failure('InvalidFlags', `Cannot use file "${file}" for the event endpoint: ${why}`, {
    userMustAct: true,
  })
}
