import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import * as path from "node:path"
import * as zlib from "node:zlib"
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { openWorkspace } from "../../runtime/session/workspace.ts"
import { openBoth, type Both } from "./both.ts"

let both: Both
let root: string
beforeAll(async () => {
  both = await openBoth()
}, 60_000)
afterAll(() => both.close())
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), "skein-copy-"))
  mkdirSync(path.join(root, "ours"))
  mkdirSync(path.join(root, "theirs"))
  return () => rmSync(root, { recursive: true, force: true })
})

async function copied(sql: string): Promise<readonly unknown[]> {
  const workspace = both.session.workspace({ writeRoot: path.join(root, "ours") })
  try {
    return (await both.ours(sql, workspace)).map(({ columns, rows }) => ({ columns, rows }))
  } finally {
    await workspace.close()
  }
}

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .toSorted()
}

const table = () => `FROM '${both.dir}/a.parquet'`
const theirs = () => path.join(root, "theirs")
const ours = () => path.join(root, "ours")

/** Runs the same COPY here and in native DuckDB: the same answer, the same files. */
async function copyBoth(source: string, target: string, options: string): Promise<void> {
  const own = await copied(`COPY (${source}) TO '${target}' ${options}`)
  const native = await both.native(`COPY (${source}) TO '${theirs()}/${target}' ${options}`)
  expect(own).toEqual([native])
  expect(filesIn(ours())).toEqual(filesIn(theirs()))
}

describe("text files are DuckDB's to the letter", () => {
  const odd =
    "SELECT id, name, x, CASE id WHEN 0 THEN 'a,b' WHEN 1 THEN 'q\"q' WHEN 2 THEN E'l\\nl' WHEN 3 THEN '' WHEN 4 THEN '#c' " +
    "WHEN 5 THEN 'NA' WHEN 6 THEN 'a;b' WHEN 7 THEN ' x ' ELSE name END AS s, [id, NULL] AS l, {'k': name} AS t, id % 2 = 0 AS b"
  test.each([
    ["t.csv", ""],
    ["t", ""],
    ["t.csv", "(HEADER false)"],
    ["t.csv", "(DELIMITER ';', NULLSTR 'NA')"],
    ["t.csv", "(SEP '|', QUOTE '''', FORCE_QUOTE (id, s))"],
    ["t.csv", "(FORMAT csv, FORCE_QUOTE *, ESCAPE '\\')"],
    ["t.txt", "WITH (FORMAT 'csv', HEADER)"],
    ["t.json", ""],
    ["t.ndjson", ""],
    ["t.json", "(ARRAY true)"],
    ["t.bin", "(FORMAT json)"],
  ])("%s %s", async (target, options) => {
    await copyBoth(`${odd} ${table()}`, target, options)
    expect(readFileSync(path.join(ours(), target), "utf8")).toBe(readFileSync(path.join(theirs(), target), "utf8"))
  })

  test.each([
    ["t.csv.gz", ""],
    ["t.csv", "(COMPRESSION gzip)"],
    ["t.json.gz", ""],
  ])("%s %s, compressed", async (target, options) => {
    await copyBoth(`${odd} ${table()}`, target, options)
    const text = (dir: string) => zlib.gunzipSync(readFileSync(path.join(dir, target))).toString()
    expect(text(ours())).toBe(text(theirs()))
  })

  test("no rows: a header in CSV, nothing in NDJSON, names told apart", async () => {
    await copyBoth("SELECT 1 AS a, 2 AS a WHERE false", "t.csv", "")
    await copyBoth("SELECT 1 AS a WHERE false", "t.json", "")
    for (const name of ["t.csv", "t.json"]) {
      expect(readFileSync(path.join(ours(), name), "utf8")).toBe(readFileSync(path.join(theirs(), name), "utf8"))
    }
  })
})

