import { deserializeTCompactProtocol } from "hyparquet/src/thrift.js"
import { expect, test } from "vitest"
import { bool, encodeThrift, i32, i64, list, struct, text } from "./thrift.ts"
import type { ThriftValue } from "./thrift.ts"

function roundTrip(value: ThriftValue): unknown {
  const bytes = encodeThrift(value)
  const reader = { view: new DataView(bytes.buffer), offset: 0 }
  const read: unknown = deserializeTCompactProtocol(reader)
  expect(reader.offset).toBe(bytes.byteLength)
  return read
}

test("numbers of every size and sign", () => {
  const numbers = [0, 1, -1, 63, 64, -64, -65, 127, 128, 2 ** 31 - 1, -(2 ** 31)]
  expect(roundTrip(struct([1, list("i32", numbers.map(i32))]))).toEqual({ field_1: numbers })
  const large = [2 ** 40, -(2 ** 40), Number.MAX_SAFE_INTEGER]
  expect(roundTrip(struct([1, list("i64", large.map(i64))]))).toEqual({ field_1: large.map(BigInt) })
})

test("fields that are left out, far apart and out of order", () => {
  const fields = struct([1, i32(5)], [2, undefined], [30, bool(true)], [31, bool(false)], [4, i32(7)], [400, text("é")])
  const expected = { field_1: 5, field_30: true, field_31: false, field_4: 7, field_400: new TextEncoder().encode("é") }
  expect(roundTrip(fields)).toEqual(expected)
})

test("lists: empty, of 14 and 15 and more items, of structs and booleans", () => {
  const of = (length: number): ThriftValue =>
    list(
      "i32",
      Array.from({ length }, (_, index) => i32(index)),
    )
  for (const length of [0, 14, 15, 300]) {
    expect(roundTrip(struct([1, of(length)]))).toEqual({ field_1: Array.from({ length }, (_, index) => index) })
  }
  expect(roundTrip(struct([1, list("struct", [struct(), struct([1, i32(1)])])]))).toEqual({
    field_1: [{}, { field_1: 1 }],
  })
  expect(roundTrip(struct([1, list("bool", [bool(true), bool(false)])]))).toEqual({ field_1: [true, false] })
})
