/** Bounds of a column chunk, in PLAIN encoding, as the footer has them. */
export interface Bounds {
  readonly min: Uint8Array<ArrayBuffer>
  readonly max: Uint8Array<ArrayBuffer>
}

/** The smallest and the largest of the texts offered, by bytes. */
export class TextBounds {
  #min = new Uint8Array(0)
  #max = new Uint8Array(0)
  #any = false

  offer(bytes: Uint8Array, start: number, length: number): void {
    if (!this.#any) {
      this.#min = this.#max = new Uint8Array(bytes.subarray(start, start + length))
      this.#any = true
    } else if (compare(bytes, start, length, this.#min) < 0) {
      this.#min = new Uint8Array(bytes.subarray(start, start + length))
    } else if (compare(bytes, start, length, this.#max) > 0) {
      this.#max = new Uint8Array(bytes.subarray(start, start + length))
    }
  }

  bounds(): Bounds | undefined {
    return this.#any ? { min: this.#min, max: this.#max } : undefined
  }
}

function compare(bytes: Uint8Array, start: number, length: number, other: Uint8Array): number {
  const shared = Math.min(length, other.length)
  for (let place = 0; place < shared; place++) {
    const difference = bytes[start + place]! - other[place]!
    if (difference !== 0) return difference
  }
  return length - other.length
}