describe("Parquet is read back by native DuckDB", () => {
  const types =
    "SELECT id, id::TINYINT AS i1, x, name, id / 2 AS d, (id * 1.25)::DECIMAL(18,3) AS dec, DATE '2024-01-01' + id::INTEGER AS day, " +
    "TIMESTAMP '2024-01-01 00:00:00.5' AS ts, [id, NULL] AS l, {'k': name} AS st, MAP {name: id} AS m, id % 2 = 0 AS b, NULL AS n"
  test.each(["", "(COMPRESSION zstd)", "(COMPRESSION uncompressed, ROW_GROUP_SIZE 5)", "(FORMAT parquet, CODEC gzip)"])(
    "%s",
    async (options) => {
      await copyBoth(`${types} ${table()}`, "t.parquet", options)
      const read = (dir: string) => both.native(`SELECT * FROM '${dir}/t.parquet' ORDER BY id`)
      expect(await read(ours())).toEqual(await read(theirs()))
    },
  )

  test("row groups are as large as they were asked to be, and compressed as asked", async () => {
    await copied("COPY a TO 't.parquet' (ROW_GROUP_SIZE 5, COMPRESSION zstd)")
    const found = await both.native(
      `SELECT DISTINCT row_group_id, row_group_num_rows, compression FROM parquet_metadata('${ours()}/t.parquet') ORDER BY 1`,
    )
    expect(found.rows).toEqual([
      ["0", "5", "ZSTD"],
      ["1", "5", "ZSTD"],
      ["2", "2", "ZSTD"],
    ])
  })

  test("a HUGEINT is exact, or an error", async () => {
    await copied("COPY (SELECT 99999999999999999999999999999999999999::HUGEINT AS h) TO 'h.parquet'")
    expect((await both.native(`SELECT h, typeof(h) FROM '${ours()}/h.parquet'`)).rows).toEqual([
      ["99999999999999999999999999999999999999", "DECIMAL(38,0)"],
    ])
    const large = "COPY (SELECT 170141183460469231731687303715884105727::HUGEINT AS h) TO 'g.parquet'"
    await expect(copied(large)).rejects.toThrow("Conversion Error")
    expect(filesIn(ours())).toEqual(["h.parquet"])
  })
})

describe("PARTITION_BY", () => {
  const rows = "SELECT id, g, name, 'a b/c=%' || (g % 2) AS h, CASE WHEN g > 0 THEN g END AS n"
  test.each([
    ["(FORMAT parquet, PARTITION_BY g)"],
    ["(FORMAT parquet, PARTITION_BY (g, h, n))"],
    ["(FORMAT csv, PARTITION_BY (n), WRITE_PARTITION_COLUMNS)"],
    ["(FORMAT csv, PARTITION_BY g, FILENAME_PATTERN 'part_{i}_x')"],
    ["(FORMAT csv, PARTITION_BY g, FILENAME_PATTERN 'part')"],
  ])("%s", async (options) => {
    await copyBoth(`${rows} ${table()}`, "p", options)
    const reader = options.includes("parquet") ? "read_parquet" : "read_csv"
    const read = (dir: string) =>
      both.native(`SELECT * FROM ${reader}('${dir}/p/**', hive_partitioning = true) ORDER BY id`)
    expect(await read(ours())).toEqual(await read(theirs()))
  })

  test("no rows, no files", async () => {
    await copyBoth("SELECT 1 AS g, 2 AS v WHERE false", "p", "(FORMAT csv, PARTITION_BY g)")
    expect(filesIn(ours())).toEqual([])
  })

  test("what is there is refused, replaced or added to", async () => {
    const write = (g: number, more: string) =>
      copied(`COPY (SELECT ${g} AS g, ${g} AS v) TO 'p' (FORMAT csv, PARTITION_BY g${more})`)
    await write(1, "")
    await expect(write(2, "")).rejects.toThrow("the folder is not empty")
    expect(filesIn(ours())).toEqual(["p/g=1/data_0.csv"])
    await write(2, ", OVERWRITE")
    expect(filesIn(ours())).toEqual(["p/g=2/data_0.csv"])
    await write(3, ", OVERWRITE_OR_IGNORE")
    expect(filesIn(ours())).toEqual(["p/g=2/data_0.csv", "p/g=3/data_0.csv"])
    await write(3, ", APPEND")
    expect(filesIn(ours())).toHaveLength(3)
  })
})

test("NULL and the text 'NULL' go to one folder, as in DuckDB, and no row is lost there, as in DuckDB", async () => {
  const g = "CASE id % 4 WHEN 0 THEN 'NULL' WHEN 1 THEN '' WHEN 2 THEN '__HIVE_DEFAULT_PARTITION__' END"
  await copied(`COPY (SELECT id, ${g} AS g ${table()}) TO 'p' (FORMAT parquet, PARTITION_BY g)`)
  await both.native(`COPY (SELECT id, ${g} AS g ${table()}) TO '${theirs()}/p' (FORMAT parquet, PARTITION_BY g)`)
  expect(filesIn(ours())).toEqual(["", "NULL", "__HIVE_DEFAULT_PARTITION__"].map((v) => `p/g=${v}/data_0.parquet`))
  expect(filesIn(ours())).toEqual(filesIn(theirs()))
  const read = `SELECT g, list(id ORDER BY id) AS ids FROM read_parquet('${ours()}/p/**', hive_partitioning = true) GROUP BY g ORDER BY g`
  const native = await both.native(read)
  expect(native.rows.map(([value]) => value)).toEqual(["", "__HIVE_DEFAULT_PARTITION__", null])
  expect((await both.ours(`SELECT g, ids::VARCHAR FROM (${read})`)).map(({ rows }) => rows)).toEqual([
    [
      ["", "[1, 5, 9]"],
      ["__HIVE_DEFAULT_PARTITION__", "[2, 6, 10]"],
      [null, "[0, 3, 4, 7, 8, 11]"],
    ],
  ])
  expect((await both.native(`SELECT g, ids::VARCHAR FROM (${read})`)).rows).toEqual([
    ["", "[1, 5, 9]"],
    ["__HIVE_DEFAULT_PARTITION__", "[2, 6, 10]"],
    [null, "[0, 3, 4, 7, 8, 11]"],
  ])
})

