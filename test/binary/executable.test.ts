import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import * as path from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { tpchQuery } from "../../bench/harness/queries.ts"
import { type Native, openNative } from "../../bench/oracle/native.ts"
import { copyAnswers } from "../runtimes/copy-answers.ts"
import { type Outcome, run } from "../runtimes/programs.ts"
import { QUERIES, SERVED, served, tpchDifference } from "../runtimes/tpch-answers.ts"
import { describeWith } from "../servers/needs-server.ts"
import { builtExecutable } from "./built-executable.ts"

const SIZE_BYTES_MAX = 200e6

describeWith("bun", "the executable", () => {
  let home: string
  let file: string
  /** Where it is started: there is nothing in it. */
  let empty: string
  beforeAll(() => {
    home = mkdtempSync(path.join(tmpdir(), "skein-binary-"))
    file = path.join(home, "skein")
    // Away from the repository: whatever it still needed from there would be missing.
    copyFileSync(builtExecutable(), file)
    empty = path.join(home, "empty")
    mkdirSync(empty)
  })
  afterAll(() => rmSync(home, { recursive: true, force: true }))

  /** No environment at all: no PATH, no home, no temporary folder. */
  function skein(args: readonly string[], input?: string): Promise<Outcome> {
    return run({ file, args: [] }, args, { cwd: empty, env: {}, ...(input === undefined ? {} : { input }) })
  }

  test("it knows its version, its help and its size", async () => {
    const manifest = readFileSync(path.resolve(import.meta.dirname, "..", "..", "package.json"), "utf8")
    const version = /"version": "([^"]+)"/u.exec(manifest)?.[1]
    expect(await skein(["--version"])).toEqual({ code: 0, out: `skein ${version}\n`, err: "" })
    const help = await skein(["--help"])
    expect(help).toMatchObject({ code: 0, err: "" })
    expect(help.out).toContain("Usage: skein")
    expect(statSync(file).size).toBeLessThan(SIZE_BYTES_MAX)
  })

  test("statements, standard input, errors and exit codes; nothing is left behind", async () => {
    expect(await skein(["--format", "csv", "-c", "SELECT 42 AS x"])).toEqual({ code: 0, out: "x\n42\n", err: "" })
    expect(await skein(["--format", "csv"], "SELECT 43 AS y")).toEqual({ code: 0, out: "y\n43\n", err: "" })
    const syntax = await skein(["-c", "SELEC 1"])
    expect(syntax).toMatchObject({ code: 1, out: "" })
    expect(syntax.err).toContain('error: syntax error: a statement cannot begin with "SELEC"')
    expect(await skein(["--formt", "csv"])).toMatchObject({ code: 2, out: "" })
    expect(readdirSync(empty)).toEqual([])
  })

  test("the bench says what it needs", async () => {
    expect(await skein(["bench", "tpch"])).toEqual({
      code: 2,
      out: "",
      err: "error: the bench compares with native DuckDB, which is not installed\n  npm install @duckdb/node-api\n",
    })
  })

  test("what lies in the folder is data, not configuration", async () => {
    const folder = path.join(home, "hostile")
    mkdirSync(folder)
    writeFileSync(path.join(folder, "bunfig.toml"), 'preload = ["./evil.ts"]\n')
    writeFileSync(path.join(folder, "evil.ts"), 'console.log("evil")\n')
    writeFileSync(path.join(folder, ".env"), "SKEIN_DEBUG=1\n")
    writeFileSync(path.join(folder, "package.json"), '{ "version": "6.6.6" }\n')
    writeFileSync(path.join(folder, "tsconfig.json"), "{")
    const program = { file, args: [] }
    const outcome = await run(program, ["--format", "csv", "-c", "SELECT 1 AS a"], { cwd: folder, env: {} })
    expect(outcome).toEqual({ code: 0, out: "a\n1\n", err: "" })
  })

  describe("over the tables that it makes", () => {
    let native: Native
    let data: string
    beforeAll(async () => {
      data = path.join(home, "data")
      const made = await skein(["tpch", "--sf", "0.01", "--out", data, "--files", "2", "--row-group-rows", "4096"])
      if (made.code !== 0) throw new Error(made.err)
      native = await openNative({ threads: 1, dataDir: data })
    })
    afterAll(() => native.close())

    test.each(QUERIES)("TPC-H %i equals native DuckDB", async (query) => {
      const outcome = await skein(["--data", data, "--format", "csv", "-f", "-"], await tpchQuery(query))
      expect(await tpchDifference(native, query, outcome)).toBeUndefined()
      expect(outcome.err).toBe("")
    })

    test("COPY writes in parallel what native DuckDB reads", async () => {
      const found = await copyAnswers(native, (args) => skein(["--data", data, ...args]))
      expect(found.outcome).toMatchObject({ code: 0, err: "" })
      expect(found).toMatchObject({ left: ["c", "p"], parquet: found.table, csv: found.table })
    })

    test("it serves them over HTTP", async () => {
      expect(await served({ file, args: ["serve"] }, data, { cwd: empty, env: {} })).toEqual(SERVED)
    })
  })
})
