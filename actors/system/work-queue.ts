/** A first-in-first-out queue whose `take` costs the same however long it is; its owner bounds the length. */
export interface WorkQueue<T> {
  readonly size: () => number
  readonly put: (item: T) => void
  readonly take: () => T | undefined
  /** The next one, without taking it. */
  readonly peek: () => T | undefined
  /** Empties it and gives what it held, oldest first. */
  readonly clear: () => readonly T[]
}

/** Taken places are cut off the array when there are so many and they are half of it. */
const COMPACT_PLACES_MIN = 64

export function workQueue<T extends object>(): WorkQueue<T> {
  let items: (T | undefined)[] = []
  let head = 0
  return {
    size: () => items.length - head,
    put: (item) => {
      items.push(item)
    },
    peek: () => items[head],
    take: () => {
      if (head === items.length) return undefined
      const item = items[head]
      // A taken item must not be kept alive by its place: messages carry batches.
      items[head] = undefined
      head += 1
      if (head >= COMPACT_PLACES_MIN && head * 2 >= items.length) {
        items = items.slice(head)
        head = 0
      }
      return item
    },
    clear: () => {
      const rest = items.slice(head).filter((item) => item !== undefined)
      items = []
      head = 0
      return rest
    },
  }
}