describe("PER_THREAD_OUTPUT", () => {
  test.each([
    ["(FORMAT parquet, PER_THREAD_OUTPUT)"],
    ["(FORMAT csv, PER_THREAD_OUTPUT true, FILENAME_PATTERN 'x_{i}')"],
    ["(FORMAT csv, PER_THREAD_OUTPUT, COMPRESSION gzip)"],
    ["(FORMAT json, PER_THREAD_OUTPUT, FILENAME_PATTERN x)"],
  ])("of one small file: %s", async (options) => {
    await copyBoth(`SELECT * ${table()}`, "p", options)
    const reader = options.includes("parquet") ? "read_parquet" : options.includes("csv") ? "read_csv" : "read_json"
    const read = (dir: string) => both.native(`SELECT * FROM ${reader}('${dir}/p/**') ORDER BY id`)
    expect(await read(ours())).toEqual(await read(theirs()))
  })

  test("false is one file", async () => {
    await copyBoth(`SELECT * ${table()}`, "p", "(FORMAT csv, PER_THREAD_OUTPUT false)")
    expect(filesIn(ours())).toEqual(["p"])
  })

  test("no rows are one file with the columns", async () => {
    await copyBoth("SELECT 1 AS g, 'x' AS v WHERE false", "p", "(FORMAT parquet, PER_THREAD_OUTPUT)")
    const read = (dir: string) => both.native(`DESCRIBE FROM '${dir}/p/data_0.parquet'`)
    expect(await read(ours())).toEqual(await read(theirs()))
  })

  test("what is there is refused, replaced or added to", async () => {
    const write = (v: number, more: string) =>
      copied(`COPY (SELECT ${v} AS v) TO 'p' (FORMAT csv, PER_THREAD_OUTPUT${more})`)
    await write(1, "")
    await expect(write(2, "")).rejects.toThrow("the folder is not empty")
    await write(2, ", OVERWRITE")
    expect(readFileSync(path.join(ours(), "p", "data_0.csv"), "utf8")).toBe("v\n2\n")
    await write(3, ", OVERWRITE_OR_IGNORE")
    expect(readFileSync(path.join(ours(), "p", "data_0.csv"), "utf8")).toBe("v\n3\n")
    await write(4, ", APPEND")
    expect(filesIn(ours())).toHaveLength(2)
  })
})

describe("nothing appears before all of it is complete", () => {
  test("a query that fails leaves what was there", async () => {
    writeFileSync(path.join(ours(), "t.csv"), "old")
    await expect(copied("COPY (SELECT name::INTEGER AS n FROM a) TO 't.csv'")).rejects.toThrow("Conversion Error")
    expect(readFileSync(path.join(ours(), "t.csv"), "utf8")).toBe("old")
    const failing = "COPY (SELECT g, CASE WHEN id = 11 THEN name::INTEGER END AS n FROM a) TO 'p'"
    await expect(copied(`${failing} (FORMAT csv, PARTITION_BY g)`)).rejects.toThrow("Conversion Error")
    expect(filesIn(ours())).toEqual(["t.csv"])
  })

  test("a file is overwritten in one step", async () => {
    await copied("COPY (SELECT 1 AS a) TO 't.csv'; COPY (SELECT 2 AS a) TO 't.csv'")
    expect(readFileSync(path.join(ours(), "t.csv"), "utf8")).toBe("a\n2\n")
    expect(filesIn(ours())).toEqual(["t.csv"])
  })
})

describe("only below the write root", () => {
  test.each([
    "../x.csv",
    "a/../../x.csv",
    "/tmp/skein-outside.csv",
    "~/x.csv",
    "s3://bucket/x.csv",
    "link/x.csv",
    "dangling",
    "",
  ])("%s", async (target) => {
    symlinkSync(theirs(), path.join(ours(), "link"))
    symlinkSync(path.join(theirs(), "nothing"), path.join(ours(), "dangling"))
    await expect(copied(`COPY a TO '${target}'`)).rejects.toThrow("is not a path below the write root")
    expect(filesIn(theirs())).toEqual([])
  })

  test("an absolute path inside it, and a link that stays inside, are fine", async () => {
    mkdirSync(path.join(ours(), "real"))
    symlinkSync(path.join(ours(), "real"), path.join(ours(), "link"))
    await copied(`COPY (SELECT 1 AS a) TO '${ours()}/x.csv'; COPY (SELECT 1 AS a) TO 'link/y.csv'`)
    expect(filesIn(ours())).toEqual(["link/y.csv", "real/y.csv", "x.csv"])
  })

  test("without one nothing is written", async () => {
    await expect(both.ours("COPY a TO 'x.csv'")).rejects.toThrow("COPY … TO has no folder to write to")
  })
})

