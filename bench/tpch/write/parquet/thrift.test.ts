import { expect, test } from "vitest"
import { ThriftWriter } from "./thrift.ts"

test("fields, jumps, nested structs and lists are written as the compact protocol has them", () => {
  const out = new ThriftWriter()
  out.nested(() => {
    out.i32(1, -3)
    out.i64(3, 2 ** 40)
    out.struct(4, () => out.bool(1, true))
    out.i32s(19, [0, 64])
    out.text(20, "ab")
    out.texts(21, ["x"])
  })
  const expected = [
    "1505", // 1, i32: zigzag 5
    "26808080808040", // two on, i64: 2^41 in seven-bit bytes
    "1c1100", // one on, struct: 1 is true, end
    "f925008001", // fifteen on, list of two i32: 0, 128
    "18026162", // one on, text of two bytes
    "19180178", // one on, list of one text
    "00",
  ]
  expect(Buffer.from(out.sink.taken()).toString("hex")).toBe(expected.join(""))
})
