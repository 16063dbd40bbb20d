import { afterAll, beforeAll, expect, test } from "vitest"
import { skeinAnswer } from "../bench/oracle/skein-answer.ts"
import { openSession } from "../runtime/local.ts"
import type { Session } from "../runtime/session.ts"
import { type LaidOut, layOut } from "./layouts.ts"

/** Where native DuckDB 1.4.3 is wrong itself, and cannot be the oracle: what is right is written down. */

let data: LaidOut
let session: Session

beforeAll(async () => {
  data = await layOut("one")
  session = await openSession({ workers: 1, dataDir: data.dir, cwd: data.dir })
})

afterAll(async () => {
  await session.close()
  data.remove()
})

test("date_trunc of NULL is NULL, also where statistics are known", async () => {
  const week = "date_trunc('week', since)"
  const sql =
    `SELECT count(*) FILTER (WHERE n), count(*) FILTER (WHERE c = DATE '1969-12-31'), count(*) ` +
    `FROM (SELECT ${week} IS NULL AS n, coalesce(${week}, DATE '1969-12-31') AS c FROM prices)`
  expect((await skeinAnswer(session, sql, {})).rows).toEqual([["25", "25", "100"]])
})
