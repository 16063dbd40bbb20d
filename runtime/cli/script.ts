import type { Statement } from "../../planner/ast/statement.ts"
import type { QueryMetrics } from "../session.ts"
import type { Answer } from "../session/answer.ts"
import type { Workspace } from "../session/workspace.ts"
import { StatementError } from "./error-report.ts"
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
  readonly workspace: Workspace
  readonly format: Format
  /** EXPLAIN is a picture unless a format for programs was asked for. */
  readonly explainsAsText: boolean
  readonly output: OutputSink
  /** Takes the figures of each query while the setting `timing` is on. */
  readonly tell: (text: string) => void
  readonly signal: AbortSignal
}

export async function readScript(script: Script): Promise<ParsedScript> {
  const { parse } = await import("../../planner/parser/parse.ts")
  try {
    return { ...script, statements: parse(script.sql) }
  } catch (error) {
    throw new StatementError(error, script.sql, undefined)
  }
}

/** Runs the statements one after the other; the first that fails ends the script. */
export async function runScript(door: Door, script: ParsedScript): Promise<void> {
  for (const [i, statement] of script.statements.entries()) {
    try {
      await runStatement(door, script, statement)
    } catch (error) {
      const place = { number: i + 1, of: script.statements.length, span: statement.span }
      throw new StatementError(error, script.sql, place)
    }
  }
}

async function runStatement(door: Door, script: ParsedScript, statement: Statement): Promise<void> {
  const { workspace, output, signal } = door
  if (statement._tag === "ExplainStatement" && door.explainsAsText) {
    const options = { signal, form: door.format.form }
    const { text, run } = await workspace.explain(statement, script.sql, options, output.terminalWidth())
    if (!script.quiet) await output.write(`${text}\n`)
    if (run !== undefined) tellTiming(door, run.metrics)
    return
  }
  const answer = await workspace.run(statement, script.sql, { form: door.format.form, signal })
  if (script.quiet || !answer.hasRows) await drain(answer)
  else await print(door, answer)
  if (answer.metrics !== undefined) tellTiming(door, answer.metrics())
}

function tellTiming({ workspace, tell }: Door, metrics: QueryMetrics): void {
  if (workspace.settings().timing) tell(timingText(metrics))
}

async function print(door: Door, answer: Answer): Promise<void> {
  const { output } = door
  const target = { columns: answer.columns, sink: output, terminalWidth: output.terminalWidth() }
  const writer = door.format.open(target)
  for await (const batch of answer.batches) await writer.batch(batch)
  await writer.end()
}

async function drain({ batches }: Answer): Promise<void> {
  const reading = batches[Symbol.asyncIterator]()
  while ((await reading.next()).done !== true);
}
