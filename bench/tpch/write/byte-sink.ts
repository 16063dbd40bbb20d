const BYTES_FIRST = 1 << 16

/** Bytes that grow as they are written; `bytes` may be replaced by `room`, so read it anew after each call. */
export class ByteSink {
  bytes: Uint8Array<ArrayBuffer>
  length = 0

  constructor(bytes: Uint8Array<ArrayBuffer> = new Uint8Array(BYTES_FIRST)) {
    this.bytes = bytes
  }

  /** Makes sure that `more` bytes can be written after `length`. */
  room(more: number): Uint8Array<ArrayBuffer> {
    if (this.length + more > this.bytes.length) {
      const grown = new Uint8Array(Math.max(this.bytes.length * 2, this.length + more))
      grown.set(this.bytes.subarray(0, this.length))
      this.bytes = grown
    }
    return this.bytes
  }

  put(bytes: Uint8Array): void {
    this.room(bytes.length).set(bytes, this.length)
    this.length += bytes.length
  }

  /** What has been written, as a copy of its own. */
  taken(): Uint8Array<ArrayBuffer> {
    return this.bytes.slice(0, this.length)
  }
}
