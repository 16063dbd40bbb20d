import { mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import * as path from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { folderPrefix, thisOwner } from "../../actors/exchange/spool-owner.ts"
import { parse } from "../../planner/parser/parse.ts"
import { textRows } from "../../runtime/formats/text-batch.ts"
import { openSession } from "../../runtime/local.ts"
import type { LocalSession, QueryResult } from "../../runtime/session.ts"
import type { Workspace } from "../../runtime/session/workspace.ts"

/** CREATE TABLE AS fills no disk at served doors. */
const KIB = 1024

let temporary: string
let before: string | undefined
let session: LocalSession
beforeAll(async () => {
  temporary = mkdtempSync(path.join(tmpdir(), "skein-budget-"))
  before = process.env["TMPDIR"]
  process.env["TMPDIR"] = temporary
  const tableLimits = { sessionBytes: 200 * KIB, nodeBytes: 300 * KIB }
  session = await openSession({ workers: 1, dataDir: undefined, cwd: temporary, roots: [], tableLimits })
}, 60_000)
afterAll(async () => {
  await session.close()
  if (before === undefined) delete process.env["TMPDIR"]
  else process.env["TMPDIR"] = before
  rmSync(temporary, { recursive: true, force: true })
})

/** Some 37 bytes a row: what is random does not get smaller. */
const rows = (count: number) => `SELECT md5(i::VARCHAR) AS m FROM range(${count}) t(i)`
const SMALL = rows(3_000)
const LARGE = rows(10_000)

const SESSION_FULL = {
  _tag: "QueryError",
  kind: "SessionTables",
  message:
    "the rows that CREATE TABLE … AS keeps would take more than the 200 KiB of disk that one session may use: " +
    "keep fewer rows or columns, drop a table first, or raise --session-table-bytes of the server",
}
const NODE_FULL = {
  _tag: "QueryError",
  kind: "NodeTables",
  message:
    "the tables of all sessions would take more than the 300 KiB of disk that this node gives them: " +
    "try again when other sessions have ended, or raise --node-table-bytes of the server",
}

/** Files of tables, wherever this process keeps them. */
function kept(): readonly string[] {
  const own = readdirSync(temporary).filter((name) => name.startsWith(folderPrefix(thisOwner())))
  return own.flatMap((folder) => readdirSync(path.join(temporary, folder)))
}

async function run(sql: string, workspace: Workspace): Promise<void> {
  for (const statement of parse(sql)) {
    for await (const _ of (await workspace.run(statement, sql)).batches);
  }
}

async function answer({ batches }: QueryResult): Promise<readonly unknown[]> {
  const found: unknown[] = []
  for await (const { ipc } of batches) found.push(...textRows(ipc))
  return found
}

test("a session's tables: refused, nothing is left, and what is dropped or replaced makes room", async () => {
  const workspace = session.workspace()
  await expect(run(`CREATE TABLE t AS ${LARGE}`, workspace)).rejects.toMatchObject(SESSION_FULL)
  expect(kept()).toEqual([])
  await run(`CREATE TABLE t AS ${SMALL}`, workspace)
  await expect(run(`CREATE TABLE u AS ${SMALL}`, workspace)).rejects.toMatchObject(SESSION_FULL)
  expect(kept()).toHaveLength(1)
  await run(`DROP TABLE t; CREATE TABLE u AS ${SMALL}`, workspace)
  await run("CREATE OR REPLACE TABLE u AS SELECT 1 AS a", workspace)
  await run(`CREATE TABLE t AS ${SMALL}`, workspace)
  expect(kept()).toHaveLength(2)
  await workspace.close()
  expect(kept()).toEqual([])
})

test("the tables of all sessions: refused, until one of them has ended", async () => {
  const [first, second, third] = [session.workspace(), session.workspace(), session.workspace()]
  await run(`CREATE TABLE t AS ${SMALL}`, first)
  await run(`CREATE TABLE t AS ${SMALL}`, second)
  await expect(run(`CREATE TABLE t AS ${SMALL}`, third)).rejects.toMatchObject(NODE_FULL)
  expect(kept()).toHaveLength(2)
  await first.close()
  await run(`CREATE TABLE t AS ${SMALL}`, third)
  await Promise.all([second.close(), third.close()])
  expect(kept()).toEqual([])
})

test("a script, as served doors run it: refused with nothing left, and the next one has all the room", async () => {
  const script = (sql: string) => session.query(sql, { form: "text" })
  for (let i = 0; i < 3; i += 1) {
    await expect(script(`CREATE TABLE t AS ${LARGE}; FROM t`)).rejects.toMatchObject(SESSION_FULL)
    expect(kept()).toEqual([])
    const counted = await script(`CREATE TABLE t AS ${SMALL}; SELECT count(*) FROM t`)
    expect(await answer(counted)).toEqual([["3000"]])
    expect(kept()).toEqual([])
  }
})
