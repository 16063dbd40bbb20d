import { describe, expect, test } from "vitest"
import { textWidth } from "../../planner/explain/text-width.ts"
import { benchCommand } from "./bench-command.ts"
import { helpText } from "./help.ts"
import { oneOf, parseOptions, positiveNumber, UsageError, wholeNumber } from "./options.ts"
import { queryCommand, queryRun } from "./query-options.ts"
import { serveCommand } from "./serve-command.ts"
import { tableLimits } from "./table-options.ts"
import { tpchCommand } from "./tpch-command.ts"

const parse = (...args: string[]) => parseOptions(queryCommand, args)

/** Message and hint of the usage error that it must throw. */
function refusal(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    if (error instanceof UsageError)
      return [error.message, ...(error.hint === undefined ? [] : [error.hint])].join(" | ")
    throw error
  }
  throw new Error("nothing was refused")
}

describe("parseOptions", () => {
  test("every spelling of a value", () => {
    for (const args of [["-c", "SELECT 1"], ["-cSELECT 1"], ["--command", "SELECT 1"], ["--command=SELECT 1"]]) {
      expect(parse(...args).value("command")).toBe("SELECT 1")
    }
    expect(parse("--command=").value("command")).toBe("")
    expect(parse("-c", "-1").value("command")).toBe("-1")
  })

  test("switches, repeated options, operands", () => {
    const given = parse("--timing", "--disable-rule", "a", "--disable-rule=b", "x", "--", "--help")
    expect(given.has("timing")).toBe(true)
    expect(given.has("help")).toBe(false)
    expect(given.values("disable-rule")).toEqual(["a", "b"])
    expect(given.operands).toEqual(["x", "--help"])
  })

  test.each([
    [["--worker", "2"], "unknown option --worker | did you mean --workers?  skein --help lists the options"],
    [["--zzz"], "unknown option --zzz | skein --help lists the options"],
    [["-x"], "unknown option -x | skein --help lists the options"],
    [["--workers"], "--workers needs a value | write --workers N"],
    [["-c"], "-c needs a value | write -c SQL"],
    [["--timing=yes"], "--timing takes no value | write --timing alone"],
    [["--data", "a", "--data", "b"], "--data was given twice | give it once"],
  ])("%j is refused", (args, text) => {
    expect(refusal(() => parse(...args))).toBe(text)
  })

  test("values out of range, and words that are none of the choices", () => {
    expect(refusal(() => wholeNumber(parse("--workers", "0"), "workers", [1, 64]))).toBe(
      '--workers takes a whole number from 1 to 64, found "0"',
    )
    expect(refusal(() => wholeNumber(parse("--workers", "1e1"), "workers", [1, 64]))).toBe(
      '--workers takes a whole number from 1 to 64, found "1e1"',
    )
    expect(refusal(() => oneOf(parse("--format", "jsno"), "format", ["table", "json"]))).toBe(
      '--format is one of table, json, found "jsno" | did you mean json?',
    )
    expect(refusal(() => positiveNumber(parseOptions(tpchCommand, ["--sf", "-1"]), "sf"))).toBe(
      '--sf takes a number above 0, found "-1"',
    )
    expect(positiveNumber(parseOptions(tpchCommand, ["--sf", ".01"]), "sf")).toBe(0.01)
  })
})

describe("queryRun", () => {
  test("what is left out has its default", () => {
    const run = queryRun(parse("-c", "SELECT 1"))
    expect(run).toMatchObject({ source: { sql: "SELECT 1" }, timing: false, format: undefined, dataDir: undefined })
    expect(run.settings).toEqual({ disabledRules: [], distribute: true })
    expect(run.workers).toBeGreaterThanOrEqual(1)
    expect(queryRun(parse()).source).toEqual({ file: "-" })
  })

  test("switches reach the planner's settings", () => {
    const run = queryRun(
      parse("-f", "x.sql", "--joins", "hash", "--no-distribute", "--disable-rule", "r", "--partitions", "8"),
    )
    expect(run).toMatchObject({ source: { file: "x.sql" }, partitions: 8 })
    expect(run.settings).toEqual({ disabledRules: ["r"], distribute: false, joins: "hash" })
  })

  test("contradictions are refused", () => {
    expect(refusal(() => queryRun(parse("-c", "a", "-f", "b")))).toBe(
      "-c and -f cannot both be given | give one of them",
    )
    expect(refusal(() => queryRun(parse("-c", "a", "b")))).toBe(
      'unexpected argument "b" | a query is given as: skein -c "SELECT …"',
    )
    expect(refusal(() => queryRun(parse("--data", "/nowhere/at/all")))).toBe(
      '--data: there is no folder "/nowhere/at/all"',
    )
  })
})

test("limits of tables: bytes, or with a unit", () => {
  const limits = (...args: readonly string[]) => tableLimits(parseOptions(serveCommand, args))
  expect(limits()).toEqual({ sessionBytes: 2 ** 30, nodeBytes: 2 ** 33 })
  expect(limits("--session-table-bytes", "0", "--node-table-bytes=3MiB")).toEqual({
    sessionBytes: 0,
    nodeBytes: 3 * 2 ** 20,
  })
  for (const text of ["-1", "1.5GiB", "1 GiB", "1GB", "", "999999999TiB"]) {
    const found = `--node-table-bytes takes a size as 100MiB, 2GiB or 1000000, found "${text}"`
    expect(() => limits("--node-table-bytes", text)).toThrow(found)
  }
})

describe("help", () => {
  test.each([queryCommand, tpchCommand, benchCommand])("of $name fits 80 columns and names every option", (command) => {
    const text = helpText(command)
    for (const line of text.split("\n")) expect(textWidth(line)).toBeLessThanOrEqual(80)
    for (const option of command.groups.flatMap((group) => group.options)) expect(text).toContain(`--${option.name}`)
  })
})
