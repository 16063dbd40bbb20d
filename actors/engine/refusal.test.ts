import { describe, expect, test } from "vitest"
import { errorOf, faultOf, parseRefusal, positionIn, Refused, Trap } from "./refusal.ts"

describe("DuckDB's errors", () => {
  test.each([
    [
      '{"exception_type":"Binder","exception_message":"no column \\"a\\"","position":"7","candidates":"ab"}',
      { kind: "Binder", message: 'Binder Error: no column "a"', position: 7, candidates: "ab" },
    ],
    [
      'Parser Error: {"exception_type":"Parser","exception_message":"syntax error","position":"0"}',
      { kind: "Parser", message: "Parser Error: syntax error", position: 0, candidates: undefined },
    ],
    [
      'Unexpected StatusCode … self reported error as{"exception_type":"Out of Memory","exception_message":"full"}',
      { kind: "Out of Memory", message: "Out of Memory Error: full", position: undefined, candidates: undefined },
    ],
    [
      '{"exception_type":"Parser","exception_message":"{\\"exception_type\\":\\"Parser\\",\\"exception_message\\":\\"Max expression depth limit of 1000 exceeded.\\"}"}',
      {
        kind: "Parser",
        message:
          "Parser Error: queries or expressions are nested more deeply than DuckDB reads them, views and CTEs that read each other too; CREATE TABLE … AS keeps the rows of one in the middle",
        position: undefined,
        candidates: undefined,
      },
    ],
    [
      "Conversion Error: no INT32\n\nLINE 1: SELECT 'x'::INT\n               ^",
      { kind: "Conversion", message: "Conversion Error: no INT32", position: undefined, candidates: undefined },
    ],
    [
      JSON.stringify({
        exception_type: "Invalid Input",
        exception_message:
          "Attempting to execute an unsuccessful or closed pending query result\n" +
          'Error: {"exception_type":"Out of Memory","exception_message":"full","position":"9"}',
      }),
      { kind: "Out of Memory", message: "Out of Memory Error: full", position: 9, candidates: undefined },
    ],
    [
      "std::bad_alloc",
      {
        kind: "Out of Memory",
        message: "Out of Memory Error: std::bad_alloc",
        position: undefined,
        candidates: undefined,
      },
    ],
    ["what?", { kind: "Unknown", message: "Unknown Error: what?", position: undefined, candidates: undefined }],
  ])("%s", (text, refusal) => {
    expect(parseRefusal(text)).toEqual(refusal)
  })

  test("out of memory is told from a query's own error", () => {
    const of = (kind: string) => errorOf({ kind, message: "m", position: undefined, candidates: undefined }, "n")._tag
    expect([of("Out of Memory"), of("Conversion")]).toEqual(["OutOfMemory", "QueryError"])
  })

  test("a plain Error is DuckDB's word, everything else is a trap", () => {
    expect(faultOf(new Error("Binder Error: no"))).toBeInstanceOf(Refused)
    for (const thrown of [new WebAssembly.RuntimeError("unreachable"), new RangeError("stack"), 7]) {
      expect(faultOf(thrown)).toBeInstanceOf(Trap)
    }
  })

  test("a trap's message is one short line, whatever was thrown", () => {
    const source = `memory access out of bounds ${"x".repeat(5000)}\nat wasm`
    expect(faultOf(new WebAssembly.RuntimeError(source)).message).toHaveLength(200)
  })

  test("an internal error leaves the instance unusable", () => {
    const fault = faultOf(new Error('{"exception_type":"INTERNAL","exception_message":"assertion"}'))
    expect(fault instanceof Refused && fault.fatal).toBe(true)
  })
})

describe("positions", () => {
  test.each([
    ["SELECT 'é', foo()", 22, 12],
    ["SELECT '😀', foo()", 24, 13],
    ["SELECT foo()", 16, 7],
    ["SELECT foo()", 3, undefined],
    ["SELECT foo()", undefined, undefined],
    ["SELECT 1", 99, 8],
  ])("%s at byte %s of what was sent", (sql, bytes, position) => {
    expect(positionIn(sql, "DESCRIBE ", bytes)).toBe(position)
  })
})
