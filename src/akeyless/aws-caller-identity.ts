import { signingRegion } from './aws-region.ts'
import { type AwsKeys, signRequest } from './aws-signature.ts'

const contentType = 'application/x-www-form-urlencoded'

/**
 * The cloud id of access type aws_iam: a signed GetCallerIdentity request (AWS STS API Reference), which is not sent
 * but packed for Akeyless to send. Whoever holds it can prove this identity for 15 minutes, and can do nothing else.
 */
export function callerIdentityCloudId(
  keys: AwsKeys,
  options: { readonly origin: string; readonly region: string | undefined; readonly atMs: number },
): string {
  const url = new URL('/', options.origin)
  const body = 'Action=GetCallerIdentity&Version=2011-06-15'
  const request = { method: 'POST', url, headers: { 'Content-Type': contentType }, body }
  const scope = { region: signingRegion(options.region), service: 'sts', atMs: options.atMs }
  const headers = Object.entries(signRequest(request, keys, scope)).map(([name, value]) => [name, [value]])
  return base64(
    JSON.stringify({
      sts_request_method: request.method,
      sts_request_url: base64(url.href),
      sts_request_body: base64(body),
      sts_request_headers: base64(JSON.stringify(Object.fromEntries(headers))),
    }),
  )
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}
