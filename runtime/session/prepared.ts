import type { DeallocateStatement, ExecuteStatement, PrepareStatement } from "../../planner/ast/statement.ts"
import type { NamedExpr } from "../../planner/ast/query.ts"
import { walkTree } from "../../planner/ast/walk-tree.ts"
import { relocated, UnsupportedSql } from "../../planner/errors.ts"
import { nearestName } from "../../planner/parser/nearest.ts"
import { parse } from "../../planner/parser/parse.ts"
import { printValue } from "../../planner/sql/print-value.ts"
import { partOf } from "../../planner/sql/edited-text.ts"
import { readTextBatches } from "../formats/text-batch.ts"
import { type Answer, doneAnswer } from "./answer.ts"
import type { Parameters } from "./parameters.ts"
import type { Run } from "./run.ts"
import { type KeptStatement, keyOf } from "./state.ts"

/** Statements that one session may keep prepared. */
const PREPARED_MAX = 10_000

/** Only parsed: what its parameters are is known when it is executed. An earlier one of the same name is replaced. */
export function prepare({ state, options }: Run, { name, statement, span }: PrepareStatement, sql: string): Answer {
  const key = keyOf(name.text)
  if (!state.prepared.has(key) && state.prepared.size >= PREPARED_MAX) {
    const hint = "DEALLOCATE some of them"
    throw new UnsupportedSql({ message: `a session keeps at most ${PREPARED_MAX} prepared statements`, span, hint })
  }
  const text = sql.slice(statement.span.start, statement.span.end)
  const [own] = parse(text)
  if (own === undefined || own._tag !== statement._tag) throw new Error("a part of a statement reads otherwise alone")
  state.prepared.set(key, { name: name.text, sql: text, statement: own })
  return doneAnswer("prepare", options.form)
}

export function deallocate({ state, options }: Run, { name }: DeallocateStatement): Answer {
  if (name === undefined) state.prepared.clear()
  else state.prepared.delete(keyOf(name.text))
  return doneAnswer("deallocate", options.form)
}

export interface Execution {
  readonly kept: KeptStatement
  readonly parameters: Parameters
  /** Says of an error in the statement's own text in which statement it is. */
  readonly relocate: <T>(work: () => Promise<T>) => Promise<T>
}

export async function execution(run: Run, statement: ExecuteStatement, sql: string): Promise<Execution> {
  const { name, args } = statement
  const kept = run.state.prepared.get(keyOf(name.text))
  if (kept === undefined) {
    const nearest = nearestName(
      name.text,
      [...run.state.prepared.values()].map((each) => each.name),
    )
    const hint = nearest === undefined ? `PREPARE ${name.text} AS …` : `did you mean ${nearest}?`
    throw new UnsupportedSql({ message: `there is no prepared statement "${name.text}"`, span: name.span, hint })
  }
  const values: string[] = []
  for (const { value } of args) values.push(await argument(run, value, sql))
  return {
    kept,
    parameters: byPlaceOrName(statement, values),
    relocate: async (work) => {
      try {
        return await work()
      } catch (error) {
        throw relocated(error, ({ message, hint }) => ({
          message: `in the prepared statement "${kept.name}": ${message}`,
          span: statement.span,
          hint,
        }))
      }
    },
  }
}

function byPlaceOrName({ args }: ExecuteStatement, values: readonly string[]): Parameters {
  const named = args.filter((arg) => arg.name !== undefined)
  if (named.length === 0) return { _tag: "positional", values }
  const bare = args.find((arg) => arg.name === undefined)
  if (bare !== undefined) {
    throw new UnsupportedSql({ message: "give all values by name, or all by place", span: bare.value.span })
  }
  const entries = args.map(({ name }, i) => [keyOf(name?.text ?? ""), values[i] ?? "NULL"] as const)
  return { _tag: "named", values: new Map(entries) }
}

/** What is written out is taken as it is written; anything else is computed once. */
async function argument(run: Run, value: NamedExpr, sql: string): Promise<string> {
  for (const node of walkTree(value)) {
    if (node._tag !== "ColumnRef" && node._tag !== "Query" && node._tag !== "Parameter") continue
    const what = node._tag === "Query" ? "a subquery" : node._tag === "Parameter" ? "a parameter" : "a column"
    throw new UnsupportedSql({ message: `EXECUTE takes values, not ${what}`, span: node.span })
  }
  const text = sql.slice(value.span.start, value.span.end)
  if (value._tag === "Literal" || value._tag === "TypedLiteral" || !hasCall(value)) return parenthesised(value, text)
  const asked = partOf(sql, value.span)
  const query = { text: `SELECT ${asked.text} AS v`, original: () => value.span }
  const result = await run.query(query, "text")
  let printed: string | null = null
  for await (const batch of result.batches) {
    for (const { rows, columns } of readTextBatches(batch.ipc)) if (rows > 0) printed = columns[0]?.at(0) ?? null
  }
  const type = result.columns[0]?.type ?? "VARCHAR"
  return printed === null ? `CAST(NULL AS ${type})` : `CAST(${printValue(printed, "a value")} AS ${type})`
}

function hasCall(value: NamedExpr): boolean {
  return [...walkTree(value)].some((node) => node._tag === "FunctionCall")
}

function parenthesised(value: NamedExpr, text: string): string {
  return value._tag === "Literal" ? text : `(${text})`
}
