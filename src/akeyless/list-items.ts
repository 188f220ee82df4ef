import { failure } from '../api/reason.ts'
import type { Failure } from '../std/failure.ts'
import type { Answer } from './http.ts'
import { factsOf, type ItemFacts } from './item-facts.ts'
import { commonFailure, meaningOf, parseBody } from './judge.ts'
import { ListItemsOutput } from './schema.ts'
import type { Session } from './session.ts'

/** What of a session a list needs. */
type Lister = Pick<Session, 'call' | 'host' | 'accessId'>

/** Which items are looked for; with neither, all that the identity may list. */
export interface FindList {
  /** Folder with a slash at both ends. */
  readonly folder: string | undefined
  readonly tag: string | undefined
  /** Whether the long view is asked for, where the short one leaves out versions. */
  readonly isLong?: boolean
}

/** Everything below a folder, whatever its type. */
export interface FolderListing {
  /** With a slash at both ends. */
  readonly path: string
  readonly isLong: boolean
}

export type ListRequest = FindList | FolderListing

/** An item as a list shows it. */
export interface ListedItem {
  readonly name: string
  readonly type: string
  readonly facts: ItemFacts
}

/** What a list shows that may be found: reading anything else would mint something, or ESO never finds it. */
const findable = ['static-secret', 'rotated-secret']
const mostPages = 1000

/**
 * Lists items, page after page. Throws Failure AccessDenied, UnexpectedResponse, Throttled or GatewayUnreachable, and
 * InvalidSpec when there are more than `most`.
 */
export async function listItems(request: FindList, session: Lister, most: number): Promise<ListedItem[]> {
  const listed: ListedItem[] = []
  for await (const page of pagesOf(request, session)) {
    listed.push(...page)
    if (listed.length > most) throw tooMany(whatOf(request), most)
  }
  return listed
}

/** The pages of a list, one call each; throws as `listItems` does. */
export async function* pagesOf(request: ListRequest, session: Lister): AsyncGenerator<readonly ListedItem[]> {
  const what = whatOf(request)
  const tokens = new Set<string>()
  for (let token = ''; tokens.size < mostPages; tokens.add(token)) {
    const page = await pageOf(request, token, session, what)
    yield (page.items ?? []).map((it) => ({ name: it.item_name, type: it.item_type, facts: factsOf(it) }))
    token = page.next_page ?? ''
    if (token === '' && page.has_next === true) throw unlikely(what, session, 'it names no next page')
    if (token === '') return
    if (tokens.has(token)) break
  }
  throw unlikely(what, session, 'its pages have no end')
}

/** In words, for messages: `find items in "/shop/"`. */
export function whatOf(request: ListRequest): string {
  if ('path' in request) return `list the items below "${request.path}"`
  const { folder, tag } = request
  const where = folder === undefined ? '' : ` in "${folder}"`
  return `find items${where}${tag === undefined ? '' : ` with tag "${tag}"`}`
}

async function pageOf(
  request: ListRequest,
  token: string,
  session: Lister,
  what: string,
): Promise<ListItemsOutput> {
  const answer = await session.call('list-items', bodyOf(request, token), what)
  const problem = listFailure(answer, what, session)
  if (problem !== undefined) throw problem
  return parseBody(ListItemsOutput, answer, what, session.host)
}

/** Finds ask as ESO does: with the folder as a filter, which takes it for any part of a name. */
export function bodyOf(request: ListRequest, token: string): object {
  const page = { ...(token !== '' && { 'pagination-token': token }), json: false }
  // Where the service turned the pages itself, one answer might be of any size.
  if ('path' in request)
    return { path: request.path, 'minimal-view': !request.isLong, 'auto-pagination': 'disabled', ...page }
  const { folder, tag, isLong = false } = request
  return {
    type: findable,
    // Whether the short view can be filtered by tags is not documented.
    'minimal-view': tag === undefined && !isLong,
    ...(folder !== undefined && { filter: folder }),
    ...(tag !== undefined && { tag }),
    ...page,
  }
}

function listFailure(answer: Answer, what: string, session: Lister): Failure | undefined {
  const common = commonFailure(answer, what, session.host)
  if (common !== undefined) return common
  const meaning = meaningOf(answer)
  if (meaning === 'ok') return undefined
  const at = `Cannot ${what} at gateway "${session.host}": status is ${answer.status}`
  if (meaning !== 'denied') return failure('UnexpectedResponse', `${at}; look at the log of the Gateway`)
  return failure(
    'AccessDenied',
    `${at}; give the role of access id "${session.accessId}" list and read on this path, or check its sub-claims`,
  )
}

function tooMany(what: string, most: number): Failure {
  return failure(
    'InvalidSpec',
    `Cannot ${what}: there are more than ${most} items to look through; set find.path to a smaller folder`,
  )
}

function unlikely(what: string, { host }: Lister, why: string): Failure {
  return failure('UnexpectedResponse', `Cannot ${what} at gateway "${host}": the list is not whole: ${why}`)
}
