import { describe, expect, test } from "vitest"
import { errorText, lineAndColumn } from "./error-text.ts"

const marking = (sql: string, marked: string, message = "wrong"): string => {
  const start = sql.indexOf(marked)
  return errorText({ message, span: { start, end: start + marked.length } }, sql)
}

describe("an error is drawn", () => {
  test("with its line, a caret and the hint", () => {
    const sql = 'SELECT product, SUM(sale) FROM "data_part_*" GROUP BY product'
    const start = sql.indexOf("sale")
    const error = {
      message: 'column "sale" does not exist in data_part_*',
      span: { start, end: start + 4 },
      hint: 'did you mean "sales"?  data_part_* has: id, product, sales',
    }
    expect(errorText(error, sql)).toBe(
      [
        'error: column "sale" does not exist in data_part_*',
        '  1 | SELECT product, SUM(sale) FROM "data_part_*" GROUP BY product',
        "    |                     ^^^^",
        '  did you mean "sales"?  data_part_* has: id, product, sales',
      ].join("\n"),
    )
  })

  test.each([
    ["without a place", { message: "no" }, "SELECT 1", "error: no"],
    ["without its text", { message: "no", span: { start: 0, end: 1 } }, undefined, "error: no"],
    ["when the planner made what is wrong", { message: "no", span: { start: 0, end: 0 } }, "SELECT 1", "error: no"],
    ["on several lines", { message: "a\nb", hint: "c\nd" }, undefined, "error: a\n  b\n  c\n  d"],
    [
      "at the end of the text",
      { message: "no", span: { start: 6, end: 6 } },
      "SELECT",
      "error: no\n  1 | SELECT\n    |       ^",
    ],
    [
      "beyond the text",
      { message: "no", span: { start: 90, end: 95 } },
      "SELECT",
      "error: no\n  1 | SELECT\n    |       ^",
    ],
    ["of an empty text", { message: "no", span: { start: 0, end: 0 } }, "", "error: no\n  1 | \n    | ^"],
  ])("%s", (_, error, sql, expected) => {
    expect(errorText(error, sql)).toBe(expected)
  })

  test.each([
    ["later lines", "SELECT a\r\nFROM t\nWHERE b", "b", "  3 | WHERE b\n    |       ^"],
    ["tabs", "SELECT\ta,\tb", "b", "  1 | SELECT    a,    b\n    |                 ^"],
    ["wide characters", "SELECT '日本', x", "x", "  1 | SELECT '日本', x\n    |                ^"],
    ["wide names", "SELECT 売上 FROM t", "売上", "  1 | SELECT 売上 FROM t\n    |        ^^^^"],
    ["emoji and combining marks", "SELECT '👩‍👩‍👧e\u0301', x", "x", "  1 | SELECT '👩‍👩‍👧e\u0301', x\n    |               ^"],
    ["spans over several lines", "SELECT (a\nFROM t", "(a\nFROM t", "  1 | SELECT (a\n    |        ^^"],
    ["terminal escapes", "SELECT \u001b[2J, x", "x", "  1 | SELECT \\u001b[2J, x\n    |                   ^"],
  ])("over %s", (_, sql, marked, expected) => {
    expect(marking(sql, marked)).toBe(`error: wrong\n${expected}`)
  })

  test("and never lets a message steer the terminal", () => {
    expect(errorText({ message: 'no "\u001b]0;x\u0007\u202e"' }, undefined)).toBe(
      'error: no "\\u001b]0;x\\u0007\\u202e"',
    )
  })

  test("with the thousandth line's number", () => {
    expect(marking(`${"\n".repeat(1233)}x`, "x")).toBe("error: wrong\n1234 | x\n     | ^")
  })
})

describe("a long line is cut around the mark", () => {
  const dots = ".".repeat(5_000_000)

  test("on both sides", () => {
    const [, line = "", carets = ""] = marking(`${dots}bad${dots}`, "bad").split("\n")
    expect(line).toBe(`  1 | …${".".repeat(40)}bad${".".repeat(56)}…`)
    expect(carets.indexOf("^^^")).toBe(line.indexOf("bad"))
  })

  test("only behind, when the mark stands early", () => {
    const [, line = ""] = marking(`SELECT bad ${dots}`, "bad").split("\n")
    expect(line).toBe(`  1 | SELECT bad ${".".repeat(89)}…`)
  })

  test("and so is a long mark", () => {
    const [, line = "", carets = ""] = marking(`SELECT ${dots} FROM t`, dots).split("\n")
    expect(line).toBe(`  1 | SELECT ${".".repeat(93)}…`)
    expect(carets).toBe(`    |        ${"^".repeat(93)}`)
  })
})

test.each([
  ["abc", 0, 1, 1],
  ["abc", 3, 1, 4],
  ["a\nb", 2, 2, 1],
  ["a\r\nb", 3, 2, 1],
  ["a\rb", 2, 2, 1],
  ["a\n\nb", 2, 2, 1],
  ["😀x", 2, 1, 2],
  ["", 0, 1, 1],
])("line and column of offset %2$d in %1$j", (sql, offset, line, column) => {
  expect(lineAndColumn(sql, offset)).toEqual({ line, column })
})
