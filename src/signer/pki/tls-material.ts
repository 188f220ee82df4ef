import { createHmac, createPrivateKey, randomBytes, X509Certificate } from 'node:crypto'
import type { PoolTls } from '../../net/pool.ts'
import type { SignerPorts } from '../signer.ts'
import type { Tls } from './schema-tls.ts'
import { wrong } from './wrong.ts'

/** What a connection trusts and shows, as values; the key lives here and in the connections made of it. */
export interface TlsMaterial {
  readonly caPem: string | undefined
  readonly tls: PoolTls
  /** Differs when any of it does; made with a key of this process, as a private key is in it. */
  readonly digest: string
}

const processKey = randomBytes(32)

/** Reads what `tls` names. Throws InvalidConfig for what is no certificate or key, and what the ports throw. */
export async function readTls(
  tls: Tls,
  path: string,
  ports: SignerPorts,
  signal: AbortSignal,
): Promise<TlsMaterial> {
  const caPem = await caOf(tls, path, ports, signal)
  const client = await clientOf(tls, path, ports, signal)
  const { serverName, minVersion, insecureSkipVerify } = tls
  const options: PoolTls = {
    ...client,
    ...(serverName !== undefined && { servername: serverName }),
    ...(minVersion !== undefined && { minVersion: `TLSv${minVersion}` }),
    ...(insecureSkipVerify === true && { rejectUnauthorized: false }),
  }
  const digest = createHmac('sha256', processKey)
    .update(JSON.stringify([caPem, options]))
    .digest('base64url')
  return { caPem, tls: options, digest }
}

async function caOf(
  { caBundle, caBundleRef }: Tls,
  path: string,
  ports: SignerPorts,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (caBundle !== undefined) return checkedCa(caBundle, `${path}.caBundle`)
  if (caBundleRef === undefined) return undefined
  const at = `${path}.caBundleRef`
  return checkedCa(textOf(await ports.read(caBundleRef, `pki.yaml: ${at}`, signal)), at)
}

/** Refuses here what TLS would refuse with a riddle, or, worse, ignore. */
function checkedCa(pem: string, at: string): string {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
  if (blocks.length === 0) throw wrong([at], 'holds no PEM certificate')
  try {
    blocks.map((it) => new X509Certificate(it))
    return pem
  } catch {
    throw wrong([at], 'holds a certificate that cannot be read')
  }
}

async function clientOf(
  { clientCertificate }: Tls,
  path: string,
  ports: SignerPorts,
  signal: AbortSignal,
): Promise<{ cert?: string; key?: string }> {
  if (clientCertificate === undefined) return {}
  const at = `${path}.clientCertificate`
  const read = async (key: string) => {
    const ref = { kind: 'Secret' as const, name: clientCertificate.secretName, key }
    return textOf(await ports.read(ref, `pki.yaml: ${at}`, signal))
  }
  const [cert, key] = await Promise.all([read('tls.crt'), read('tls.key')])
  if (!isPair(cert, key)) throw wrong([at], 'names a Secret whose tls.crt and tls.key do not belong together')
  return { cert, key }
}

function isPair(cert: string, key: string): boolean {
  try {
    return new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))
  } catch {
    return false
  }
}

function textOf(value: { reveal(): Uint8Array }): string {
  return Buffer.from(value.reveal()).toString('utf8')
}
