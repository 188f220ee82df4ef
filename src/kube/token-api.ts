import { Redacted } from '../std/redacted.ts'
import { ask, unexpectedAnswer } from './answer.ts'
import { property } from './api-status.ts'
import type {
  Client,
  RequestOptions,
  ReviewedUser,
  ServiceAccountToken,
  TokenRequestOptions,
  TokenReview,
} from './client.ts'
import { serviceAccountKind } from './kind.ts'
import { keyOf, type ObjectRef } from './object.ts'
import { objectPath } from './path.ts'
import type { Call, Send } from './send.ts'

/** `Client.createToken`; a repeat mints a second token, which harms nobody. */
export async function requestToken(
  send: Send,
  serviceAccount: ObjectRef,
  options: TokenRequestOptions,
): Promise<ServiceAccountToken> {
  const { expirationSeconds, audiences = [] } = options
  const call: Call = {
    asked: `request a token of ServiceAccount ${keyOf(serviceAccount)}`,
    method: 'POST',
    path: objectPath(serviceAccountKind, serviceAccount, 'token'),
    body: {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: { expirationSeconds, audiences },
    },
    repeat: 'read',
  }
  const status = property((await ask(send, call, options)).value, 'status')
  const token = property(status, 'token')
  const expiresAtMs = Date.parse(String(property(status, 'expirationTimestamp')))
  if (typeof token !== 'string' || token === '' || Number.isNaN(expiresAtMs)) throw unexpectedAnswer(call)
  return { token: new Redacted(token), expiresAtMs }
}

/** `Client.reviewToken`; asking twice changes nothing. */
export async function reviewToken(
  send: Send,
  token: Redacted,
  options: Parameters<Client['reviewToken']>[1] & RequestOptions,
): Promise<TokenReview> {
  const call: Call = {
    asked: 'review a token',
    method: 'POST',
    path: '/apis/authentication.k8s.io/v1/tokenreviews',
    body: {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenReview',
      spec: { token: token.reveal(), audiences: options.audiences },
    },
    repeat: 'read',
  }
  const status = property((await ask(send, call, options)).value, 'status')
  const user = reviewedUser(property(status, 'user'))
  const error = property(status, 'error')
  return {
    authenticated: property(status, 'authenticated') === true,
    ...(user === undefined ? {} : { user }),
    ...(typeof error === 'string' && error !== '' ? { error: withoutToken(error, token) } : {}),
  }
}

function reviewedUser(user: unknown): ReviewedUser | undefined {
  const username = property(user, 'username')
  if (typeof username !== 'string' || username === '') return undefined
  const uid = property(user, 'uid')
  const extra = Object.entries(property(user, 'extra') ?? {})
  return {
    username,
    uid: typeof uid === 'string' ? uid : '',
    groups: strings(property(user, 'groups')),
    extra: Object.fromEntries(extra.map(([key, values]) => [key, strings(values)])),
  }
}

function strings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((it) => typeof it === 'string') : []
}

/** The API server's words name no part of the token today; should they ever, they are dropped. */
function withoutToken(words: string, token: Redacted): string {
  const parts = [token.reveal(), ...token.reveal().split('.')].filter((it) => it.length >= 8)
  return parts.some((it) => words.includes(it)) ? 'the token is not valid' : words
}
