import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import * as path from "node:path"
import * as Schema from "effect/Schema"
import { afterAll, beforeAll, expect, test } from "vitest"
import { tpchQuery } from "../../bench/harness/queries.ts"
import { type Native, openNative } from "../../bench/oracle/native.ts"
import { generateTpch } from "../../bench/tpch/generate.ts"
import { expectedOf, wrongIn } from "../corpus/check.ts"
import { corpusStatements } from "../corpus/statements.ts"
import { CORPUS_TABLES } from "../corpus/tables.ts"
import { type LaidOut, layOut } from "../layouts.ts"
import { describeWith } from "../servers/needs-server.ts"
import { copyAnswers } from "./copy-answers.ts"
import { type Program, run, runtimeProgram } from "./programs.ts"
import { QUERIES, SERVED, served, tpchDifference } from "./tpch-answers.ts"

const root = path.resolve(import.meta.dirname, "..", "..")

interface Runtime {
  readonly name: "bun" | "deno"
  /** As the README starts the command, with the rights of its task. */
  readonly skein: Program
  readonly serve: Program
  /** A file of the tests. */
  readonly script: (file: string) => Program
}

/** Every so many statements of the corpus; all of them with SKEIN_FULL=1. */
const CORPUS_STEP = process.env["SKEIN_FULL"] === "1" ? 1 : 40

const RUNTIMES: readonly (() => Runtime)[] = [
  () => ({
    name: "bun",
    skein: runtimeProgram("bun", ["run", "--silent", "skein"]),
    serve: runtimeProgram("bun", ["run", "--silent", "skein", "serve"]),
    script: (file) => runtimeProgram("bun", [path.join(import.meta.dirname, file)]),
  }),
  () => ({
    name: "deno",
    skein: runtimeProgram("deno", ["task", "--quiet", "skein"]),
    serve: runtimeProgram("deno", ["task", "--quiet", "serve"]),
    script: (file) => runtimeProgram("deno", ["run", "--allow-all", path.join(import.meta.dirname, file)]),
  }),
]

let dir: string
let native: Native
let odd: LaidOut
beforeAll(async () => {
  dir = mkdtempSync(path.join(tmpdir(), "skein-runtimes-"))
  await generateTpch({ scale: 0.01, format: "parquet", out: dir, files: 3, rowGroupRows: 4096 })
  native = await openNative({ threads: 1, dataDir: dir })
  odd = await layOut("odd", CORPUS_TABLES)
})
afterAll(() => {
  native.close()
  odd.remove()
  rmSync(dir, { recursive: true, force: true })
})

const Answer = Schema.fromJsonString(
  Schema.Struct({
    columns: Schema.Array(Schema.Struct({ name: Schema.String, type: Schema.String })),
    rows: Schema.Array(Schema.Array(Schema.NullOr(Schema.String))),
  }),
)

for (const [i, name] of (["bun", "deno"] as const).entries()) {
  describeWith(name, `skein in ${name}`, () => {
    let runtime: Runtime
    beforeAll(() => {
      const open = RUNTIMES[i]
      if (open === undefined) throw new Error(`how is ${name} started?`)
      runtime = open()
    })

    test.each(QUERIES)("TPC-H %i equals native DuckDB", async (query) => {
      const args = ["--data", dir, "--format", "csv", "-f", "-"]
      const outcome = await run(runtime.skein, args, { cwd: root, input: await tpchQuery(query) })
      expect(await tpchDifference(native, query, outcome)).toBeUndefined()
      expect(outcome.err).toBe("")
    })

    test("statements of the corpus equal native DuckDB", async () => {
      const statements = corpusStatements().filter((_, at) => at % CORPUS_STEP === 0)
      const input = JSON.stringify({ dir: odd.dir, statements: statements.map(({ sql }) => sql) })
      const { code, out, err } = await run(runtime.script("answer-all.ts"), [], { cwd: root, input })
      expect({ code, err }).toEqual({ code: 0, err: "" })
      const answers = out.trimEnd().split("\n")
      expect(answers).toHaveLength(statements.length)
      for (const [at, statement] of statements.entries()) {
        const actual = Schema.decodeUnknownSync(Answer)(answers[at])
        const expected = await expectedOf(statement, odd.native)
        expect(wrongIn(statement, expected, actual), statement.sql).toBeUndefined()
      }
    })

    test("COPY writes in parallel what native DuckDB reads", async () => {
      const found = await copyAnswers(native, (args) => run(runtime.skein, ["--data", dir, ...args], { cwd: root }))
      expect(found.outcome).toMatchObject({ code: 0, err: "" })
      expect(found).toMatchObject({ left: ["c", "p"], parquet: found.table, csv: found.table })
    })

    test("errors, their streams and their exit codes", async () => {
      const syntax = await run(runtime.skein, ["-c", "SELEC 1"], { cwd: root })
      expect(syntax).toMatchObject({ code: 1, out: "" })
      expect(syntax.err).toContain('error: syntax error: a statement cannot begin with "SELEC"')
      const unknown = await run(runtime.skein, ["-c", "SELECT a FROM nowhere"], { cwd: root })
      expect(unknown).toMatchObject({ code: 1, out: "" })
      expect(unknown.err).toContain("nowhere")
      expect(await run(runtime.skein, ["--formt", "csv"], { cwd: root })).toMatchObject({ code: 2, out: "" })
    })

    test("it serves over HTTP", async () => {
      expect(await served(runtime.serve, dir, { cwd: root })).toEqual(SERVED)
    })

    test("an engine answers, refuses, is cancelled, is killed, runs out of memory", async () => {
      const { code, out, err } = await run(runtime.script("use-engine.ts"), [], { cwd: root })
      expect({ code, err }).toEqual({ code: 0, err: "" })
      expect(JSON.parse(out)).toEqual({
        describe: {
          _tag: "Described",
          call: 0,
          columns: [
            { name: "a", type: "INTEGER" },
            { name: "b", type: "DECIMAL(15,2)" },
          ],
        },
        readText: {
          message:
            'Permission Error: Cannot access file "/etc/hostname" - file system operations are disabled by configuration',
          soon: true,
        },
        dateTrunc: {
          message:
            "Extension Autoloading Error: An error occurred while trying to automatically install the required extension 'icu':",
          soon: true,
        },
        rows: 1,
        shared: true,
        cancelled: "Cancelled",
        afterwards: [["1"]],
        killed: "the engine is gone: it was terminated",
        exit: "it was terminated",
        outOfMemory: "OutOfMemory",
      })
    })
  })
}

describeWith("deno", "an engine's thread in Deno", () => {
  test("it may ask for the cores, and nothing else", async () => {
    const probe = runtimeProgram("deno", ["run", "--allow-all", path.join(import.meta.dirname, "ask-probe.ts")])
    const { code, out, err } = await run(probe, [], { cwd: root })
    expect({ code, err }).toEqual({ code: 0, err: "" })
    const { cpus, ...others } = Schema.decodeUnknownSync(States)(out)
    expect(cpus).toBe("granted")
    expect(new Set(Object.values(others))).not.toContain("granted")
  })
})

const States = Schema.fromJsonString(Schema.Record(Schema.String, Schema.String))
