/** Something a heap can hold: it remembers where it lies, so that it can be taken out of the middle. */
export interface HeapItem {
  /** -1 while in no heap; only the heap writes it. */
  heapIndex: number
}

/** A binary heap: the item that comes `before` all others is on top; every item can be removed. */
export class Heap<Item extends HeapItem> {
  readonly #items: Item[] = []
  readonly #before: (a: Item, b: Item) => boolean

  constructor(before: (a: Item, b: Item) => boolean) {
    this.#before = before
  }

  get size(): number {
    return this.#items.length
  }

  peek(): Item | undefined {
    return this.#items[0]
  }

  values(): Iterable<Item> {
    return this.#items.values()
  }

  push(item: Item): void {
    this.#place(item, this.#items.length)
    this.#up(item)
  }

  pop(): Item | undefined {
    const top = this.#items[0]
    if (top !== undefined) this.remove(top)
    return top
  }

  /** Takes an item out, wherever it lies; nothing happens when it is not in this heap. */
  remove(item: Item): void {
    const index = item.heapIndex
    if (index < 0 || this.#items[index] !== item) return
    const last = this.#items.pop()
    item.heapIndex = -1
    if (last === undefined || last === item) return
    this.#place(last, index)
    this.#up(last)
    this.#down(last)
  }

  #place(item: Item, index: number): void {
    this.#items[index] = item
    item.heapIndex = index
  }

  #up(item: Item): void {
    while (item.heapIndex > 0) {
      const parent = this.#items[(item.heapIndex - 1) >> 1]
      if (parent === undefined || !this.#before(item, parent)) return
      this.#swap(item, parent)
    }
  }

  #down(item: Item): void {
    for (let child = this.#firstChild(item); child !== undefined; child = this.#firstChild(item)) {
      if (!this.#before(child, item)) return
      this.#swap(child, item)
    }
  }

  #firstChild(item: Item): Item | undefined {
    const left = this.#items[2 * item.heapIndex + 1]
    const right = this.#items[2 * item.heapIndex + 2]
    return left !== undefined && right !== undefined && this.#before(right, left) ? right : left
  }

  #swap(a: Item, b: Item): void {
    const index = a.heapIndex
    this.#place(a, b.heapIndex)
    this.#place(b, index)
  }
}
