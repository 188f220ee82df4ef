import { apiErrorOf, parseJson, property } from './api-status.ts'
import { TransportError } from './errors.ts'
import type { KubeObject } from './object.ts'
import type { Selection } from './reflector.ts'
import { headersOf, pathOf, titleOf, withType } from './selection-request.ts'
import type { Transport } from './transport.ts'

/** Objects of one answer; all pages of one list show the same moment, `resourceVersion`. */
export interface Page {
  readonly items: readonly KubeObject[]
  readonly resourceVersion: string
}

export interface ListRequest {
  readonly selection: Selection
  readonly pageSize: number
  /** Of each page, from the request to its last byte. */
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

/**
 * Lists page by page, so that the text of one page at a time is held. No resourceVersion is sent: the answer is then
 * never older than the request (a list "not older than N" may be, and after a restore of etcd N lies in the future).
 * Throws ApiError (410: the pages took longer than the server keeps their moment) and TransportError.
 */
export async function* listPages(transport: Transport, request: ListRequest): AsyncGenerator<Page> {
  let next: string | undefined = ''
  while (next !== undefined) {
    const body = await onePage(transport, request, next)
    yield pageOf(body, request.selection)
    next = nextOf(body)
  }
}

/** The server's present resourceVersion of a selection, by a list of one object's metadata. Throws as `listPages`. */
export async function presentVersion(
  transport: Transport,
  request: Omit<ListRequest, 'pageSize'>,
): Promise<string> {
  const selection = { ...request.selection, metadataOnly: true }
  const body = await onePage(transport, { ...request, selection, pageSize: 1 }, '')
  return pageOf(body, selection).resourceVersion
}

async function onePage(transport: Transport, request: ListRequest, from: string): Promise<unknown> {
  const { selection, pageSize, timeoutMs, signal } = request
  const parameters = { limit: `${pageSize}`, ...(from === '' ? {} : { continue: from }) }
  const answer = await transport.request({
    method: 'GET',
    path: pathOf(selection, parameters),
    headers: headersOf(selection, 'list'),
    signal,
    timeoutMs,
  })
  signal.throwIfAborted()
  if (answer.status !== 200) throw apiErrorOf(`list ${titleOf(selection)}`, answer)
  return parseJson(answer.body)
}

function pageOf(body: unknown, selection: Selection): Page {
  const metadata = property(body, 'metadata')
  const resourceVersion = property(metadata, 'resourceVersion')
  const items = property(body, 'items') ?? []
  if (typeof resourceVersion !== 'string' || resourceVersion === '' || !Array.isArray(items)) {
    throw new TransportError(`Cannot list ${titleOf(selection)}: the answer is not a list`, 'BAD_LIST')
  }
  return { items: items.map((item: KubeObject) => withType(item, selection)), resourceVersion }
}

/** The token of the page after this one; undefined when it was the last. */
function nextOf(body: unknown): string | undefined {
  const token = property(property(body, 'metadata'), 'continue')
  return typeof token === 'string' && token !== '' ? token : undefined
}
