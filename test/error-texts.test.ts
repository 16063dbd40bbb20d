import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import * as path from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { openNative } from "../bench/oracle/native.ts"
import { openSession } from "../runtime/local.ts"
import type { LocalSession } from "../runtime/session.ts"
import { refusalOf } from "./refusal.ts"

let dir = ""
let session: LocalSession
beforeAll(async () => {
  dir = mkdtempSync(path.join(tmpdir(), "skein-errors-"))
  const native = await openNative({ threads: 1 })
  await native.run(
    "COPY (SELECT i AS id, 'name ' || i AS name, TIMESTAMPTZ '2024-01-01 00:00:00+00' AS seen FROM range(1, 4) t(i)) " +
      `TO '${path.join(dir, "sales.parquet")}'`,
  )
  native.close()
  const whole = readFileSync(path.join(dir, "sales.parquet"))
  writeFileSync(path.join(dir, "cut.parquet"), whole.subarray(0, whole.length - 20))
  writeFileSync(path.join(dir, "letter.parquet"), "Dear reader, this is no Parquet file.\n")
  writeFileSync(path.join(dir, "empty.parquet"), "")
  mkdirSync(path.join(dir, "folder.parquet"))
  symlinkSync(path.join(dir, "gone"), path.join(dir, "dangling.parquet"))
  session = await openSession({ workers: 1, dataDir: dir, cwd: dir })
})
afterAll(async () => {
  await session.close()
  rmSync(dir, { recursive: true, force: true })
})

/** What the command prints on standard error, from "error: " to the end. The folder's own name is left out. */
const refusal = (sql: string): Promise<string> => refusalOf(session, dir, sql)

describe("without an engine", () => {
  test.each([
    "SELEC 1",
    "SELECT 1 FORM sales",
    "SELECT (1 + FROM sales",
    "SELECT * FROM 'nothing.parquet'",
    "SELECT * FROM 'x*.parquet'",
    "SELECT * FROM cut",
    "SELECT * FROM letter",
    "SELECT * FROM empty",
    "SELECT * FROM 'folder.parquet'",
    "SELECT * FROM 'dangling.parquet'",
    "SELECT * FROM sails",
    "SELECT * FROM 'data.csv'",
    "SELECT * FROM 's3://bucket/x.parquet'",
    "INSTALL httpfs",
    "COPY sales TO 'x.csv'",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT ?",
    "FROM (SHOW TABLES)",
    "FROM (DESCRIBE)",
    "FROM there.sales",
    "FROM read_parquet('sales.parquet', union_by_nam = true)",
    "FROM read_parquet('sales.parquet', union_by_name = 'perhaps')",
    "FROM read_parquet('sales.parquet', filename = true, filename = false)",
    "FROM read_parquet('sales.parquet', filename = 'NAME')",
    "FROM read_parquet('sales.parquet', binary_as_string = true)",
    "FROM read_parquet('sales.parquet', hive_types = {'y': BIGINT})",
    "FROM read_parquet('sales.parquet', hive_types = {'y': 1}, hive_partitioning = false)",
    "FROM read_parquet(['sales.parquet', 'gone.parquet'])",
    "FROM read_parquet('sales' || '.parquet')",
    "FROM read_parquet([])",
    "FROM read_csv('a.csv', header = true)",
    "FROM read_json('a.json')",
    "FROM 'a.json'",
    "SELECT main.sales.nam FROM main.sales",
    "SELECT main.sales.id + 1 FROM main.sales",
    "WITH sales AS (SELECT 1) FROM main.sales",
    "FROM (SUMMARIZE sails)",
  ])("%s", async (sql) => {
    expect(`\n${await refusal(sql)}\n`).toMatchSnapshot()
  })
})

describe("what needs an extension", () => {
  test.each([
    "SELECT json_extract(name, '$.a') FROM sales",
    "SELECT name -> 'a' FROM sales",
    "SELECT name ->> 'a', row_number() OVER () FROM sales",
    "SELECT name::JSON FROM sales",
    "SELECT id FROM sales WHERE to_json(name) IS NULL",
    "SELECT json_group_array(name) FROM sales",
    "SELECT * FROM sales, json_each(name)",
    "FROM json_tree('{}')",
    "SELECT json_execute_serialized_sql(name) FROM sales",
    "FROM json_execute_serialized_sql('{}')",
    "SELECT from_json(name, '\"INTEGER\"') FROM sales",
    "SELECT json_object('id', id), to_json(name)::VARCHAR FROM sales",
    "SELECT JSON '{}' FROM sales",
    "SELECT [name]::JSON[] FROM sales",
    "SELECT list_transform([name], x -> to_json(x)) FROM sales",
    "FROM read_json('x.json')",
    "FROM read_xlsx('x.xlsx')",
    "SELECT name COLLATE de FROM sales",
    "SELECT icu_sort_key(name, 'de') FROM sales",
    "SELECT st_point(1, 2) FROM sales",
    "SELECT name::INET FROM sales",
    "SELECT excel_text(id, '0') FROM sales",
    "SELECT pg_timezone_names() FROM sales",
    "SELECT histogramm(id) FROM sales",
  ])("%s", async (sql) => {
    expect(`\n${await refusal(sql)}\n`).toMatchSnapshot()
  })
})

describe("in DuckDB's words", () => {
  test.each([
    "SELECT nam FROM sales",
    "SELECT s.name FROM sales t",
    "SELECT sum(name) FROM sales",
    "SELECT name::INTEGER FROM sales",
    "SELECT nosuch(id) FROM sales",
    "SELECT id + DATE '2024-01-01' + 'x' FROM sales",
    "SELECT name, count(*) FROM sales",
    "SELECT read_text('/etc/passwd')",
    "SELECT strptime('12:00 CET', '%H:%M %Z') FROM sales",
    "SELECT seen AT TIME ZONE 'Asia/Tokyo' FROM sales",
    "SELECT bitstring_agg(id) FROM sales",
    "SELECT strftime(struct_pack(s := seen).s, '%Y %Z') FROM sales",
    "SELECT year(row(max(seen))[1]) FROM sales",
    "SELECT DATE 'tomorrow' FROM sales",
    "SELECT 1 // 0, error('stop') FROM sales",
    "PIVOT sales ON nam USING sum(id)",
    "PIVOT (FROM sales SELECT id, nosuch(name) AS n) ON n",
    "PIVOT sales ON id + DATE '2024-01-01' + 'x'",
    "PIVOT sales ON sum(id)",
    "PIVOT sales ON name IN (SELECT id, name FROM sales)",
    "PIVOT sales ON name IN moods",
  ])("%s", async (sql) => {
    expect(`\n${await refusal(sql)}\n`).toMatchSnapshot()
  })
})
