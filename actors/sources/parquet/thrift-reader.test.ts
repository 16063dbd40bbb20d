import { expect, test } from "vitest"
import { decodeThrift } from "./thrift-reader.ts"
import { bool, encodeThrift, i32, i64, list, struct, text } from "./thrift.ts"

const utf8 = new TextEncoder()

test("what the writer writes is read, and where it ends is told", () => {
  const bytes = encodeThrift(
    struct(
      [1, i32(-7)],
      [2, i64(2 ** 40)],
      [3, bool(true)],
      [4, bool(false)],
      [30, text("ä")],
      [
        31,
        list(
          "i32",
          Array.from({ length: 40 }, (_, index) => i32(index)),
        ),
      ],
      [32, struct([5, struct()])],
    ),
  )
  const [value, end] = decodeThrift(Buffer.concat([bytes, new Uint8Array(3)]))
  expect(end).toBe(bytes.byteLength)
  expect(value).toEqual({
    field_1: -7,
    field_2: 2n ** 40n,
    field_3: true,
    field_4: false,
    field_30: Buffer.from(utf8.encode("ä")),
    field_31: Array.from({ length: 40 }, (_, index) => index),
    field_32: { field_5: {} },
  })
})

test.each([
  ["a number without an end", [0x15, ...Array.from({ length: 50_000 }, () => 0xff)], "is longer than 10 bytes"],
  ["a 64-bit number without an end", [0x16, ...Array.from({ length: 50_000 }, () => 0xff)], "is longer than 10 bytes"],
  ["a list longer than what is left", [0x19, 0xf5, 0xff, 0xff, 0xff, 0x7f, 0], "end early"],
  ["a binary longer than what is left", [0x18, 0xff, 0xff, 0xff, 0xff, 0x7f, 0], "end early"],
  ["structs without an end", Array.from({ length: 50_000 }, () => 0x1c), "nested more than 24 deep"],
  ["lists without an end", Array.from({ length: 50_000 }, () => 0x19), "nested more than 24 deep"],
  ["a map", [0x1b, 0], "there is no Thrift type 11 in Parquet"],
  ["nothing", [], "end early"],
])("%s is refused", (_, bytes, found) => {
  expect(() => decodeThrift(Uint8Array.from(bytes))).toThrow(found)
})
