import { readdirSync, readFileSync } from "node:fs"
import { builtinModules } from "node:module"
import * as path from "node:path"
import * as Schema from "effect/Schema"
import { describe, expect, test } from "vitest"

const root = path.resolve(import.meta.dirname, "..")

/** The top level, dot files and what git ignores aside. */
const TOP_LEVEL = [
  "LICENSE",
  "README.md",
  "actors",
  "bench",
  "deno.json",
  "docs",
  "package-lock.json",
  "package.json",
  "planner",
  "runtime",
  "test",
  "transport",
  "tsconfig.json",
]
const IGNORED = new Set(["node_modules", "dist", "coverage", "data"])

const FOLDERS = ["planner", "transport", "actors", "runtime", "bench", "test"] as const
type Folder = (typeof FOLDERS)[number]

/** Whose code a folder may use at run time, beside its own. Types go one step further: see `MAY_SEE`. */
const MAY_USE: Record<Folder, readonly Folder[]> = {
  planner: [],
  transport: [],
  actors: ["transport"],
  runtime: ["planner", "transport", "actors"],
  bench: ["planner", "transport", "actors", "runtime"],
  test: ["planner", "transport", "actors", "runtime", "bench"],
}
/** Whose types a folder may name: actors execute stages, so they know the plan's types. */
const MAY_SEE: Record<Folder, readonly Folder[]> = { ...MAY_USE, actors: ["transport", "planner"] }

/** The doors to the bench: the commands that generate data and measure load it when they are called. */
const BENCH_DOORS = ["runtime/cli/tpch-command.ts", "runtime/cli/bench-command.ts"]

const LINES_MAX = 600
const FORBIDDEN_NAMES = /(^|\/)(utils?|helpers?|common|misc|index)(\.|\/|$)/u
/** What gives another value at another time or in another place. Given to the planner from outside, if at all. */
const IMPURE = /\b(Date\.now|new Date\(\)|performance\.now|Math\.random|process\.|setTimeout|setInterval|fetch\()/u

interface Import {
  readonly target: string
  readonly typeOnly: boolean
}

interface Source {
  readonly file: string
  readonly folder: Folder
  /** A test, or what only tests use: those stand in folders named testing. */
  readonly isTest: boolean
  readonly text: string
  readonly imports: readonly Import[]
}

const sources: readonly Source[] = FOLDERS.flatMap((folder) =>
  readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|mjs|cjs|js)$/u.test(entry.name))
    .map((entry) => {
      const full = path.join(entry.parentPath, entry.name)
      const text = readFileSync(full, "utf8")
      const file = path.relative(root, full)
      return {
        file,
        folder,
        isTest: folder === "test" || /\.test\.|\/testing\//u.test(file),
        text,
        imports: importsOf(text),
      }
    }),
)

