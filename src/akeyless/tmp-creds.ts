import * as z from 'zod'
import type { LeaseRef } from '../store/provider.ts'
import { parseTime } from './expiry.ts'
import type { Answer } from './http.ts'
import { commonFailure, meaningOf, parseBody } from './judge.ts'
import type { Session } from './session.ts'

/** What we use of one temporary credential in the list of a dynamic secret. */
export const TmpUserData = z.object({
  id: z.coerce.string(),
  host: z.string().nullish(),
  creation_date: z.unknown(),
  custom_ttl: z.unknown(),
})

const TmpCreds = z.array(TmpUserData).nullable()

/** One that still lives. */
export interface TmpCreds {
  /** Goes into calls that change it. */
  readonly host: string
  readonly createdAtMs: number | undefined
  /** What an extension set, in minutes as far as anybody knows; 0 when it says nothing. */
  readonly customTtl: number
}

/** What the Gateway tells of a lease; without `isListed` it told nothing, and `answer` says why. */
export type Lookup =
  | { readonly isListed: true; readonly creds: TmpCreds | undefined }
  | { readonly isListed: false; readonly answer: Answer }

/** Looks a lease up among the living credentials of its dynamic secret; throws when there is no usable answer. */
export async function lookUp({ item, id }: LeaseRef, session: Session): Promise<Lookup> {
  const what = `list the credentials of "${item}"`
  // The capital letter is Akeyless's own.
  const answer = await session.call('dynamic-secret-tmp-creds-Get', { name: item, json: false }, what)
  const common = commonFailure(answer, what, session.host)
  if (common !== undefined) throw common
  if (meaningOf(answer) !== 'ok') return { isListed: false, answer }
  const listed = parseBody(TmpCreds, answer, what, session.host) ?? []
  const found = listed.find((it) => it.id === id)
  return { isListed: true, creds: found && credsOf(found) }
}

function credsOf({ host, creation_date, custom_ttl }: z.infer<typeof TmpUserData>): TmpCreds {
  const customTtl = Number(custom_ttl ?? 0)
  return {
    host: host ?? '',
    createdAtMs: parseTime(creation_date),
    customTtl: Number.isFinite(customTtl) ? customTtl : 0,
  }
}
