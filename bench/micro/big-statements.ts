/**
 * How long statements take to be planned, and how much of that is DuckDB's describing:
 *
 *   node bench/micro/big-statements.ts [part of a name]
 *
 * Each is planned several times; the figures are of the one that took least CPU, which other work on the machine
 * disturbs less than time. CPU is that of all threads, the engine's and the garbage collector's too.
 */
import { driveEngine } from "../../actors/engine/testing/driver.ts"
import type { TypeOracle } from "../../planner/describe.ts"
import { FUNCTIONS_QUERY, functionNamesOf } from "../../planner/function-names.ts"
import { parse } from "../../planner/parser/parse.ts"
import { planQuery } from "../../planner/plan-query.ts"
import { planContext } from "../../planner/testing/plan-context.ts"
import { BIG_STATEMENTS, DEEP_STATEMENTS, WIDE_CATALOG } from "./statements.ts"

const ROUNDS = 5

const engine = await driveEngine("bench")
const functions = functionNamesOf(await engine.evaluate(FUNCTIONS_QUERY))
let asked = { calls: 0, ms: 0, chars: 0 }

async function ask<T>(sql: string, question: Promise<T>): Promise<T> {
  const began = performance.now()
  const answer = await question
  asked = { calls: asked.calls + 1, ms: asked.ms + performance.now() - began, chars: asked.chars + sql.length }
  return answer
}

const oracle: TypeOracle = {
  describe: async (sql) => {
    const event = await ask(sql, engine.call("Describe", sql))
    if (event._tag === "Described") return event.columns
    throw new Error(event._tag === "CallFailed" ? event.refusal.message : event._tag)
  },
  explain: async (sql) => {
    const event = await ask(sql, engine.call("Explain", sql))
    return event._tag === "Explained" ? (JSON.parse(event.plan) as unknown) : undefined
  },
  evaluate: (sql) => ask(sql, engine.evaluate(sql)),
  functions: () => Promise.resolve(functions),
}

interface Figures {
  readonly cpuMs: number
  readonly parseMs: number
  readonly planMs: number
  readonly asked: typeof asked
}

async function planned(sql: string): Promise<Figures> {
  asked = { calls: 0, ms: 0, chars: 0 }
  const began = performance.now()
  const cpu = process.cpuUsage()
  const [statement] = parse(sql)
  if (statement?._tag !== "QueryStatement") throw new Error("no query")
  const parseMs = performance.now() - began
  await planQuery(statement.query, planContext(sql, { catalog: WIDE_CATALOG, oracle, partitions: 2 }))
  const { user, system } = process.cpuUsage(cpu)
  return { cpuMs: (user + system) / 1000, parseMs, planMs: performance.now() - began, asked }
}

const wanted = process.argv[2] ?? ""
process.stdout.write(
  "| statement | bytes | CPU ms | time ms | of it parsing | of it DuckDB | questions |\n| --- | --: | --: | --: | --: | --: | --: |\n",
)
for (const [name, sql] of Object.entries(BIG_STATEMENTS)) {
  if (!name.includes(wanted)) continue
  const rounds: Figures[] = []
  for (let round = 0; round < ROUNDS; round++) rounds.push(await planned(sql))
  const [best] = rounds.sort((a, b) => a.cpuMs - b.cpuMs)
  if (best === undefined) throw new Error("no rounds")
  const figures = [sql.length, best.cpuMs, best.planMs, best.parseMs, best.asked.ms, best.asked.calls].map((each) =>
    Math.round(each),
  )
  process.stdout.write(`| ${name} | ${figures.join(" | ")} |\n`)
}
for (const [name, sql] of Object.entries(DEEP_STATEMENTS)) {
  if (!name.includes(wanted)) continue
  const began = performance.now()
  const refusal = await planned(sql).then(
    () => "answered",
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  )
  process.stdout.write(
    `| ${name} | ${sql.length} | ${Math.round(performance.now() - began)} | ${refusal.slice(0, 80)} |\n`,
  )
}
await engine.close()
