import type { ClusterFacts } from '../cluster/cluster.ts'
import type { AkeylessOptions } from '../fakes/akeyless/stand-in.ts'
import { type ManagerOptions, type ManagerProcess, startManager } from './manager-process.ts'
import { newWorld, type World } from './world.ts'

/** A world and a manager that serves its stores and no others, as ServiceAccount `keyferry`; they end together. */
export interface ServedWorld extends AsyncDisposable {
  readonly world: World
  readonly manager: ManagerProcess
}

export interface ServedWorldOptions extends Omit<ManagerOptions, 'token'> {
  readonly akeyless?: AkeylessOptions
}

/** Makes a world and starts a manager for it; `args` come behind `--controller-class`. */
export async function newServedWorld(
  cluster: ClusterFacts,
  { akeyless = {}, args = [], ...more }: ServedWorldOptions = {},
): Promise<ServedWorld> {
  await using stack = new AsyncDisposableStack()
  const world = stack.use(await newWorld(cluster, akeyless))
  const flags = ['--controller-class', world.controllerClass, ...args]
  const manager = stack.use(await startManager(cluster, { ...more, token: world.managerToken, args: flags }))
  const both = stack.move()
  return { world, manager, [Symbol.asyncDispose]: () => both.disposeAsync() }
}