test.each([
  ["COPY a TO 'x.csv' (HEADR true)", "COPY has no option HEADR"],
  ["COPY a TO 'x.csv' (ROW_GROUP_SIZE 3)", "ROW_GROUP_SIZE is no option of csv files"],
  ["COPY a TO 'x.parquet' (HEADER)", "HEADER is no option of parquet files"],
  ["COPY a TO 'x.csv' (HEADER 'maybe')", "HEADER takes true or false"],
  ["COPY a TO 'x.csv' (DELIMITER '')", "DELIMITER takes one to 4 characters"],
  ["COPY a TO 'x.csv' (QUOTE 'ab')", "QUOTE takes one character"],
  ["COPY a TO 'x' (FORMAT xml)", "FORMAT is parquet, csv or json"],
  ["COPY a TO 'x' (FORMAT csv, FORMAT json)", "FORMAT is given twice"],
  ["COPY a TO 'x.parquet' (COMPRESSION lzo)", "COMPRESSION takes uncompressed, snappy"],
  ["COPY a TO 'x.parquet' (ROW_GROUP_SIZE 0)", "ROW_GROUP_SIZE takes a whole number"],
  ["COPY a TO 'x' (PARTITION_BY nothing)", 'PARTITION_BY names "nothing", which is no column'],
  ["COPY a (g) TO 'x' (PARTITION_BY g)", "PARTITION_BY names every column"],
  ["COPY a TO 'x' (PARTITION_BY g, OVERWRITE, APPEND)", "one of OVERWRITE, OVERWRITE_OR_IGNORE and APPEND"],
  ["COPY a TO 'x' (PARTITION_BY g, FILENAME_PATTERN '../x')", "FILENAME_PATTERN takes a file's name without a folder"],
  ["COPY a TO 'x' (PARTITION_BY g, PER_THREAD_OUTPUT)", "partitions are written in parallel anyway"],
  ["COPY a TO 'nothing/x.csv'", "its folder does not exist"],
  ["COPY a TO 'folder'", "it is a folder; PARTITION_BY writes into folders"],
  ["COPY nothing TO 'x.csv'", 'table "nothing" does not exist'],
])("%s", async (sql, message) => {
  mkdirSync(path.join(ours(), "folder"))
  await expect(copied(sql)).rejects.toThrow(message)
  expect(filesIn(ours())).toEqual([])
})

test("a link among the partitions that are there is not followed", async () => {
  const outside = mkdtempSync(path.join(tmpdir(), "skein-outside-"))
  try {
    mkdirSync(path.join(ours(), "t"))
    symlinkSync(outside, path.join(ours(), "t", "g=1"))
    const sql = `COPY (${table()}) TO 't' (PARTITION_BY g, FORMAT csv, APPEND)`
    await expect(copied(sql)).rejects.toThrow("it is a link")
    expect(readdirSync(outside)).toEqual([])
  } finally {
    rmSync(outside, { recursive: true, force: true })
  }
})

test("a partition's value that is too long for a name is told as that, and nothing stays", async () => {
  const sql = `COPY (SELECT id, repeat('y', 300) AS g ${table()}) TO 't' (PARTITION_BY g)`
  await expect(copied(sql)).rejects.toThrow("a value of PARTITION_BY, is longer than the disk takes")
  expect(readdirSync(ours())).toEqual([])
})

test("a file that cannot be opened leaves no query behind", async () => {
  // The folder goes while the query is planned: the first rows find it gone.
  const open: AbortSignal[] = []
  const session = {
    ...both.session,
    query: async (sql: string) => {
      const result = await both.session.query(sql, { form: "text" })
      rmSync(ours(), { recursive: true })
      const left = new AbortController()
      open.push(left.signal)
      const batches = async function* () {
        try {
          yield* result.batches
        } finally {
          left.abort()
        }
      }
      return { ...result, batches: batches() }
    },
  }
  const workspace = openWorkspace(session, { writeRoot: ours() })
  try {
    const sql = `COPY (${table()}) TO 't.csv'`
    await expect(both.ours(sql, workspace)).rejects.toThrow("its folder does not exist")
    expect(open.map((signal) => signal.aborted)).toEqual([true])
  } finally {
    await workspace.close()
  }
})
