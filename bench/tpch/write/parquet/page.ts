import { ByteSink } from "../byte-sink.ts"
import { compress, compressedMax } from "./snappy.ts"
import { ThriftWriter } from "./thrift.ts"

/** Rows of a data page: a multiple of eight, the unit of bit packing. */
export const PAGE_ROWS = 20_480

export const ENCODING = { plain: 0, rle: 3, dictionary: 8 } as const
const PAGE = { data: 0, dictionary: 2 } as const

/** Length of the levels, a run's header of at most five bytes, its value. */
const LEVELS_BYTES_MAX = 4 + 5 + 1

/**
 * Writes pages of one column chunk into a sink. A page's body is built here first: levels that say "no NULL" in one
 * run, then the values.
 */
export class PageWriter {
  readonly body = new ByteSink()
  readonly #packed = new ByteSink()
  /** of the pages since `reset`, headers included */
  uncompressed = 0

  reset(): void {
    this.uncompressed = 0
  }

  /** Begins a data page of `rows` values, none of them NULL. */
  begin(rows: number): void {
    this.body.length = 0
    const bytes = this.body.room(LEVELS_BYTES_MAX)
    const end = putVarint(bytes, 4, rows * 2)
    bytes[end] = 1
    const length = end + 1 - 4
    bytes[0] = length
    bytes[1] = bytes[2] = bytes[3] = 0
    this.body.length = end + 1
  }

  /** Ends the data page and appends it to the sink. */
  endData(sink: ByteSink, rows: number, encoding: number): void {
    this.#append(sink, PAGE.data, (header) =>
      header.struct(5, () => {
        header.i32(1, rows)
        header.i32(2, encoding)
        header.i32(3, ENCODING.rle)
        header.i32(4, ENCODING.rle)
      }),
    )
  }

  /** Appends the body as a dictionary page; the caller has set `body.length` to 0 before it wrote the values. */
  endDictionary(sink: ByteSink, values: number): void {
    this.#append(sink, PAGE.dictionary, (header) =>
      header.struct(7, () => {
        header.i32(1, values)
        header.i32(2, ENCODING.plain)
        header.bool(3, true)
      }),
    )
  }

  #append(sink: ByteSink, type: number, describe: (header: ThriftWriter) => void): void {
    const { body } = this
    const packed = this.#packed
    packed.length = 0
    packed.room(compressedMax(body.length))
    packed.length = compress(body.bytes, 0, body.length, packed.bytes, 0)
    const header = new ThriftWriter()
    header.nested(() => {
      header.i32(1, type)
      header.i32(2, body.length)
      header.i32(3, packed.length)
      describe(header)
    })
    sink.put(header.sink.bytes.subarray(0, header.sink.length))
    sink.put(packed.bytes.subarray(0, packed.length))
    this.uncompressed += header.sink.length + body.length
  }
}

function putVarint(bytes: Uint8Array, at: number, value: number): number {
  let place = at
  let left = value
  while (left >= 128) {
    bytes[place++] = (left & 127) | 128
    left >>>= 7
  }
  bytes[place++] = left
  return place
}

/** Bits for a dictionary's codes; never none, which not every reader expects. */
export function bitsFor(entries: number): number {
  return Math.max(1, 32 - Math.clz32(entries - 1))
}

/** The codes of rows `from` to `to` as one run: of one value if the dictionary has no other, else bit-packed. */
export function putCodes(sink: ByteSink, codes: Uint32Array, from: number, to: number, entries: number): void {
  const rows = to - from
  const bits = bitsFor(entries)
  const groups = Math.ceil(rows / 8)
  const bytes = sink.room(1 + 5 + groups * bits + 1)
  bytes[sink.length] = bits
  if (entries === 1) {
    const end = putVarint(bytes, sink.length + 1, rows * 2)
    bytes[end] = 0
    sink.length = end + 1
    return
  }
  let at = putVarint(bytes, sink.length + 1, groups * 2 + 1)
  let waiting = 0
  let held = 0
  for (let row = from; row < from + groups * 8; row++) {
    // the last group is filled up with zeros that no reader looks at
    if (row < to) held |= codes[row]! << waiting
    waiting += bits
    while (waiting >= 8) {
      bytes[at++] = held & 255
      held >>>= 8
      waiting -= 8
    }
  }
  sink.length = at
}
