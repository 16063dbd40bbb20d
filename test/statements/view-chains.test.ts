import { afterAll, beforeAll, expect, test } from "vitest"
import { parse } from "../../planner/parser/parse.ts"
import type { LocalSession } from "../../runtime/session.ts"
import { openWorkspace, type Workspace } from "../../runtime/session/workspace.ts"
import { type Both, openBoth } from "./both.ts"

/** Views that read views, many levels deep: what is planned for them grows with their number, and no faster. */

let both: Both
beforeAll(async () => {
  both = await openBoth()
})
afterAll(async () => {
  await both.close()
})

/** `$` is the view before. */
async function chain(workspace: Workspace, levels: number, body: string): Promise<void> {
  const script = Array.from({ length: levels }, (_, i) => `CREATE VIEW v${i + 1} AS ${body.replace("$", `v${i}`)}`)
  await both.ours(["CREATE VIEW v0 AS FROM a", ...script].join(";\n"), workspace)
}

test("rows come through a hundred views that each compute and filter something", async () => {
  const workspace = both.session.workspace()
  await chain(workspace, 100, "SELECT id + 1 AS id, g FROM $ WHERE id <> 7")
  const [answer] = await both.ours("SELECT id, g FROM v100 ORDER BY id", workspace)
  // Each row passes 7 on its way, unless it begins above it.
  expect(answer?.rows.map(([id]) => id)).toEqual(["108", "109", "110", "111"])
  await workspace.close()
})

test("a view is planned once when it is made, and again only if something that it reads has its name", async () => {
  let plans = 0
  const counting: LocalSession = {
    ...both.session,
    plan: (sql, options) => {
      plans++
      return both.session.plan(sql, options)
    },
  }
  const workspace = openWorkspace(counting)
  const run = async (sql: string): Promise<number> => {
    const before = plans
    for (const statement of parse(sql)) await workspace.run(statement, sql)
    return plans - before
  }
  expect(await run("CREATE VIEW u AS FROM a")).toBe(1)
  expect(await run("CREATE VIEW w AS FROM u")).toBe(1)
  expect(await run("CREATE OR REPLACE VIEW u AS FROM b")).toBe(1)
  expect(await run("CREATE OR REPLACE VIEW u AS WITH u AS (FROM b) FROM u")).toBe(2)
  await expect(run("CREATE OR REPLACE VIEW u AS FROM w")).rejects.toThrow('view "u" reads itself')
  await expect(run("CREATE VIEW a AS FROM a")).rejects.toThrow('view "a" reads itself')
  await workspace.close()
})

test("what is nested too deeply for the planner or for DuckDB is refused in one sentence", async () => {
  const nested = (levels: number, body: string): string => {
    const ctes = Array.from({ length: levels }, (_, i) => `v${i + 1} AS (${body.replace("$", `v${i}`)})`)
    return `WITH v0 AS (FROM a), ${ctes.join(", ")} SELECT * FROM v${levels}`
  }
  await expect(both.ours(nested(1600, "FROM $"))).rejects.toThrow("planned to a depth of 1500 steps")
  await expect(both.ours(nested(300, "SELECT id, row_number() OVER () AS g FROM $"))).rejects.toThrow(
    "nested more deeply than DuckDB reads them",
  )
})
