import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { ALL_QUERIES, tpchQuery } from "../bench/harness/queries.ts"
import { difference } from "../bench/oracle/compare.ts"
import { type Native, openNative } from "../bench/oracle/native.ts"
import { orderOf } from "../bench/oracle/order-keys.ts"
import { skeinAnswer } from "../bench/oracle/skein-answer.ts"
import { generateTpch } from "../bench/tpch/generate.ts"
import { RULE_NAMES, RULES } from "../planner/optimizer.ts"
import { openSession } from "../runtime/local.ts"
import type { QueryOptions, Session } from "../runtime/session.ts"

let dir: string
let native: Native
let session: Session

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "skein-tpch-"))
  // Small row groups and several files, so that there are splits to spread.
  await generateTpch({ scale: 0.01, format: "parquet", out: dir, files: 3, rowGroupRows: 4096 })
  native = await openNative({ threads: 1, dataDir: dir })
  session = await openSession({ workers: 2, dataDir: dir, cwd: dir })
})

afterAll(async () => {
  await session.close()
  native.close()
  rmSync(dir, { recursive: true, force: true })
})

const required = new Set(RULES.filter((rule) => rule.required).map((rule) => rule.name))

const WAYS: readonly (readonly [string, QueryOptions])[] = [
  ["1 partition", { partitions: 1 }],
  ["2 partitions", { partitions: 2 }],
  ["8 partitions, hash joins", { partitions: 8, settings: { joins: "hash" } }],
  ["4 partitions, broadcast joins", { partitions: 4, settings: { joins: "broadcast" } }],
  ["without distribution", { settings: { distribute: false } }],
  ...RULE_NAMES.filter((name) => !required.has(name)).map((name): readonly [string, QueryOptions] => [
    `without ${name}`,
    { settings: { disabledRules: [name] } },
  ]),
]

describe.each(ALL_QUERIES)("query %i equals native DuckDB", (number) => {
  test.each(WAYS)("%s", async (_, options) => {
    const sql = await tpchQuery(number)
    const expected = await native.query(sql)
    const actual = await skeinAnswer(session, sql, options)
    expect(difference(expected, actual, { order: orderOf(sql) })).toBeUndefined()
  })
})
