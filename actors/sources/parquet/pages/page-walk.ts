import type { LayoutChunk } from "../layout.ts"
import { PAGE_BYTES_FREE, PAGE_BYTES_MAX, TooLarge } from "./limits.ts"
import { readPageHeader } from "./page-header.ts"
import type { PageHeader } from "./page-header.ts"

export interface StoredPage {
  readonly header: PageHeader
  /** Compressed, as the file holds it. */
  readonly bytes: Uint8Array
}

/** The pages of a column chunk, in order. A page lies inside of its chunk, and is no larger than that without compression. */
export class PageWalk {
  readonly #bytes: Uint8Array
  readonly #bytesMax: number
  #at = 0

  constructor(chunk: LayoutChunk, buffer: ArrayBuffer) {
    this.#bytes = new Uint8Array(buffer, chunk.start, chunk.bytes)
    this.#bytesMax = Math.max(chunk.uncompressedBytes, PAGE_BYTES_FREE)
  }

  /** Undefined at the chunk's end. Throws an Error whose message is the reason. */
  next(): StoredPage | undefined {
    const end = this.#bytes.byteLength
    if (this.#at >= end) return undefined
    const [header, start] = readPageHeader(this.#bytes, this.#at, end)
    if (header.compressedBytes > end - start) {
      throw new Error(
        `a page of ${header.compressedBytes} bytes reaches ${header.compressedBytes - (end - start)} bytes beyond its column chunk`,
      )
    }
    if (header.bytes > this.#bytesMax) {
      throw new Error(
        `a page should have ${header.bytes} bytes without compression, its whole column chunk has ${this.#bytesMax} at most`,
      )
    }
    if (header.bytes > PAGE_BYTES_MAX) {
      throw new TooLarge(
        `a page has ${header.bytes} bytes without compression, more than the limit of ${PAGE_BYTES_MAX}`,
      )
    }
    this.#at = start + header.compressedBytes
    return { header, bytes: this.#bytes.subarray(start, this.#at) }
  }
}
