/**
 * Runs the corpus on both layouts in every way, and says what is refused and what is wrong:
 *
 *   npm run test:full -- [--once] [TOPIC…]
 *
 * `--once` runs each statement in the one way that `npm test` draws for it. A run of everything is written to
 * bench/results/corpus.md.
 */
import { writeFileSync } from "node:fs"
import * as path from "node:path"
import { openSession } from "../../runtime/local.ts"
import { LAYOUTS, type Layout, layOut } from "../layouts.ts"
import { expectedOf, type Problem, problemOf } from "./check.ts"
import { type CorpusStatement, corpusStatements } from "./statements.ts"
import { CORPUS_TABLES } from "./tables.ts"
import { drawnWay, WAYS } from "./ways.ts"

const RESULT = path.join(import.meta.dirname, "..", "..", "bench", "results", "corpus.md")

/** A statement that takes longer is given up: something hangs. */
const STATEMENT_MS_MAX = 60_000

interface Failure {
  readonly layout: Layout
  readonly way: string
  readonly statement: CorpusStatement
  readonly problem: Problem
}

interface Outcome {
  readonly runs: number
  readonly failures: readonly Failure[]
}

const args = process.argv.slice(2)
const once = args.includes("--once")
const topics = args.filter((arg) => !arg.startsWith("--"))
const statements = corpusStatements(topics)
if (statements.length === 0) throw new Error(`test/sql has no statements of the topics ${topics.join(", ")}`)

const started = performance.now()
const outcomes = await Promise.all(LAYOUTS.map(runLayout))
const seconds = Math.round((performance.now() - started) / 1000)
const report = reportOf(outcomes, seconds)
process.stdout.write(report)
if (!once && topics.length === 0) writeFileSync(RESULT, report)
process.exitCode = outcomes.some(({ failures }) => failures.length > 0) ? 1 : 0

async function runLayout(layout: Layout): Promise<Outcome> {
  const data = await layOut(layout, CORPUS_TABLES)
  const session = await openSession({ workers: 2, dataDir: data.dir, cwd: data.dir })
  const failures: Failure[] = []
  let runs = 0
  for (const statement of statements) {
    const expected = await expectedOf(statement, data.native)
    for (const way of once ? [drawnWay(statement.sql, layout)] : WAYS.keys()) {
      const signal = AbortSignal.timeout(STATEMENT_MS_MAX)
      const problem = await problemOf(statement, expected, session, { ...WAYS.get(way), signal })
      if (problem !== undefined) failures.push({ layout, way, statement, problem })
      runs++
    }
  }
  await session.close()
  data.remove()
  return { runs, failures }
}

function reportOf(all: readonly Outcome[], duration: number): string {
  const failures = all.flatMap((outcome) => outcome.failures)
  const runs = all.reduce((sum, outcome) => sum + outcome.runs, 0)
  const ways = once ? "one way each" : `${WAYS.size} ways (${[...WAYS.keys()].join("; ")})`
  return [
    "# The corpus against native DuckDB",
    "",
    `${statements.length} statements of \`test/sql\`, ${LAYOUTS.length} layouts, ${ways}: ${runs} runs in ${duration} s, ` +
      `${failures.length} of them not equal to native DuckDB.`,
    "",
    ...tableOf(failures, runs / statements.length),
    ...failedOf(failures, "differs", "Wrong answers"),
    ...failedOf(failures, "refused", "Refused"),
    "",
  ].join("\n")
}

function tableOf(failures: readonly Failure[], runsEach: number): readonly string[] {
  const rows = [...Map.groupBy(statements, (statement) => statement.topic)].map(([topic, ofTopic]) => {
    const failed = failures.filter((failure) => failure.statement.topic === topic)
    const count = (kind: Problem["kind"]) => failed.filter((failure) => failure.problem.kind === kind).length
    return `| ${topic} | ${ofTopic.length} | ${ofTopic.length * runsEach} | ${count("refused")} | ${count("differs")} |`
  })
  return ["| topic | statements | runs | refused | wrong |", "| --- | --: | --: | --: | --: |", ...rows]
}

/** Failures whose text begins alike stand together; a statement that fails in several ways stands once. */
function failedOf(failures: readonly Failure[], kind: Problem["kind"], title: string): readonly string[] {
  const failed = failures.filter((failure) => failure.problem.kind === kind)
  if (failed.length === 0) return []
  const groups = [...Map.groupBy(failed, ({ problem }) => problem.text.split("\n", 1)[0] ?? "")]
  const sections = groups
    .toSorted(([, a], [, b]) => b.length - a.length)
    .flatMap(([text, group]) => {
      const ofStatement = [...Map.groupBy(group, ({ statement }) => statement)]
      return [`- ${text}`, ...ofStatement.map(([statement, fails]) => lineOf(statement, fails))]
    })
  return ["", `## ${title}`, "", ...sections]
}

function lineOf({ topic, line, sql }: CorpusStatement, failures: readonly Failure[]): string {
  const where = failures.map(({ layout, way }) => `${layout} / ${way}`)
  const shown = where.length > 3 ? [...where.slice(0, 2), `${where.length - 2} more`] : where
  return `  - ${topic}.sql:${line} (${shown.join(", ")}): \`${sql.replaceAll(/\s+/gu, " ")}\``
}
