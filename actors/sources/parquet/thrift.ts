/**
 * A writer of Thrift's compact protocol, as far as a Parquet footer needs it. Values are built as a small tree first, so
 * that a footer reads like its definition.
 */
export type ThriftValue =
  | { readonly _tag: "bool"; readonly value: boolean }
  | { readonly _tag: "i32"; readonly value: number }
  | { readonly _tag: "i64"; readonly value: bigint }
  | { readonly _tag: "binary"; readonly value: Uint8Array }
  | { readonly _tag: "list"; readonly of: ThriftValue["_tag"]; readonly items: readonly ThriftValue[] }
  | { readonly _tag: "struct"; readonly fields: readonly ThriftField[] }

/** A field's number and value; `undefined` leaves the field out. */
export type ThriftField = readonly [id: number, value: ThriftValue | undefined]

export const bool = (value: boolean): ThriftValue => ({ _tag: "bool", value })
export const i32 = (value: number): ThriftValue => ({ _tag: "i32", value })
export const i64 = (value: number): ThriftValue => ({ _tag: "i64", value: BigInt(value) })
export const text = (value: string): ThriftValue => ({ _tag: "binary", value: new TextEncoder().encode(value) })
/** Items of one kind, which an empty list has too. */
export const list = (of: ThriftValue["_tag"], items: readonly ThriftValue[]): ThriftValue => ({
  _tag: "list",
  of,
  items,
})
export const struct = (...fields: readonly ThriftField[]): ThriftValue => ({ _tag: "struct", fields })

const STOP = 0
const TRUE = 1
const FALSE = 2
const KIND = { bool: TRUE, i32: 5, i64: 6, binary: 8, list: 9, struct: 12 } as const
/** The largest difference of field numbers, and the longest list less one, that fit a header's upper half byte. */
const SHORT_MAX = 15

export function encodeThrift(value: ThriftValue): Uint8Array {
  const out: number[] = []
  writeValue(out, value)
  return Uint8Array.from(out)
}

function writeValue(out: number[], value: ThriftValue): void {
  switch (value._tag) {
    case "bool":
      out.push(value.value ? TRUE : FALSE)
      return
    case "i32":
      writeVarint(out, zigzag(BigInt(value.value)))
      return
    case "i64":
      writeVarint(out, zigzag(value.value))
      return
    case "binary":
      writeVarint(out, BigInt(value.value.byteLength))
      for (const byte of value.value) out.push(byte)
      return
    case "list": {
      const kind = KIND[value.of]
      if (value.items.length < SHORT_MAX) out.push((value.items.length << 4) | kind)
      else {
        out.push((SHORT_MAX << 4) | kind)
        writeVarint(out, BigInt(value.items.length))
      }
      for (const item of value.items) writeValue(out, item)
      return
    }
    case "struct":
      writeFields(out, value.fields)
      return
  }
}

function writeFields(out: number[], fields: readonly ThriftField[]): void {
  let last = 0
  for (const [id, value] of fields) {
    if (value === undefined) continue
    // A boolean field has no bytes of its own: its value is the kind in the header.
    const kind = value._tag === "bool" ? (value.value ? TRUE : FALSE) : KIND[value._tag]
    const step = id - last
    if (step > 0 && step <= SHORT_MAX) out.push((step << 4) | kind)
    else {
      out.push(kind)
      writeVarint(out, zigzag(BigInt(id)))
    }
    if (value._tag !== "bool") writeValue(out, value)
    last = id
  }
  out.push(STOP)
}

/** Small magnitudes of either sign become small unsigned numbers: 0, -1, 1, -2 → 0, 1, 2, 3. */
function zigzag(value: bigint): bigint {
  return value >= 0n ? value * 2n : -value * 2n - 1n
}

function writeVarint(out: number[], value: bigint): void {
  let rest = value
  while (rest >= 0x80n) {
    out.push(Number(rest & 0x7fn) | 0x80)
    rest >>= 7n
  }
  out.push(Number(rest))
}
