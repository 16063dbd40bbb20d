import { readFileSync } from "node:fs"
import * as path from "node:path"
import { DuckDBInstance } from "@duckdb/node-api"
import { expect, test } from "vitest"
import { driveEngine } from "../../actors/engine/testing/driver.ts"
import { dialectParts, type FunctionRow, NAMES_QUERY } from "./dialect.ts"

const PAGE = path.join(import.meta.dirname, "..", "..", "docs", "dialect.md")

/** `<!-- made: refused -->` down to `<!-- end -->`. */
const MADE = /<!-- made: (?<name>[\w ]+) -->\n[\s\S]*?\n<!-- end -->/g

function pairs(rows: readonly (readonly (string | null)[])[]): readonly FunctionRow[] {
  return rows.map(([name, kind]) => [name ?? "", kind ?? ""])
}

/** The page is its own snapshot: `npm test -- test/docs -u` makes the lists anew. */
test("docs/dialect.md lists what the engines have, what native DuckDB has beside it, and what is done about it", async () => {
  const engine = await driveEngine("dialect")
  const here = pairs(await engine.evaluate(NAMES_QUERY))
  await engine.close()
  const native = await (await DuckDBInstance.create(":memory:", { threads: "1" })).connect()
  const reader = await native.runAndReadAll(NAMES_QUERY)
  native.closeSync()
  const there = pairs(reader.getRows().map((row) => row.map(String)))
  const parts = dialectParts(here, there)
  const page = readFileSync(PAGE, "utf8")
  const names = [...page.matchAll(MADE)].map((match) => match.groups?.["name"])
  expect(new Set(names)).toEqual(new Set(parts.keys()))
  const now = page.replace(
    MADE,
    (_, name: string) => `<!-- made: ${name} -->\n\n${parts.get(name) ?? ""}\n\n<!-- end -->`,
  )
  await expect(now).toMatchFileSnapshot(PAGE)
})
