import { describe, expect, test } from "vitest"
import { firstItem } from "../parser/testing/only-select.ts"
import { printExpr } from "../sql/print-expression.ts"
import type { NamedExpr } from "./query.ts"
import { anyExpr, children, collect, columnsOf, mapChildren, mapExpr, walk } from "./traverse.ts"

const expr = (sql: string): NamedExpr => firstItem(`SELECT ${sql}`)

const print = (e: NamedExpr): string => printExpr(e, (column) => column.parts.map((part) => part.text).join("."))

/** One of each node that has children, with its columns in the order they are written. */
const NODES = [
  ["f(a, b ORDER BY c) FILTER (WHERE d)", "abcd"],
  ["CAST(a AS INTEGER)", "a"],
  ["NOT a", "a"],
  ["a + b", "ab"],
  ["a LIKE b ESCAPE c", "abc"],
  ["a IS NULL", "a"],
  ["a BETWEEN b AND c", "abc"],
  ["a IN (b, c, d)", "abcd"],
  ["CASE a WHEN b THEN c WHEN d THEN e ELSE g END", "abcdeg"],
  ["CASE WHEN a THEN b END", "ab"],
  ["a[b]", "ab"],
  ["a[b:c:d]", "abcd"],
  ["(a).x", "a"],
  ["[a, b]", "ab"],
  ["{'k': a, 'l': b}", "ab"],
  ["(a, b)", "ab"],
  ["a COLLATE nocase", "a"],
  ["INTERVAL (a) DAY", "a"],
  ["* REPLACE (a + b AS c)", "ab"],
  ["a IN (SELECT z)", "a"],
  ["a = ANY (b)", "ab"],
  ["f(x := a)", "a"],
  ["f(lambda x: a)", "a"],
  ["f(a -> b)", "ab"],
  ["COLUMNS(a)", "a"],
  ["[a FOR x IN b IF c]", "abc"],
  ["MAP {a: b, c: d}", "abcd"],
  ["GROUPING(a, b)", "ab"],
  ["f() WITHIN GROUP (ORDER BY a) FILTER (WHERE b)", "ab"],
  ["f(a) OVER (w PARTITION BY b ORDER BY c ROWS BETWEEN d PRECEDING AND e FOLLOWING)", "abcde"],
] as const

describe.each(NODES)("%s", (sql, columns) => {
  const wanted = columns.split("")

  test("yields its columns in order", () => {
    expect(columnsOf(expr(sql)).map((column) => column.parts[0]?.text)).toEqual(wanted)
  })

  test("is rebuilt with other columns in every place", () => {
    const mapped = mapExpr(expr(sql), (column) => ({
      ...column,
      parts: column.parts.map((part) => ({ ...part, text: `${part.text}${part.text}` })),
    }))
    expect(columnsOf(mapped).map((column) => column.parts[0]?.text)).toEqual(wanted.map((name) => name + name))
  })

  test("stays the same node when nothing changes", () => {
    const node = expr(sql)
    expect(mapChildren(node, (child) => child)).toBe(node)
    expect(children(node).length).toBeGreaterThan(0)
  })

  test("is another node when a child changes", () => {
    const one = expr("1")
    expect(columnsOf(mapChildren(expr(sql), () => one))).toEqual([])
  })
})

test("leaves have no children and stay as they are", () => {
  for (const sql of ["a", "1", "DATE '2020-01-01'", "(SELECT 1)", "?", "#1", "DEFAULT"]) {
    const node = expr(sql)
    expect(children(node)).toEqual([])
    expect(mapChildren(node, () => expr("1"))).toBe(node)
  }
})

test("a column may become any expression", () => {
  const doubled = mapExpr(expr("a * (b - 1)"), (column) => expr(`${column.parts[0]?.text} + 2`))
  expect(print(doubled)).toBe("(a + 2) * (b + 2 - 1)")
})

test("walk visits parents first, left before right", () => {
  expect([...walk(expr("a + f(b, 1)"))].map((node) => node._tag)).toEqual([
    "Binary",
    "ColumnRef",
    "FunctionCall",
    "ColumnRef",
    "Literal",
  ])
})

test("anyExpr and collect find nodes at any depth", () => {
  const node = expr("a + sum(b + sum(c))")
  expect(anyExpr(node, (n) => n._tag === "FunctionCall")).toBe(true)
  expect(anyExpr(node, (n) => n._tag === "Case")).toBe(false)
  const calls = collect(node, (n) => n._tag === "FunctionCall")
  expect(calls.map(print)).toEqual(["sum(b + sum(c))", "sum(c)"])
})

test("ten thousand terms need no stack", () => {
  const node = expr(Array.from({ length: 10_000 }, (_, i) => `c${i}`).join(" OR "))
  expect(columnsOf(node)).toHaveLength(10_000)
  expect(columnsOf(mapExpr(node, (column) => column))).toHaveLength(10_000)
  // A long run is printed in groups of a hundred, each in parentheses.
  expect(print(node)).toHaveLength(10_000 * 2 + 38_890 - 10_000 + 9_999 * 4 + 100 * 2)
})
