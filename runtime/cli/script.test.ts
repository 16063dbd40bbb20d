import { tableToIPC, Table, Utf8, vectorFromArray } from "apache-arrow"
import { expect, test } from "vitest"
import type { StagePlan } from "../../planner/physical/stage.ts"
import { UnknownColumn } from "../../planner/errors.ts"
import type { QueryMetrics, QueryOptions, QueryResult, Session } from "../session.ts"
import type { Settings } from "../session/settings.ts"
import { openWorkspace } from "../session/workspace.ts"
import { errorParagraph } from "./error-report.ts"
import { csvFormat } from "../formats/csv.ts"
import { readScript, runScript, type Door } from "./script.ts"

const metrics: QueryMetrics = {
  planMs: 1,
  totalMs: 2,
  rows: 1,
  bytesRead: 0,
  bytesExchanged: 0,
  bytesRemote: 0,
  splits: 0,
  splitsPruned: 0,
  bytesDecoded: 0,
  bytesIngested: 0,
  cache: { hits: 0, misses: 0, evicted: 0 },
  rowsSkipped: { files: 0, rowGroups: 0, pages: 0, rows: 0 },
  tasks: 1,
  attempts: 1,
  actors: [],
  stages: [{ stage: 1, title: "result", tasks: 1, rowsIn: 1, rowsOut: 1, bytesOut: 8, busyMs: 3 }],
}

const plan: StagePlan = {
  partitions: 1,
  output: [],
  stages: [
    {
      id: 1,
      title: "result",
      inputs: [],
      sql: "SELECT 1",
      columns: [],
      tasks: { _tag: "single" },
      output: { _tag: "single" },
      volatile: false,
      isOrdered: true,
      gatheredBecause: undefined,
      columnNames: {},
      tree: ["Project 1"],
    },
  ],
}

/** A session that answers every query with its own text, and fails those that name `bad`. */
function echo(): Session & { readonly asked: { sql: string; options: QueryOptions | undefined }[] } {
  const asked: { sql: string; options: QueryOptions | undefined }[] = []
  const query = (sql: string, options?: QueryOptions): Promise<QueryResult> => {
    asked.push({ sql, options })
    const at = sql.indexOf("bad")
    if (at !== -1) {
      const span = { start: at, end: at + 3 }
      return Promise.reject(
        new UnknownColumn({ message: 'column "bad" does not exist', span, name: "bad", available: [] }),
      )
    }
    const table = new Table({ c0: vectorFromArray([sql], new Utf8()) })
    const batches = [{ ipc: tableToIPC(table, "stream"), rows: 1 }]
    return Promise.resolve({
      id: "q",
      columns: [{ name: "sql", type: "VARCHAR" }],
      batches: (async function* () {
        yield* batches
      })(),
      metrics: () => metrics,
    })
  }
  return {
    asked,
    query,
    plan: () => Promise.resolve(plan),
    tables: () => Promise.resolve([]),
    close: () => Promise.resolve(),
  }
}

function door(session: Session, settings: Partial<Settings> = { timing: true }) {
  const out: string[] = []
  const timings: string[] = []
  const opened: Door = {
    workspace: openWorkspace(session, settings),
    format: csvFormat,
    explainsAsText: true,
    output: {
      write: (chunk) => {
        out.push(typeof chunk === "string" ? chunk : Buffer.from(chunk).toString())
        return Promise.resolve()
      },
      terminalWidth: () => undefined,
      closed: new AbortController().signal,
    },
    tell: (text) => timings.push(text),
    signal: new AbortController().signal,
  }
  return { opened, out, timings }
}

test("statements run in turn, each with its own text, results printed in turn", async () => {
  const session = echo()
  const { opened, out, timings } = door(session, { partitions: 3, timing: true })
  await runScript(opened, await readScript({ sql: "SELECT 1; -- one\nSELECT 2 ;\n", quiet: false }))
  expect(session.asked.map((each) => each.sql)).toEqual(["SELECT 1", "SELECT 2"])
  expect(session.asked[0]?.options).toMatchObject({ partitions: 3, form: "text" })
  expect(out.join("")).toBe("sql\nSELECT 1\nsql\nSELECT 2\n")
  expect(timings).toHaveLength(2)
})

test("a quiet script prints nothing", async () => {
  const { opened, out } = door(echo())
  await runScript(opened, await readScript({ sql: "SELECT 1; EXPLAIN SELECT 2", quiet: true }))
  expect(out).toEqual([])
})

test("an error stops the script and points into it", async () => {
  const session = echo()
  const { opened, out } = door(session)
  const script = await readScript({ sql: "SELECT 1;\n  SELECT bad;\nSELECT 3", quiet: false })
  const error = await runScript(opened, script).catch((caught: unknown) => caught)
  expect(await errorParagraph(error)).toBe(
    ['error: column "bad" does not exist', "  2 |   SELECT bad;", "    |          ^^^"].join("\n"),
  )
  expect(out.join("")).toBe("sql\nSELECT 1\n")
  expect(session.asked).toHaveLength(2)
})

test("an error below EXPLAIN points into the script, too", async () => {
  const { opened } = door(echo())
  const script = await readScript({ sql: "EXPLAIN ANALYZE SELECT bad", quiet: false })
  const error = await runScript(opened, script).catch((caught: unknown) => caught)
  expect(await errorParagraph(error)).toBe(
    ['error: column "bad" does not exist', "  1 | EXPLAIN ANALYZE SELECT bad", "    |                        ^^^"].join(
      "\n",
    ),
  )
})

test("EXPLAIN prints the picture without running, ANALYZE runs and adds the figures, FORMAT json prints JSON", async () => {
  const session = echo()
  const { opened, out } = door(session)
  await runScript(opened, await readScript({ sql: "EXPLAIN SELECT 1", quiet: false }))
  expect(session.asked).toEqual([])
  expect(out.join("")).toContain("│ Project 1")
  await runScript(opened, await readScript({ sql: "EXPLAIN ANALYZE SELECT 1", quiet: false }))
  expect(session.asked.map((each) => each.sql)).toEqual(["SELECT 1"])
  expect(out.at(-1)).toContain("busy 3 ms")
  await runScript(opened, await readScript({ sql: "EXPLAIN (FORMAT json) SELECT 1", quiet: false }))
  expect(JSON.parse(out.at(-1) ?? "")).toMatchObject({ partitions: 1, stages: [{ stage: 1, title: "result" }] })
})

test("a syntax error anywhere is found before anything runs", async () => {
  const error = await readScript({ sql: "SELECT 1; SELEC 2", quiet: false }).catch((caught: unknown) => caught)
  expect(await errorParagraph(error)).toContain("1 | SELECT 1; SELEC 2")
})
