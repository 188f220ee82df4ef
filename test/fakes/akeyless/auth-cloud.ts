import { createPrivateKey, X509Certificate } from 'node:crypto'
import { Agent, request } from 'undici'
import { isFor, type JwtClaims, verifyJwt } from '../jwt.ts'
import { required, text } from './body.ts'
import type { Context } from './context.ts'
import type { Refusal } from './errors.ts'
import type { AwsMethod, CertMethod, TokenMethod } from './identities.ts'
import { type Claims, matchesWildcard } from './roles.ts'

/**
 * Claims of a login by AWS IAM: the signed GetCallerIdentity in the cloud id is sent, as it is, to the STS that it is
 * for, if that is one the method trusts.
 */
export async function awsClaims(
  context: Context,
  method: AwsMethod,
  refused: () => Refusal,
): Promise<Claims> {
  const packed = fieldsOf(decoded(required(context.body, 'cloud-id')))
  const part = (name: string) => decoded(text(packed, `sts_request_${name}`) ?? '')
  const url = URL.parse(part('url'))
  if (url === null || !method.stsOrigins.includes(url.origin) || packed['sts_request_method'] !== 'POST')
    throw refused()
  const headers = Object.entries(fieldsOf(part('headers'))).map(([name, value]) => [
    name,
    [value].flat().join(),
  ])
  const dispatcher = new Agent({ connect: { ca: method.caPem } })
  const sent = {
    dispatcher,
    method: 'POST',
    headers: Object.fromEntries(headers),
    body: part('body'),
  } as const
  const answer = await request(url, sent)
  const [, arn] = /<Arn>([^<]+)<\/Arn>/.exec(await answer.body.text()) ?? []
  await dispatcher.close()
  if (answer.statusCode !== 200 || arn === undefined) throw refused()
  if (!method.boundArns.some((it) => matchesWildcard(it, arn))) throw refused()
  return { arn: [arn], aws_account_id: [arn.split(':')[4] ?? ''] }
}

/** Claims of a login by a token of Azure or Google, which the public keys of its issuer verify. */
export function cloudTokenClaims(context: Context, method: TokenMethod, refused: () => Refusal): Claims {
  const jwt = decoded(required(context.body, 'cloud-id'))
  const claims = verifyJwt(jwt, method.issuers, context.state.now())
  if (claims === undefined || !isFor(claims, method.audience) || !isBound(claims, method)) throw refused()
  return Object.fromEntries(Object.entries(claims).map(([name, value]) => [name, [value].flat().map(String)]))
}

function isBound(claims: JwtClaims, { bounds }: TokenMethod): boolean {
  return Object.entries(bounds).every(([name, values]) => values.includes(String(claims[name])))
}

/** Claims of a login by a certificate that the method's CA signed, and the private key that belongs to it. */
export function certClaims(context: Context, method: CertMethod, refused: () => Refusal): Claims {
  const certificate = parsed(decoded(required(context.body, 'cert-data')))
  const key = decoded(required(context.body, 'key-data'))
  const isGood =
    certificate?.verify(new X509Certificate(method.caPem).publicKey) === true &&
    certificate.validToDate.getTime() > context.state.now() &&
    proves(certificate, key)
  const [, commonName = ''] = /^CN=(.*)$/m.exec(certificate?.subject ?? '') ?? []
  if (!isGood || !method.boundCommonNames.includes(commonName)) throw refused()
  return { common_name: [commonName] }
}

function parsed(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem)
  } catch {
    return undefined
  }
}

function proves(certificate: X509Certificate, keyPem: string): boolean {
  try {
    return certificate.checkPrivateKey(createPrivateKey(keyPem))
  } catch {
    return false
  }
}

function decoded(encoded: string): string {
  return Buffer.from(encoded, 'base64').toString()
}

function fieldsOf(json: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(json)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}
