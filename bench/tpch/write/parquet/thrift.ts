import { ByteSink } from "../byte-sink.ts"

/** Thrift's compact protocol, as much of it as Parquet's metadata need. */

const TYPE = { i32: 5, i64: 6, binary: 8, list: 9, struct: 12 } as const
const TRUE = 1
const FALSE = 2
const BYTE = 3
/** From this size on a list's length stands in bytes of its own. */
const LIST_LONG = 15
const VARINT_BYTES_MAX = 10

const encoder = new TextEncoder()

/** Fields are written by rising id, at most fifteen apart, as the protocol has the difference to the id before in four bits. */
export class ThriftWriter {
  readonly sink = new ByteSink()
  #last = 0
  readonly #outer: number[] = []

  #byte(value: number): void {
    this.sink.room(1)[this.sink.length++] = value
  }

  /** Seven bits a byte, least first. Divisions, not shifts: offsets pass 2^32. */
  #varint(value: number): void {
    this.sink.room(VARINT_BYTES_MAX)
    let left = value
    while (left >= 128) {
      this.#byte((left % 128) + 128)
      left = Math.floor(left / 128)
    }
    this.#byte(left)
  }

  #field(id: number, type: number): void {
    this.#byte(((id - this.#last) << 4) | type)
    this.#last = id
  }

  i32(id: number, value: number): void {
    this.#field(id, TYPE.i32)
    this.#varint(zigzag(value))
  }

  i64(id: number, value: number): void {
    this.#field(id, TYPE.i64)
    this.#varint(zigzag(value))
  }

  i8(id: number, value: number): void {
    this.#field(id, BYTE)
    this.#byte(value)
  }

  bool(id: number, value: boolean): void {
    this.#field(id, value ? TRUE : FALSE)
  }

  binary(id: number, bytes: Uint8Array): void {
    this.#field(id, TYPE.binary)
    this.#varint(bytes.length)
    this.sink.put(bytes)
  }

  text(id: number, text: string): void {
    this.binary(id, encoder.encode(text))
  }

  struct(id: number, write: () => void): void {
    this.#field(id, TYPE.struct)
    this.nested(write)
  }

  #list(id: number, type: number, size: number): void {
    this.#field(id, TYPE.list)
    if (size < LIST_LONG) this.#byte((size << 4) | type)
    else {
      this.#byte((LIST_LONG << 4) | type)
      this.#varint(size)
    }
  }

  i32s(id: number, values: readonly number[]): void {
    this.#list(id, TYPE.i32, values.length)
    for (const value of values) this.#varint(zigzag(value))
  }

  texts(id: number, texts: readonly string[]): void {
    this.#list(id, TYPE.binary, texts.length)
    for (const text of texts) {
      const bytes = encoder.encode(text)
      this.#varint(bytes.length)
      this.sink.put(bytes)
    }
  }

  structs<A>(id: number, items: readonly A[], write: (item: A) => void): void {
    this.#list(id, TYPE.struct, items.length)
    for (const item of items) this.nested(() => write(item))
  }

  /** A list of structs that were written before, each by a writer's `nested`. */
  written(id: number, structs: readonly Uint8Array[]): void {
    this.#list(id, TYPE.struct, structs.length)
    for (const struct of structs) this.sink.put(struct)
  }

  /** A struct with no field header: a list's item, or the whole message. */
  nested(write: () => void): void {
    this.#outer.push(this.#last)
    this.#last = 0
    write()
    this.#byte(0)
    this.#last = this.#outer.pop() ?? 0
  }
}

function zigzag(value: number): number {
  return value < 0 ? -value * 2 - 1 : value * 2
}
