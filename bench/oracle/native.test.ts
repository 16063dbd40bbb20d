import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import * as path from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { openNative } from "./native.ts"

let dir = ""
beforeAll(async () => {
  dir = mkdtempSync(path.join(tmpdir(), "skein-native-"))
  const native = await openNative({ threads: 1 })
  await native.run(`COPY (SELECT range AS id FROM range(5)) TO '${dir}/t.parquet'`)
  await native.run(
    `COPY (SELECT range AS id, range % 2 AS p FROM range(6)) TO '${dir}/parts' (FORMAT parquet, PARTITION_BY (p))`,
  )
  native.close()
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

test("names, types and texts, in order, with repeated names and a comment at the end", async () => {
  const native = await openNative({ threads: 1 })
  const sql = "SELECT i AS a, i / 2 AS a, NULL AS n FROM (VALUES (1), (2)) v(i) ORDER BY 1 DESC; -- the end\n;"
  await expect(native.query(sql.replace("; -- the end\n;", " -- the end"))).resolves.toEqual({
    columns: [
      { name: "a", type: "INTEGER" },
      { name: "a", type: "DOUBLE" },
      { name: "n", type: "INTEGER" },
    ],
    rows: [
      ["2", "1.0", null],
      ["1", "0.5", null],
    ],
  })
  native.close()
})

test("the engine's DuckDB version", async () => {
  const native = await openNative({ threads: 1 })
  await expect(native.version()).resolves.toBe("v1.4.3")
  native.close()
})

test("files and folders of the data folder are tables; relative paths are found in it", async () => {
  const native = await openNative({ threads: 2, dataDir: dir })
  expect((await native.query("SELECT count(*), sum(id) FROM t")).rows).toEqual([["5", "10"]])
  expect((await native.query("SELECT count(*), sum(id) FROM parts")).rows).toEqual([["6", "15"]])
  expect((await native.query("SELECT count(*) FROM 't.parquet'")).rows).toEqual([["5"]])
  native.close()
})
