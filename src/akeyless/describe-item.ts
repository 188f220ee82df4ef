import { itemFailure, whatOf } from './item-failure.ts'
import { parseBody } from './judge.ts'
import { Item } from './schema.ts'
import type { Session } from './session.ts'

/** What an item is, without its value; throws the Failure that says why that cannot be told. */
export async function describeItem(name: string, session: Session): Promise<Item> {
  const what = whatOf(name)
  const answer = await session.call('describe-item', { name }, what)
  const problem = itemFailure(answer, what, session, undefined)
  if (problem !== undefined) throw problem
  return parseBody(Item, answer, what, session.host)
}
