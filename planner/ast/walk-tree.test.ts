import { expect, test } from "vitest"
import { parseQuery } from "../parser/parse.ts"
import { walkTree, type TreeNode } from "./walk-tree.ts"

const query = (sql: string): TreeNode => parseQuery(sql)

const tags = (sql: string): readonly string[] => [...walkTree(query(sql))].map((node) => node._tag)

test("nodes are found wherever they stand, nested queries included", () => {
  const sql = `WITH c AS (SELECT (SELECT "1" FROM a WHERE "2" IN (SELECT "3" FROM b)))
    SELECT sum("4" ORDER BY "5") FILTER (WHERE "6") OVER (PARTITION BY "7" ROWS "8" PRECEDING), list_filter("9", x -> "10")
    FROM d JOIN (SELECT * REPLACE ("11" AS k) FROM e) AS f ON EXISTS (SELECT "12" FROM g) WHERE CASE WHEN "13" THEN "14" END
    GROUP BY "15" HAVING "16" ORDER BY "17" LIMIT (SELECT "18" FROM h)`
  const nodes = [...walkTree(query(sql))]
  const columns = nodes.flatMap((node) => (node._tag === "ColumnRef" ? node.parts.map((part) => part.text) : []))
  expect(columns.filter((name) => name !== "x").toSorted((a, b) => Number(a) - Number(b))).toEqual(
    Array.from({ length: 18 }, (_, i) => String(i + 1)),
  )
  const tables = nodes.flatMap((node) => (node._tag === "TableRef" ? [node.name] : []))
  expect(tables.join("")).toBe("abdegh")
})

test("a parent comes before what it holds", () => {
  expect(tags("SELECT a + f((SELECT b))")).toEqual([
    "Query",
    "Select",
    "Binary",
    "ColumnRef",
    "FunctionCall",
    "SubqueryExpr",
    "Query",
    "Select",
    "ColumnRef",
  ])
})

test("what is below a node can be left out", () => {
  const nodes = walkTree(query("SELECT a, (SELECT b), c"), (node) => node._tag !== "SubqueryExpr")
  expect([...nodes].flatMap((node) => (node._tag === "ColumnRef" ? node.parts.map((part) => part.text) : []))).toEqual([
    "a",
    "c",
  ])
})

test("a hundred thousand terms need no stack", () => {
  const terms = Array.from({ length: 100_000 }, (_, i) => `c${i}`).join(" OR ")
  expect(tags(`SELECT ${terms}`).filter((tag) => tag === "ColumnRef")).toHaveLength(100_000)
})
