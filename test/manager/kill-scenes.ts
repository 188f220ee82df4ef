import { externalSecretKind } from '../../src/api/externalsecret.ts'
import { secretKind } from '../../src/kube/kind.ts'
import type { Room } from './room.ts'
import type { World } from './world.ts'

/** A piece of work of the manager that a sweep kills it in, at each of its calls in turn. */
export interface Scene {
  readonly name: string
  /** What happens once the first sync is over; absent: the first sync is the work. */
  readonly act?: (room: Room, world: World) => Promise<void>
  readonly isOver: (room: Room) => Promise<boolean>
  /** Events of each Secret over the whole of a run, killed or not: nothing is written twice. */
  readonly revisions: Readonly<Record<string, readonly string[]>>
  /** Values that the Secrets may ever hold, each set complete. */
  readonly values: readonly Readonly<Record<string, string>>[]
}

const refreshWord = 'again'
const first = { user: 'user one', password: 'password one' }
const second = { user: 'user two', password: 'password two' }
const isSynced = (room: Room) => room.isSynced('demand')
/** What a refresh leaves was there before it, but for the word that it was done. */
const isRefreshed = async (room: Room) =>
  (await room.find(externalSecretKind, 'demand'))?.status?.lastHandledForceSync === refreshWord

export const scenes: readonly Scene[] = [
  { name: 'first sync', isOver: isSynced, revisions: { target: ['ADDED'] }, values: [first] },
  {
    name: 'refresh with changed values',
    act: async (room, world) => {
      giveValues(room, world, second)
      await annotate(room)
    },
    isOver: isRefreshed,
    revisions: { target: ['ADDED', 'MODIFIED'] },
    values: [first, second],
  },
  {
    name: 'refresh with equal values',
    act: (room) => annotate(room),
    isOver: isRefreshed,
    revisions: { target: ['ADDED'] },
    values: [first],
  },
  {
    name: 'rename of the target',
    act: (room) => room.patch(externalSecretKind, 'demand', { spec: { target: { name: 'renamed' } } }),
    isOver: isSynced,
    revisions: { target: ['ADDED'], renamed: ['ADDED'] },
    values: [first],
  },
  {
    name: 'deletion',
    act: (room) => room.remove(externalSecretKind, 'demand'),
    // The garbage collector's work.
    isOver: async (room) => (await room.find(secretKind, 'target')) === undefined,
    revisions: { target: ['ADDED', 'DELETED'] },
    values: [first],
  },
]

/** Everything that stands before the manager starts. */
export async function furnish(room: Room, world: World, gatewayUrl: string): Promise<void> {
  giveValues(room, world, first)
  const data = Object.keys(first).map((key) => ({ secretKey: key, remoteRef: { key: room.item(key) } }))
  await room.apply(
    room.store('akeyless', { akeylessGWApiURL: gatewayUrl }),
    room.externalSecret('demand', { target: { name: 'target' }, data }),
  )
}

function giveValues(room: Room, { akeyless }: World, values: Readonly<Record<string, string>>): void {
  for (const [key, value] of Object.entries(values)) {
    if (akeyless.state.items.get(room.item(key)) === undefined)
      akeyless.state.secret(room.item(key), { value })
    else akeyless.state.putSecret(room.item(key), value)
  }
}

/** As people ask for a refresh. */
function annotate(room: Room): Promise<void> {
  return room.patch(externalSecretKind, 'demand', {
    metadata: { annotations: { 'force-sync': refreshWord } },
  })
}
