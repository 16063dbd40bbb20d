import type { Statement } from "../../planner/ast/query.ts"
import type { Span } from "../../planner/ast/span.ts"
import type { QueryOptions, QueryResult, Session } from "../session.ts"
import { StatementError } from "./error-report.ts"
import { explain } from "../formats/explain.ts"
import type { Format } from "../formats/format.ts"
import type { OutputSink } from "./output.ts"
import { timingText } from "./timing.ts"

export interface Script {
  readonly sql: string
  /** Results are not printed. */
  readonly quiet: boolean
}

export interface ParsedScript extends Script {
  readonly statements: readonly Statement[]
}

/** Where results go, and what can stop them. */
export interface Door {
  readonly session: Session
  readonly format: Format
  readonly output: OutputSink
  /** Takes the figures of `--timing`; undefined without it. */
  readonly timing: ((text: string) => void) | undefined
  readonly signal: AbortSignal
}

export async function readScript(script: Script): Promise<ParsedScript> {
  const { parse } = await import("../../planner/parser/parse.ts")
  try {
    return { ...script, statements: parse(script.sql) }
  } catch (error) {
    throw new StatementError(error, script.sql, 0)
  }
}

/** Runs the statements one after the other; the first that fails ends the script. */
export async function runScript(door: Door, script: ParsedScript, options: QueryOptions): Promise<void> {
  for (const statement of script.statements) {
    try {
      await runStatement(door, script, statement, options)
    } catch (error) {
      throw new StatementError(error, script.sql, textSpan(statement).start)
    }
  }
}

async function runStatement(
  door: Door,
  script: ParsedScript,
  statement: Statement,
  options: QueryOptions,
): Promise<void> {
  const { start, end } = textSpan(statement)
  const sql = script.sql.slice(start, end)
  if (statement._tag === "QueryStatement") {
    const result = await door.session.query(sql, { ...options, form: door.format.form, signal: door.signal })
    if (script.quiet) await drain(result)
    else await print(door, result)
    door.timing?.(timingText(result.metrics()))
    return
  }
  const width = door.output.terminalWidth()
  const { text, run } = await explain(door.session, statement, sql, { ...options, signal: door.signal }, width)
  if (!script.quiet) await door.output.write(`${text}\n`)
  if (run !== undefined) door.timing?.(timingText(run.metrics))
}

/** What the session is given: the query without its EXPLAIN. */
function textSpan(statement: Statement): Span {
  return statement._tag === "ExplainStatement" ? statement.query.span : statement.span
}

async function print(door: Door, result: QueryResult): Promise<void> {
  const { output } = door
  const target = { columns: result.columns, sink: output, terminalWidth: output.terminalWidth() }
  const writer = door.format.open(target)
  for await (const batch of result.batches) await writer.batch(batch)
  await writer.end()
}

async function drain(result: QueryResult): Promise<void> {
  const batches = result.batches[Symbol.asyncIterator]()
  while ((await batches.next()).done !== true);
}
