import { describe, expect, test } from "vitest"
import { edited, shown } from "./text.ts"

const SQL = "SELECT a FROM t, u WHERE a = 1"
const at = (text: string) => ({ start: SQL.indexOf(text), end: SQL.indexOf(text) + text.length })

describe("edits of the user's text", () => {
  test("what is between them stays, in the text's order", () => {
    const edits = [
      { span: at("u"), with: ["x2"] },
      { span: at("t,"), with: [{ input: 1 }, ","] },
    ]
    expect(edited(SQL, { start: 0, end: SQL.length }, edits)).toEqual([
      "SELECT a FROM ",
      { input: 1 },
      ",",
      " ",
      "x2",
      " WHERE a = 1",
    ])
  })

  test("a part of the text, and an edit that leaves something out", () => {
    expect(edited(SQL, at("FROM t, u"), [{ span: at(", u"), with: [] }])).toEqual(["FROM t"])
    expect(edited(SQL, at("FROM t"), [])).toEqual(["FROM t"])
  })

  test("places in the shown text lead back to the user's", () => {
    const nodes = [
      { _tag: "Literal" as const, kind: "number" as const, sql: "1", span: at("1") },
      { _tag: "Literal" as const, kind: "number" as const, sql: "x", span: at("a = 1") },
    ]
    const { text, copied } = shown(SQL, { start: 0, end: SQL.length }, [{ span: at("t"), with: ["(SELECT 1)"] }], {
      before: "WITH w AS (SELECT 2) ",
      nodes,
    })
    expect(text).toBe("WITH w AS (SELECT 2) SELECT a FROM (SELECT 1), u WHERE a = 1")
    for (const { at: from, span } of copied) {
      const shownText = text.slice(from)
      const user = SQL.slice(span.start, span.end)
      expect(shownText.startsWith(user === "t" ? "(SELECT 1)" : user)).toBe(true)
    }
    expect(copied).toHaveLength(3)
  })
})
