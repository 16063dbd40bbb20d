/** Bytes that are kept from one batch to the next. */
const KEPT_BYTES_MAX = 64 * 1024 * 1024

/**
 * Memory that is used for one batch after the other. Fresh buffers cost twice: the system clears them, and they make the
 * garbage collector run. What is lent holds whatever was there before.
 */
export class Rooms {
  #free: Int32Array[] = []
  #lent: Int32Array[] = []

  lend(words: number): Int32Array {
    const index = this.#free.findIndex((room) => room.length >= words && room.length <= 2 * words + SMALL_WORDS)
    const [room = new Int32Array(words)] = index < 0 ? [] : this.#free.splice(index, 1)
    this.#lent.push(room)
    return room
  }

  /** Nobody looks any more at what was lent. */
  takeBack(): void {
    let bytes = 0
    this.#free = [...this.#lent, ...this.#free].filter((room) => (bytes += room.byteLength) <= KEPT_BYTES_MAX)
    this.#lent = []
  }
}

const SMALL_WORDS = 1024