/** `import … from "x"`, `export … from "x"`, `import "x"`, `import("x")`. */
function importsOf(text: string): readonly Import[] {
  const code = text.replaceAll(/\/\*[\s\S]*?\*\//gu, "").replaceAll(/^\s*\/\/.*$/gmu, "")
  const statements = code.matchAll(/^\s*(import|export)\s+(type\s)?([^"';]*?\sfrom\s+)?"([^"\n]+)"/gmu)
  const dynamic = code.matchAll(/\bimport\("([^"\n]+)"\)/gu)
  return [
    ...[...statements].map((match) => ({ target: match[4] ?? "", typeOnly: match[2] !== undefined })),
    ...[...dynamic].map((match) => ({ target: match[1] ?? "", typeOnly: false })),
  ]
}

function folderOf(source: Source, { target }: Import): string | undefined {
  if (!target.startsWith(".")) return undefined
  return path.relative(root, path.resolve(root, path.dirname(source.file), target)).split(path.sep)[0]
}

test("the imports are found at all", () => {
  const main = sources.find((source) => source.file === "runtime/cli/main.ts")
  expect(main?.imports.map((each) => each.target)).toContain("./query-command.ts")
  expect(main?.imports.map((each) => each.target)).toContain("./output.ts")
})

test("the top level has the folders and files that the design names, no other", () => {
  const found = readdirSync(root).filter(
    (name) => !name.startsWith(".") && !IGNORED.has(name) && !name.endsWith(".tgz"),
  )
  expect(found.toSorted()).toEqual(TOP_LEVEL)
})

describe("the law of dependence", () => {
  test.each(FOLDERS.filter((folder) => folder !== "test"))("%s uses only what lies below it", (folder) => {
    const broken = sources
      .filter((source) => source.folder === folder && !source.isTest)
      .flatMap((source) =>
        source.imports
          .filter((each) => {
            const to = folderOf(source, each)
            if (to === undefined || to === folder) return false
            if (to === "bench" && BENCH_DOORS.includes(source.file)) return false
            const allowed: readonly string[] = each.typeOnly ? MAY_SEE[folder] : MAY_USE[folder]
            return !allowed.includes(to)
          })
          .map((each) => `${source.file} imports ${each.target}`),
      )
    expect(broken).toEqual([])
  })

  test("the planner does no I/O and knows no clock", () => {
    const planner = sources.filter((source) => source.folder === "planner" && !source.isTest)
    const impure = planner.flatMap((source) => [
      ...source.imports
        .filter(({ target }) => isBuiltin(target))
        .map(({ target }) => `${source.file} imports ${target}`),
      ...withoutComments(source.text).flatMap((line) => (IMPURE.test(line) ? [`${source.file}: ${line.trim()}`] : [])),
    ])
    expect(impure).toEqual([])
  })
})

function isBuiltin(target: string): boolean {
  return target.startsWith("node:") || builtinModules.includes(target)
}

function withoutComments(text: string): readonly string[] {
  return text
    .replaceAll(/\/\*[\s\S]*?\*\//gu, "")
    .split("\n")
    .filter((line) => !line.trimStart().startsWith("//"))
}

test(`no file is longer than ${LINES_MAX} lines, tables of constants aside`, () => {
  const long = sources.filter((source) => source.text.split("\n").length > LINES_MAX && !isTable(source.text))
  expect(long.map((source) => source.file)).toEqual([])
})

/** A table is one that says so in its first line, and has no function. */
function isTable(text: string): boolean {
  return text.startsWith("/** Table:") && !/\bfunction\b|=>/u.test(text)
}

test("no file or folder is named for having no name", () => {
  expect(sources.map((source) => source.file).filter((file) => FORBIDDEN_NAMES.test(file))).toEqual([])
})

test("every package that is imported is a dependency, and every dependency is imported", () => {
  const Names = Schema.Record(Schema.String, Schema.String)
  const Package = Schema.fromJsonString(Schema.Struct({ dependencies: Names, devDependencies: Names }))
  const manifest = Schema.decodeUnknownSync(Package)(readFileSync(path.join(root, "package.json"), "utf8"))
  const used = (those: readonly Source[]) =>
    new Set(
      those.flatMap((source) =>
        source.imports.map((each) => packageOf(each.target)).filter((name) => name !== undefined),
      ),
    )
  const shipped = used(sources.filter((source) => !source.isTest && source.folder !== "bench"))
  const all = used(sources)
  // The bench compares with native DuckDB where that is installed; the command says so where it is not.
  shipped.delete("@duckdb/node-api")
  const runtime = Object.keys(manifest.dependencies)
  expect([...shipped].filter((name) => !runtime.includes(name))).toEqual([])
  expect([...all].filter((name) => !runtime.includes(name) && !(name in manifest.devDependencies))).toEqual([])
  expect(runtime.filter((name) => !mentioned(name))).toEqual([])
})

function packageOf(target: string): string | undefined {
  if (target.startsWith(".") || isBuiltin(target)) return undefined
  return target
    .split("/")
    .slice(0, target.startsWith("@") ? 2 : 1)
    .join("/")
}

/** Imported, or resolved by name as the engine's WebAssembly files are. */
function mentioned(name: string): boolean {
  return sources.some((source) => !source.isTest && source.text.includes(`"${name}`))
}
