import { expect, test } from "vitest"
import type { Column, ColumnSchema } from "../columns.ts"
import { DelimitedWriter } from "./delimited.ts"

const pool = new TextEncoder().encode("carefully, even packages")
const whole = [0, 9, 10, 99, 100, 9999, 10_000, 123_456, 1_234_567, 12_345_678, 123_456_789, 2_147_483_647]
const keys = [1, 999_999_999, 1_000_000_000, 1_000_000_001, 2 ** 31, 6_000_000_000, 45_000_000_007, 2 ** 40, 5, 6, 7, 8]
const money = [0, 1, 99, 100, -1, -99, -100, -99_999, 999_999, 2_147_483_647, -12_345_678, 5]
const rows = whole.length

const columns: readonly Column[] = [
  { kind: "whole", values: Int32Array.from(whole) },
  { kind: "key", values: Float64Array.from(keys) },
  { kind: "money", values: Int32Array.from(money) },
  { kind: "date", values: Int32Array.from({ length: rows }, (_, row) => (row === 0 ? 2556 : row * 59)) },
  { kind: "word", values: Uint8Array.from({ length: rows }, (_, row) => row % 2), words: ["odd", "even"] },
  { kind: "label", values: Float64Array.from(keys), prefix: "Clerk#" },
  { kind: "text", offsets: new Int32Array(rows).fill(5), lengths: Uint8Array.from(whole, (_, row) => row + 1) },
  { kind: "bytes", data: pool, starts: Int32Array.from({ length: rows + 1 }, (_, row) => row * 2) },
]
const schema: readonly ColumnSchema[] = columns.map(({ kind }) => ({
  name: kind,
  type: "VARCHAR",
  width: 24,
  commas: kind === "text",
}))

function expected(row: number): string[] {
  const cents = Math.abs(money[row]!)
  const text = Buffer.from(pool).toString()
  return [
    String(whole[row]),
    String(keys[row]),
    `${money[row]! < 0 ? "-" : ""}${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, "0")}`,
    new Date(Date.UTC(1992, 0, 1 + (row === 0 ? 2556 : row * 59))).toISOString().slice(0, 10),
    row % 2 === 0 ? "odd" : "even",
    `Clerk#${String(keys[row]).padStart(9, "0")}`,
    text.slice(5, 5 + row + 1),
    text.slice(row * 2, row * 2 + 2),
  ]
}

function written(format: "tbl" | "csv", from: number, to: number): string {
  const writer = new DelimitedWriter(format, columns, schema, pool)
  const out = new Uint8Array(writer.rowBytesMax * rows)
  return Buffer.from(out.subarray(0, writer.write(out, from, to))).toString()
}

test("every kind of column as .tbl", () => {
  const lines = Array.from({ length: rows }, (_, row) => `${expected(row).join("|")}|\n`)
  expect(written("tbl", 0, rows)).toBe(lines.join(""))
  expect(written("tbl", 3, 5)).toBe(lines.slice(3, 5).join(""))
})

test("in CSV what may hold commas is quoted", () => {
  const lines = Array.from({ length: rows }, (_, row) => {
    const fields = expected(row)
    return `${[...fields.slice(0, 6), `"${fields[6]}"`, fields[7]].join(",")}\n`
  })
  expect(written("csv", 0, rows)).toBe(lines.join(""))
})
