import { type Body, flag, text, texts, whole } from './body.ts'
import { type Context, callerOf, identityOf, may } from './context.ts'
import { describedOf } from './describe.ts'
import { invalidBody, unauthorized } from './errors.ts'
import type { Item, ItemType } from './item.ts'
import { type Caller, withSlash } from './roles.ts'

const kebab: Readonly<Record<ItemType, string>> = {
  STATIC_SECRET: 'static-secret',
  ROTATED_SECRET: 'rotated-secret',
  DYNAMIC_SECRET: 'dynamic-secret',
  CERTIFICATE: 'certificate',
  CLASSIC_KEY: 'classic-key',
}

/** POST /list-items: what the caller may list under a path, by name, in pages. */
export function listItems(context: Context): object {
  const { state, body } = context
  const folder = folderOf(body)
  context.note.names = [folder]
  const caller = callerOf(context)
  const visible = [...state.items.all()].filter(
    (it) => it.name.startsWith(folder) && canSee(context, caller, it),
  )
  if (
    visible.length === 0 &&
    state.guesses.listNothing === 'refused' &&
    !may(context, caller, folder).has('list')
  ) {
    throw unauthorized('failed to list items', identityOf(context, caller))
  }
  const chosen = visible.filter((it) => isChosen(context, folder, it)).toSorted(byName)
  const page = pageOf(context, chosen)
  return {
    items: page.items.map((it) => shownOf(context, caller, it)),
    folders: foldersOf(folder, visible),
    ...page.next,
  }
}

/** The path with a slash at both ends. */
function folderOf(body: Body): string {
  const path = withSlash(text(body, 'path') ?? '/')
  return path.endsWith('/') ? path : `${path}/`
}

function canSee(context: Context, caller: Caller, item: Item): boolean {
  return may(context, caller, item.name).has('list')
}

function byName(a: Item, b: Item): number {
  return a.name < b.name ? -1 : 1
}

function isChosen({ body, state }: Context, folder: string, item: Item): boolean {
  const knowsTags = state.guesses.minimalViewKnowsTags || !flag(body, 'minimal-view')
  const filter = text(body, 'filter')
  const tag = text(body, 'tag')
  const types = texts(body, 'type')
  if (flag(body, 'current-folder') && item.name.slice(folder.length).includes('/')) return false
  if (filter !== undefined && !item.name.includes(filter)) return false
  if (tag !== undefined && !(knowsTags && item.tags.includes(tag))) return false
  if (types.length > 0 && !types.includes(kebab[item.type])) return false
  return item.modifiedAtMs > whole(body, 'modified-after', -1) * 1000
}

/** Sub-folders directly below. */
function foldersOf(folder: string, items: readonly Item[]): readonly string[] {
  const below = items.map((it) => it.name.slice(folder.length).split('/'))
  return [...new Set(below.filter((it) => it.length > 1).map(([first]) => folder + first))].toSorted()
}

interface Page {
  readonly items: readonly Item[]
  readonly next: { readonly next_page?: string; readonly has_next: boolean }
}

function pageOf({ state, body }: Context, items: readonly Item[]): Page {
  const after = cursorOf(body)
  const rest = after === undefined ? items : items.filter((it) => it.name > after)
  const inside = state.guesses.autoPagination === 'inside' && text(body, 'auto-pagination') !== 'disabled'
  const page = inside ? rest : rest.slice(0, state.pageSize)
  const last = page.at(-1)
  if (page.length < rest.length && last !== undefined) {
    return { items: page, next: { next_page: Buffer.from(last.name).toString('base64url'), has_next: true } }
  }
  return {
    items: page,
    next: { ...(state.guesses.lastPage === 'empty' ? { next_page: '' } : {}), has_next: false },
  }
}

/** The name the page before ended with; throws a Refusal 400 for a token that is none of ours. */
function cursorOf(body: Body): string | undefined {
  const token = text(body, 'pagination-token')
  if (token === undefined) return undefined
  const name = Buffer.from(token, 'base64url').toString()
  if (!name.startsWith('/')) throw invalidBody('pagination-token is not valid')
  return name
}

function shownOf(context: Context, caller: Caller, item: Item): object {
  const { item_name, item_id, item_type, ...more } = describedOf(context, caller, item, false) as Shown
  if (!flag(context.body, 'minimal-view')) return { item_name, item_id, item_type, ...more }
  const { last_version, modification_date } = more
  const version = context.state.guesses.minimalViewShowsVersion ? { last_version, modification_date } : {}
  return { item_name, item_id, item_type, ...version }
}

type Shown = Readonly<
  Record<'item_name' | 'item_id' | 'item_type' | 'last_version' | 'modification_date', unknown>
>
