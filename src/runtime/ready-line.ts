import type { ObjectKey } from '../kube/object.ts'
import { Heap, type HeapItem } from './heap.ts'

/** What stands in line. */
export interface ReadyEntry extends HeapItem {
  readonly key: ObjectKey
  readonly priority: number
  /** Order of arrival within a priority. */
  readonly sequence: number
}

interface Group<Entry extends ReadyEntry> extends HeapItem {
  readonly name: string
  readonly entries: Heap<Entry>
  /** When it was last served, or when it came if that is later. */
  turn: number
}

/**
 * Keys that are ready. The highest priority goes first; groups that have such keys are served in turn, one key each;
 * a group's own keys go by priority and then as they came. With one group that is a line as any other.
 */
export class ReadyLine<Entry extends ReadyEntry> {
  readonly #groups = new Map<string, Group<Entry>>()
  readonly #groupOf = new Map<Entry, Group<Entry>>()
  readonly #line = new Heap<Group<Entry>>((a, b) => {
    const [first, other] = [a.entries.peek(), b.entries.peek()]
    if (first === undefined || other === undefined) return false
    return first.priority === other.priority ? a.turn < b.turn : first.priority > other.priority
  })
  #turn = 0

  get size(): number {
    return this.#groupOf.size
  }

  values(): Iterable<Entry> {
    return this.#groupOf.keys()
  }

  push(entry: Entry, name: string): void {
    const group = this.#groups.get(name) ?? this.#begin(name)
    this.#groupOf.set(entry, group)
    this.#reorder(group, () => group.entries.push(entry))
  }

  /** Takes an entry out, wherever it stands; nothing happens when it is not in line. */
  remove(entry: Entry): void {
    const group = this.#groupOf.get(entry)
    if (group === undefined) return
    this.#groupOf.delete(entry)
    this.#reorder(group, () => group.entries.remove(entry))
  }

  /** The next entry, of a group that may have one now; the time it takes grows with the groups that may not. */
  take(mayHave: (group: string) => boolean): Entry | undefined {
    const passedOver: Group<Entry>[] = []
    let group = this.#line.peek()
    for (; group !== undefined && !mayHave(group.name); group = this.#line.peek()) {
      this.#line.remove(group)
      passedOver.push(group)
    }
    for (const it of passedOver) this.#line.push(it)
    const entry = group?.entries.peek()
    if (group === undefined || entry === undefined) return undefined
    group.turn = this.#turn++
    this.remove(entry)
    return entry
  }

  #begin(name: string): Group<Entry> {
    const group = { name, entries: new Heap<Entry>(goesFirst), turn: this.#turn++, heapIndex: -1 }
    this.#groups.set(name, group)
    return group
  }

  /** A group's place follows from its first entry: it leaves the line while its entries change. */
  #reorder(group: Group<Entry>, change: () => void): void {
    this.#line.remove(group)
    change()
    if (group.entries.size > 0) this.#line.push(group)
    else this.#groups.delete(group.name)
  }
}

function goesFirst(a: ReadyEntry, b: ReadyEntry): boolean {
  return a.priority === b.priority ? a.sequence < b.sequence : a.priority > b.priority
}
