import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"

const FOLDER = join(import.meta.dirname, "..", "sql")

/** One statement of `test/sql/*.sql`, and how its answer is compared. See test/sql/README.md. */
export interface CorpusStatement {
  /** Of the folder, without `.sql`. */
  readonly topic: string
  readonly line: number
  readonly sql: string
  readonly compare: Compare
}

/**
 * - `rows`: the same names, types and rows, in the same order when the statement ends in ORDER BY.
 * - `part`: as many rows as said, each of them a row of another statement's answer.
 * - `names`: the same names and types and as many rows; the values differ every time.
 */
export type Compare =
  | { readonly _tag: "rows"; readonly inOrder: boolean; readonly byInputOrder: boolean }
  | { readonly _tag: "part"; readonly min: number; readonly max: number; readonly of: string }
  | { readonly _tag: "names" }

/** Every statement, in the order of the files' names; only those of some topics when they are named. */
export function corpusStatements(topics: readonly string[] = []): readonly CorpusStatement[] {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith(".sql"))
  return files
    .toSorted()
    .map((file) => ({ topic: file.slice(0, -".sql".length), file }))
    .filter(({ topic }) => topics.length === 0 || topics.includes(topic))
    .flatMap(({ topic, file }) => statementsOf(topic, readFileSync(join(FOLDER, file), "utf8")))
}

/** A statement ends with a semicolon at the end of a line. Lines of comment before it are not part of it. */
export function statementsOf(topic: string, text: string): readonly CorpusStatement[] {
  const statements: CorpusStatement[] = []
  let line = 1
  for (const piece of text.split(/(?<=;)\n/u)) {
    const before = /^(?:[ \t]*(?:--[^\n]*)?\n)*/u.exec(piece)?.[0] ?? ""
    const sql = piece.slice(before.length).replace(/;\s*$/u, "").trimEnd()
    const start = line + before.split("\n").length - 1
    line += piece.split("\n").length
    if (sql === "") continue
    if (!/;\s*$/u.test(piece)) throw new Error(`${topic}.sql:${start}: the last statement does not end with ";"`)
    statements.push({ topic, line: start, sql, compare: compareOf(before, sql, `${topic}.sql:${start}`) })
  }
  return statements
}

function compareOf(before: string, sql: string, place: string): Compare {
  const directives = [...before.matchAll(/^-- compare: (.*)$/gmu)].map((match) => match[1] ?? "")
  if (directives.length > 1) throw new Error(`${place}: is compared in two ways`)
  const [directive] = directives
  if (directive === undefined) return { _tag: "rows", inOrder: endsInOrder(sql), byInputOrder: false }
  if (directive === "by input order") return { _tag: "rows", inOrder: endsInOrder(sql), byInputOrder: true }
  if (directive === "names") return { _tag: "names" }
  const part = /^(\d+)(?: to (\d+))? rows? of (.+)$/u.exec(directive)
  if (part === null) throw new Error(`${place}: "-- compare: ${directive}" is unknown; see test/sql/README.md`)
  const min = Number(part[1])
  return { _tag: "part", min, max: Number(part[2] ?? min), of: part[3] ?? "" }
}

/** Whether ORDER BY stands outside of all parentheses, strings and comments. */
function endsInOrder(sql: string): boolean {
  const bare = sql
    .replaceAll(/'(?:[^']|'')*'|"(?:[^"]|"")*"|\$\$[\s\S]*?\$\$|--[^\n]*/gu, "''")
    .replaceAll(/\/\*[\s\S]*?\*\//gu, " ")
  let outside = bare
  for (let before = ""; before !== outside;) {
    before = outside
    outside = outside.replaceAll(/\([^()]*\)|\[[^[\]]*\]|\{[^{}]*\}/gu, " ")
  }
  return /\border\s+by\b/iu.test(outside)
}
