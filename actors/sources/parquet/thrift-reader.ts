/**
 * A reader of Thrift's compact protocol, as far as Parquet uses it. A struct becomes `{ field_1: …, field_5: … }`;
 * 64-bit numbers are bigint, smaller ones number, binaries views of the bytes. Whatever the bytes hold, it ends soon:
 * every list, binary and number is bounded by what is left of them.
 */
export type ThriftStruct = { readonly [Name in `field_${FieldNumber}`]?: unknown }

/** Those that are asked for by name; others may be there. */
type FieldNumber = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8

/** The struct at `at`, and where it ends. Throws an Error whose message is the reason. */
export function decodeThrift(bytes: Uint8Array, at = 0, end = bytes.byteLength): readonly [ThriftStruct, number] {
  const reader = new Reader(bytes, at, end)
  const value = reader.struct(0)
  return [value, reader.at]
}

const STOP = 0
const TRUE = 1
const FALSE = 2
const BYTE = 3
const I16 = 4
const I32 = 5
const I64 = 6
const DOUBLE = 7
const BINARY = 8
const LIST = 9
const SET = 10
const STRUCT = 12

/** Structs and lists within one another; Parquet's own definition goes less than ten deep. */
const DEPTH_MAX = 24
/** Seven bits a byte: a 64-bit number needs ten. */
const VARINT_BYTES_MAX = 10
/** A list's size that does not fit its header. */
const LONG_LIST = 15

class Reader {
  readonly #bytes: Uint8Array
  readonly #end: number
  at: number

  constructor(bytes: Uint8Array, at: number, end: number) {
    this.#bytes = bytes
    this.#end = end
    this.at = at
  }

  struct(depth: number): ThriftStruct {
    checkDepth(depth)
    const value: Record<`field_${number}`, unknown> = {}
    let field = 0
    for (;;) {
      const header = this.#byte()
      const kind = header & 0xf
      if (kind === STOP) return value
      const step = header >> 4
      field = step === 0 ? zigzag(this.#varint()) : field + step
      value[`field_${field}`] = this.#value(kind, depth)
    }
  }

  #value(kind: number, depth: number): unknown {
    switch (kind) {
      case TRUE:
        return true
      case FALSE:
        return false
      case BYTE:
        return (this.#byte() << 24) >> 24
      case I16:
      case I32:
        return zigzag(this.#varint())
      case I64:
        return this.#long()
      case DOUBLE:
        return new DataView(this.#take(8).slice().buffer).getFloat64(0, true)
      case BINARY:
        return this.#take(this.#varint())
      case LIST:
      case SET:
        return this.#list(depth + 1)
      case STRUCT:
        return this.struct(depth + 1)
      default:
        throw new Error(`there is no Thrift type ${kind} in Parquet`)
    }
  }

  #list(depth: number): readonly unknown[] {
    checkDepth(depth)
    const header = this.#byte()
    const kind = header & 0xf
    const size = header >> 4 === LONG_LIST ? this.#varint() : header >> 4
    // No item takes less than a byte.
    if (size > this.#end - this.at) throw endedEarly()
    const items: unknown[] = []
    const isBool = kind === TRUE || kind === FALSE
    for (let i = 0; i < size; i++) items.push(isBool ? this.#byte() === TRUE : this.#value(kind, depth))
    return items
  }

  #take(length: number): Uint8Array {
    if (length > this.#end - this.at) throw endedEarly()
    this.at += length
    return this.#bytes.subarray(this.at - length, this.at)
  }

  #byte(): number {
    if (this.at >= this.#end) throw endedEarly()
    return this.#bytes[this.at++] as number
  }

  /** 32 bits, unsigned; what a longer one has above them is lost. */
  #varint(): number {
    let value = 0
    for (let shift = 0; shift < VARINT_BYTES_MAX * 7; shift += 7) {
      const byte = this.#byte()
      if (shift < 32) value |= (byte & 0x7f) << shift
      if (byte < 0x80) return value >>> 0
    }
    throw new Error(`a Thrift number is longer than ${VARINT_BYTES_MAX} bytes`)
  }

  #long(): bigint {
    let value = 0n
    for (let shift = 0; shift < VARINT_BYTES_MAX * 7; shift += 7) {
      const byte = this.#byte()
      value |= BigInt(byte & 0x7f) << BigInt(shift)
      if (byte < 0x80) return BigInt.asIntN(64, (value >> 1n) ^ -(value & 1n))
    }
    throw new Error(`a Thrift number is longer than ${VARINT_BYTES_MAX} bytes`)
  }
}

function checkDepth(depth: number): void {
  if (depth > DEPTH_MAX) throw new Error(`its Thrift structs are nested more than ${DEPTH_MAX} deep`)
}

const zigzag = (value: number): number => (value >>> 1) ^ -(value & 1)

const endedEarly = (): Error => new Error("its Thrift bytes end early")
