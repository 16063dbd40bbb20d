import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest"
import { spawnEngine } from "../../actors/engine/thread.ts"
import { parquetSource } from "../../actors/sources/parquet/source.ts"
import { openNative } from "../../bench/oracle/native.ts"
import { textRows } from "../formats/text-batch.ts"
import type { QueryResult } from "../session.ts"
import type { Planner } from "./coordinator.ts"
import { openNode } from "./node.ts"
import type { Node } from "./node.ts"
import { sqlPlanner } from "./sql-planner.ts"

/** Queries that must look at the data before they can be planned. */

const MIB = 1024 * 1024
/** More than are let in at once. */
const QUERIES_AT_ONCE = 12

let data = ""
let expected: readonly (readonly (string | null)[])[] = []
let session: Node
/** What the session plans with: a test may put something in between. */
let planner: Planner = sqlPlanner

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), "skein-questions-"))
  const native = await openNative({ threads: 1, cwd: data })
  await native.run(
    `COPY (SELECT i % 3 AS g, 'v' || (i % 4) AS v FROM range(2000) r(i)) TO '${data}/t.parquet' (ROW_GROUP_SIZE 2048)`,
  )
  expected = (await native.query(PIVOT.replace(" t ", " 't.parquet' "))).rows
  native.close()
  session = await openNode({
    workers: 2,
    places: { dataDir: data, cwd: data },
    planner: (sql, request) => planner(sql, request),
    source: parquetSource,
    spawn: (name) => spawnEngine({ name, memoryLimitBytes: 512 * MIB }),
  })
})
afterAll(async () => {
  await session.close()
  await rm(data, { recursive: true })
})
afterEach(() => {
  planner = sqlPlanner
})

async function rowsOf({ batches }: QueryResult): Promise<readonly (readonly (string | null)[])[]> {
  const rows: (readonly (string | null)[])[] = []
  for await (const { ipc } of batches) rows.push(...textRows(ipc))
  return rows
}

async function expectNothingLeft(): Promise<void> {
  await session.idle()
  const { queries, openReaders, memoryBytes } = session.store.counts()
  expect({ queries, openReaders, memoryBytes }).toEqual({ queries: 0, openReaders: 0, memoryBytes: 0 })
}

const PIVOT = "PIVOT t ON v USING count(*) GROUP BY g ORDER BY g"
const TWO = 'FROM (PIVOT t ON v GROUP BY g) a JOIN (PIVOT t ON g GROUP BY v) b ON a.v0 = b."0"'

describe("a question of the planning", () => {
  test("is part of its query: it waits for no place among those that run", async () => {
    const all = await Promise.all(
      Array.from({ length: QUERIES_AT_ONCE }, async () => rowsOf(await session.query(PIVOT, { form: "text" }))),
    )
    for (const rows of all) expect(rows).toEqual(expected)
    await expectNothingLeft()
  })

  test("is counted with its query, but for its rows", async () => {
    const result = await session.query(PIVOT, { form: "text" })
    await rowsOf(result)
    const { rows, stages, tasks } = result.metrics()
    expect(rows).toBe(3)
    const own = stages.reduce((sum, stage) => sum + stage.tasks, 0)
    expect(tasks).toBeGreaterThan(own)
  })

  test("is asked to plan, too, and then nothing is left", async () => {
    const { output } = await session.plan(PIVOT)
    expect(output.map(({ name }) => name)).toEqual(["g", "v0", "v1", "v2", "v3"])
    await expectNothingLeft()
  })

  test.each([1, 2])("ends when its query is cancelled (question %s)", async (number) => {
    const abort = new AbortController()
    let questions = 0
    planner = (sql, request) =>
      sqlPlanner(sql, {
        ...request,
        ask: (plan) => {
          const answer = request.ask?.(plan) ?? Promise.resolve([])
          questions += 1
          if (questions === number) abort.abort()
          return answer
        },
      })
    await expect(session.query(TWO, { signal: abort.signal })).rejects.toMatchObject({ _tag: "Cancelled" })
    await expectNothingLeft()
    expect(questions).toBe(number)
  })

  test("that fails is told as its query's error, with its place", async () => {
    const failing = "PIVOT (SELECT CASE WHEN g > 1 THEN error('stop') ELSE v END AS v FROM t) ON v"
    await expect(session.query(failing)).rejects.toMatchObject({ message: "Invalid Input Error: stop", task: 0 })
    await expect(session.plan(failing)).rejects.toMatchObject({ message: "Invalid Input Error: stop" })
    await expectNothingLeft()
    expect(await rowsOf(await session.query(PIVOT, { form: "text" }))).toHaveLength(3)
  })
})

test("without anybody to ask a PIVOT without IN is refused", async () => {
  planner = (sql, request) => sqlPlanner(sql, { ...request, ask: undefined })
  await expect(session.query(PIVOT)).rejects.toMatchObject({
    _tag: "UnsupportedSql",
    message: "PIVOT without IN looks at the data before it is planned, and here it cannot",
    span: { start: 11, end: 12 },
  })
})
