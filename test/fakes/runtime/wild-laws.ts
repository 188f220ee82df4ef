import { isDeepStrictEqual } from 'node:util'
import { keyOf, type ObjectKey } from '../../../src/kube/object.ts'
import type { Occurrence } from '../../../src/runtime/events.ts'
import type { Fields, Status, Thing } from './thing-cluster.ts'
import type { WildManager } from './wild-manager.ts'
import type { Ending, WildRun } from './wild-runs.ts'

/** What must be true of every status, write, run and Event, whatever happens. */
export class WildLaws {
  /** What was not so, in words. */
  readonly broken: string[] = []
  readonly #manager: WildManager
  /** At which version somebody else last wrote the status: nobody is blamed who does not know of it. */
  readonly #others = new Map<string, number>()
  /** The same, but for what a leader wrote before the present one: that is put right once the watch shows it. */
  readonly #strangers = new Map<string, number>()
  /** How often what is told of an object turned since its last Event. */
  readonly #turns = new Map<string, number>()
  readonly #lastTold = new Map<string, string>()
  /** Objects that had two leaders, or a status from elsewhere: what one did not come to tell the other takes for told. */
  readonly #shared = new Set<string>()

  constructor(manager: WildManager) {
    this.#manager = manager
    manager.server.onApply = (old, status) => this.#onApply(old, status)
    manager.server.onEdit = (thing) => {
      this.#strangers.set(uidOf(thing.metadata), versionOf(thing.metadata))
      this.#wroteElsewhere(thing)
    }
    manager.runs.onRun = (run) => this.#onRun(run)
    manager.onEvent = (event) => this.#onEvent(event)
    manager.onSuccession = () => this.#onSuccession()
  }

  /** To be called when everything had its time. */
  atRest(): void {
    const { server, runs, gone } = this.#manager
    for (const thing of server.objects.values()) this.#settled(thing)
    for (const { key } of runs.all) {
      if (!server.objects.has(key) && !gone.has(key)) this.broken.push(`the end of ${key} was not told`)
    }
  }

  /** No write loses fields that nobody gave up, changes nothing, or changes conditions by a checkpoint. */
  #onApply(old: Thing, status: Status): void {
    const key = keyOf(old.metadata)
    const uid = uidOf(old.metadata)
    const run = this.#manager.runs.lastOf(key)
    const asked = run?.asked === undefined ? undefined : textOf(run.asked)
    const [had, gets] = [textOf(old.status), textOf(status)]
    if (gets !== had && gets !== asked)
      this.broken.push(`${uid} had ${had}, was asked ${asked}, gets ${gets}`)
    const [before, after] = [conditionsOf(old.status), conditionsOf(status)]
    if (before !== after) this.#turns.set(uid, (this.#turns.get(uid) ?? 0) + 1)
    else if (isDeepStrictEqual(old.status, status) && !this.#isInDoubt(key))
      this.broken.push(`${uid} was written in vain`)
    const isUnderWay = run?.said === undefined && run?.isLate === false
    if (isUnderWay && before !== after && !after.includes('Ready=Unknown'))
      this.broken.push(`${uid} had ${before}, gets ${after} by a checkpoint`)
  }

  /** A run is given what is on record, unless somebody else wrote it and the cache does not have it yet. */
  #onRun({ key, object }: WildRun): void {
    const there = this.#manager.server.objects.get(key)
    const uid = uidOf(object.metadata)
    if (there?.metadata.uid !== uid || this.#isInDoubt(key) || this.#isBehind(object)) return
    const [has, sees] = [there.status, object.status].map((it) => `${textOf(it)} ${conditionsOf(it)}`)
    if (has !== sees) this.broken.push(`${uid} has ${has}, a run of it sees ${sees}`)
  }

  /** There is one Event for what turned, and not another one for the same. */
  #onEvent({ object, reason }: Occurrence): void {
    const uid = uidOf(object.metadata)
    if (!this.#turns.has(uid) && !this.#shared.has(uid)) this.broken.push(`${uid} tells ${reason} again`)
    this.#turns.delete(uid)
    this.#lastTold.set(uid, reason)
  }

  #onSuccession(): void {
    const { objects, shown } = this.#manager.server
    for (const [key, thing] of objects) {
      this.#shared.add(uidOf(thing.metadata))
      if (shown.get(key)?.metadata.resourceVersion !== thing.metadata.resourceVersion)
        this.#wroteElsewhere(thing)
    }
  }

  #wroteElsewhere({ metadata }: Thing): void {
    this.#shared.add(uidOf(metadata))
    this.#others.set(uidOf(metadata), versionOf(metadata))
  }

  #settled(thing: Thing): void {
    const { metadata } = thing
    const run = this.#manager.runs.lastOf(keyOf(metadata))
    const where = `${uidOf(metadata)} of generation ${metadata.generation}`
    const seen = run?.object.metadata
    if (run === undefined || seen?.uid !== metadata.uid || seen?.generation !== metadata.generation)
      this.broken.push(`${where} was last looked at as ${seen?.uid} of generation ${seen?.generation}`)
    else if (!run.isLate && run.said !== undefined && !this.#isBehind(run.object, this.#strangers))
      this.#says(thing, run.said)
  }

  /** The status is what was said last, and it was told. */
  #says({ metadata, status = {} }: Thing, said: Ending): void {
    const uid = uidOf(metadata)
    const spoken = spokenBy(said)
    if (spoken === undefined) return
    if (!conditionsOf(status).includes(spoken))
      this.broken.push(`${uid} should say ${spoken}, says ${conditionsOf(status)}`)
    if (said.kind === 'done' && status.binding !== said.fields.binding)
      this.broken.push(`${uid} should have ${textOf(said.fields)}, has ${textOf(status)}`)
    const told = this.#lastTold.get(uid)
    if (!this.#shared.has(uid) && told !== 'Stale' && !spoken.endsWith(` ${told}`))
      this.broken.push(`${uid} says ${spoken}, told ${told}`)
  }

  #isInDoubt(key: ObjectKey): boolean {
    return this.#manager.server.inDoubt.has(key)
  }

  #isBehind({ metadata }: Thing, others = this.#others): boolean {
    return versionOf(metadata) < (others.get(uidOf(metadata)) ?? 0)
  }
}

/** The condition that tells of an ending; undefined where nothing is said. */
function spokenBy(said: Ending): string | undefined {
  switch (said.kind) {
    case 'done':
      return 'LastSyncSucceeded=True Synced'
    case 'failed':
      return `LastSyncSucceeded=False ${said.reason}`
    case 'defect':
      return 'LastSyncSucceeded=False InternalError'
    case 'refused':
      return 'LastSyncSucceeded=False APIServerError'
    case 'suspended':
      return 'Suspended=True Suspended'
    case 'resting':
      return undefined
  }
}

function textOf(status: Fields | undefined): string {
  const { binding, refreshTime } = status ?? {}
  return JSON.stringify({ binding, refreshTime })
}

function conditionsOf({ conditions = [] }: Status = {}): string {
  return conditions.map(({ type, status, reason }) => `${type}=${status} ${reason}`).join(', ')
}

function uidOf({ uid = '' }: Thing['metadata']): string {
  return uid
}

function versionOf({ resourceVersion }: Thing['metadata']): number {
  return Number(resourceVersion)
}
