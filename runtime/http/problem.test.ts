import { describe, expect, test } from "vitest"
import { Cancelled, EngineLost, ExchangeError, OutOfMemory, QueryError, SourceError } from "../../actors/errors.ts"
import {
  AmbiguousColumn,
  BindError,
  PlanDefect,
  SyntaxError,
  UnknownColumn,
  UnknownTable,
  UnsupportedSql,
} from "../../planner/errors.ts"
import { RefusalReason, RequestRefused } from "./errors.ts"
import { problemHeaders, problemOf } from "./problem.ts"

const message = "what is wrong"

test.each<[unknown, number, string, string]>([
  [new SyntaxError({ message }), 400, "syntax error", "SyntaxError"],
  [new UnsupportedSql({ message }), 400, "not supported", "UnsupportedSql"],
  [new UnknownTable({ message, name: "t" }), 404, "unknown table or file", "UnknownTable"],
  [new UnknownColumn({ message, name: "c", available: [] }), 400, "unknown column", "UnknownColumn"],
  [new AmbiguousColumn({ message, name: "c" }), 400, "ambiguous column", "AmbiguousColumn"],
  [new BindError({ message }), 400, "refused by DuckDB", "BindError"],
  [new PlanDefect({ message, rule: "r" }), 500, "a defect of Skein", "PlanDefect"],
  [new SourceError({ message }), 422, "unreadable data", "SourceError"],
  [new QueryError({ message, kind: "Conversion" }), 400, "the query failed", "QueryError"],
  [new QueryError({ message, kind: "Admission" }), 429, "too many queries", "QueryError"],
  [new QueryError({ message, kind: "Defect" }), 500, "a defect of Skein", "QueryError"],
  [new QueryError({ message, kind: "INTERNAL" }), 500, "a defect of Skein", "QueryError"],
  [new OutOfMemory({ message }), 422, "out of memory", "OutOfMemory"],
  [new EngineLost({ message }), 503, "no engine", "EngineLost"],
  [new ExchangeError({ message }), 500, "damaged exchange", "ExchangeError"],
  [new Cancelled({ message }), 503, "cancelled", "Cancelled"],
  [new RequestRefused({ reason: "BodyTooLarge", message }), 413, "body too large", "BodyTooLarge"],
])("%s is %i", (error, status, title, code) => {
  const type = `urn:skein:problem:${code}`
  const problem = problemOf(error)
  expect(problem).toEqual({ type, title, status, detail: message, code })
  expect(problemHeaders(error, problem)).toEqual([429, 503].includes(status) ? { "Retry-After": "1" } : {})
})

test.each<[RefusalReason, number]>([
  ["MalformedRequest", 400],
  ["HeadersTooLarge", 431],
  ["RequestTimeout", 408],
  ["UnknownHost", 421],
  ["ForeignOrigin", 403],
  ["Unauthorized", 401],
  ["UnknownPath", 404],
  ["MethodNotAllowed", 405],
  ["UnsupportedMediaType", 415],
  ["BodyTooLarge", 413],
  ["InvalidBody", 400],
  ["UnknownField", 400],
  ["InvalidField", 400],
  ["UnknownFormat", 400],
  ["UnknownParameter", 400],
  ["NotAcceptable", 406],
  ["DeadlineExceeded", 408],
  ["NotReady", 503],
  ["Closing", 503],
])("%s is %i", (reason, status) => {
  expect(problemOf(new RequestRefused({ reason, message }))).toMatchObject({ status, code: reason })
})

test("every reason has its row above", () => {
  expect(RefusalReason.literals.length).toBe(19)
})

describe("what a problem tells besides", () => {
  test("the place in the statement, in lines and code points", () => {
    const sql = "SELECT '😀',\n  x FROM t"
    const start = sql.indexOf("x")
    const error = new UnknownColumn({ message, name: "x", available: [], span: { start, end: start + 1 }, hint: "y?" })
    expect(problemOf(error, { sql })).toMatchObject({ line: 2, column: 3, hint: "y?" })
    const after = new SyntaxError({ message, span: { start: 11, end: 12 } })
    expect(problemOf(after, { sql })).toMatchObject({ line: 1, column: 11 })
  })

  test("no place for what the planner made itself", () => {
    const error = new BindError({ message, span: { start: 0, end: 0 } })
    expect(problemOf(error, { sql: "SELECT 1" })).not.toHaveProperty("line")
  })

  test("the query, the stage, the task and the engine", () => {
    const error = new QueryError({ message: "Conversion Error: x\n", kind: "Conversion", stage: 2, task: 0, node: "e" })
    const where = { detail: "Conversion Error: x", stage: 2, task: 0, node: "e", query: "q7" }
    expect(problemOf(error, { sql: "SELECT 1", query: "q7" })).toMatchObject(where)
  })

  test("the headers of a refusal", () => {
    const error = new RequestRefused({ reason: "MethodNotAllowed", message, headers: { Allow: "POST" } })
    expect(problemHeaders(error, problemOf(error))).toEqual({ Allow: "POST" })
  })

  test("of what has no tag only its first line", () => {
    expect(problemOf(new TypeError("x is not a function\nat y"))).toEqual({
      type: "urn:skein:problem:Defect",
      title: "a defect of Skein",
      status: 500,
      detail: "this is a defect of Skein, please report it with the statement: x is not a function",
      code: "Defect",
    })
  })
})
