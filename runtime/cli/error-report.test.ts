import { expect, test } from "vitest"
import { EngineLost, QueryError, SourceError } from "../../actors/errors.ts"
import { PlanDefect, SyntaxError } from "../../planner/errors.ts"
import { errorParagraph, StatementError } from "./error-report.ts"
import { UsageError } from "./options.ts"

test("a usage error: message and hint", async () => {
  expect(await errorParagraph(new UsageError("unknown option --x", "skein --help lists the options"))).toBe(
    "error: unknown option --x\n  skein --help lists the options",
  )
})

test("an error of the statement points into the whole script", async () => {
  const script = "SELECT 1;\nSELECT FORM t"
  const error = new SyntaxError({
    message: "unexpected FORM",
    span: { start: 17, end: 21 },
    hint: "did you mean FROM?",
  })
  const place = { number: 2, of: 2, span: { start: 10, end: 23 } }
  expect(await errorParagraph(new StatementError(error, script, place))).toBe(
    ["error: unexpected FORM", "  2 | SELECT FORM t", "    |        ^^^^", "  did you mean FROM?"].join("\n"),
  )
})

test("an error without a place in a script says which statement it is", async () => {
  const error = new QueryError({ message: "Conversion Error: x", kind: "Conversion", stage: 2, task: 5 })
  const place = { number: 2, of: 3, span: { start: 11, end: 19 } }
  expect(await errorParagraph(new StatementError(error, "SELECT 1;\n\nSELECT 2; SELECT 3", place))).toBe(
    "error: Conversion Error: x\n  in stage 2, task 5\n  in statement 2 of 3, line 3",
  )
})

test("an error without a place in the text says which stage and task", async () => {
  const error = new QueryError({ message: "Conversion Error: x", kind: "Conversion", stage: 2, task: 5 })
  expect(await errorParagraph(new StatementError(error, "SELECT 1", undefined))).toBe(
    "error: Conversion Error: x\n  in stage 2, task 5",
  )
  const part = new QueryError({ message: "Conversion Error: x", kind: "Conversion", stage: 2, part: "scan t", task: 5 })
  expect(await errorParagraph(part)).toBe("error: Conversion Error: x\n  in stage 2 (scan t), task 5")
  const lost = new EngineLost({ message: "engine-0 ended", stage: 1 })
  expect(await errorParagraph(lost)).toBe("error: engine-0 ended\n  in stage 1")
})

test("a source's error outside of any statement", async () => {
  const error = new SourceError({ message: "a.parquet is empty", path: "a.parquet", hint: "make it again" })
  expect(await errorParagraph(error)).toBe("error: a.parquet is empty\n  make it again")
})

test("what nobody foresaw is called a defect, in one line without a stack", async () => {
  const hint = "SKEIN_DEBUG=1 shows where; please report it with the statement"
  expect(await errorParagraph(new TypeError("x is undefined\n    at y"))).toBe(
    `error: this is a defect of Skein: x is undefined\n  ${hint}`,
  )
  const broken = new PlanDefect({ message: "rule r lost a column", rule: "r" })
  expect(await errorParagraph(new StatementError(broken, "SELECT 1", undefined))).toBe(
    `error: this is a defect of Skein: rule r lost a column\n  ${hint}`,
  )
})
