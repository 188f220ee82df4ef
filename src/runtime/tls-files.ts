import { readFile } from 'node:fs/promises'
import { createSecureContext } from 'node:tls'
import { Failure } from '../std/failure.ts'

/** Files of a server's certificate, mounted from a Secret, and changing with it. */
export interface TlsFiles {
  readonly certFile: string
  readonly keyFile: string
  /** CAs whose client certificates are taken. */
  readonly clientCaFile?: string | undefined
}

/** What a server is told of its certificate; TLS 1.2 at least. */
export interface ServerTls {
  readonly cert: string
  readonly key: string
  readonly ca?: string
  readonly minVersion: 'TLSv1.2'
}

/** Reads the files, checked to belong together; throws Failure that names the one at fault, without its content. */
export async function readTls(files: TlsFiles, purpose: string): Promise<ServerTls> {
  const { certFile, keyFile, clientCaFile } = files
  const cert = await readText(certFile, purpose)
  const key = await readText(keyFile, purpose)
  const ca = clientCaFile === undefined ? {} : { ca: await readText(clientCaFile, purpose) }
  const tls: ServerTls = { cert, key, ...ca, minVersion: 'TLSv1.2' }
  try {
    createSecureContext(tls)
  } catch {
    throw unusable(certFile, purpose, 'certificate, key and CA are not PEM or do not belong together')
  }
  return tls
}

/** The text of a file; throws Failure with its name and for what it was read. */
export async function readText(file: string, purpose: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    throw unusable(file, purpose, `it cannot be read (${code})`)
  }
}

/** A file that cannot be what it is for. */
export function unusable(file: string, purpose: string, why: string): Failure {
  return new Failure('InvalidFlags', `Cannot use file "${file}" for ${purpose}: ${why}`, {
    userMustAct: true,
  })
}
