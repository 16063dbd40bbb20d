import { expect, test } from "vitest"
import { walk } from "../ast/traverse.ts"
import { parse } from "./parse.ts"
import { selectOf } from "./testing/only-select.ts"

test("a parsed statement is frozen in depth", () => {
  const [statement] = parse("SELECT a + f(b ORDER BY c) AS x FROM t, (SELECT 1) AS s(y) WHERE d IN (1, 2)")
  const body = selectOf(statement?._tag === "QueryStatement" ? statement.query : undefined)
  const nodes = body.items.flatMap((item) => [...walk(item.expr)])
  expect(nodes).toHaveLength(5)
  expect([statement, body, body.items, body.from, body.where, ...nodes].every((node) => Object.isFrozen(node))).toBe(
    true,
  )
})
