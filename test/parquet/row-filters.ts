import type { PruningPredicate } from "../../planner/physical/stage.ts"
import { parquetSource } from "../../actors/sources/parquet/source.ts"
import type { TestEngine, WantedRows } from "../../actors/sources/parquet/testing/engine.ts"
import type { NativeOracle } from "../../actors/sources/parquet/testing/native.ts"
import type { Random } from "./random.ts"

/** Types whose constants can be written as DuckDB prints them. */
const COMPARED =
  /^(U?(TINY|SMALL|BIG)INT|U?INTEGER|DECIMAL\(.*\)|FLOAT|DOUBLE|VARCHAR|DATE|TIME|TIMESTAMP|TIMESTAMP_NS|TIMESTAMP WITH TIME ZONE|BOOLEAN)$/
const OPS = ["=", "<", "<=", ">", ">=", "in", "is null", "is not null", "starts with"] as const
const PREDICATES_MAX = 3

/** What a file was asked for, and how its answer was wrong, if it was. */
export interface FilterTrial {
  readonly where: string
  readonly leftOut: number
  readonly rows: number
  readonly difference: string | undefined
}

/**
 * Asks a file for the rows of some random predicates over its own values: the decoder may leave out rows, the engine
 * applies the predicates again, and native DuckDB must find the same rows.
 */
export async function tryFilters(
  engine: TestEngine,
  native: NativeOracle,
  path: string,
  random: Random,
): Promise<FilterTrial | undefined> {
  const table = await parquetSource.describe([path])
  const names = table.columns.map(({ name }) => name)
  const [first, ...others] = table.columns.filter(({ type }) => COMPARED.test(type))
  if (first === undefined || !(await isReadNatively(native, path))) return undefined
  const predicates: PruningPredicate[] = []
  const [ours, theirs]: [string[], string[]] = [[], []]
  for (let i = 1 + random.below(PREDICATES_MAX); i > 0; i--) {
    const column = random.pick([first, ...others])
    const name = `"${column.name.replaceAll('"', '""')}"`
    const values = await native.texts(`SELECT ${name} FROM '${path}' WHERE ${name} IS NOT NULL LIMIT 200`)
    const drawn = random.pick(OPS)
    const op = drawn === "starts with" && column.type !== "VARCHAR" ? "=" : drawn
    const constants = constantsFor(op, values, random)
    if (constants === undefined) continue
    predicates.push({ column: column.name, op, values: constants })
    ours.push(written(`c${names.indexOf(column.name)}`, column.type, op, constants))
    theirs.push(written(name, column.type, op, constants))
  }
  const wanted: WantedRows = { pruning: predicates, where: ours.join(" AND ") || "TRUE" }
  const where = theirs.join(" AND ") || "TRUE"
  const found = (await engine.scan(table, names, wanted)).map((row) => JSON.stringify(row))
  // Its optimizer trusts bounds that say nothing of NaN, which is more than every number.
  await native.run("PRAGMA disable_optimizer")
  const expected = (await native.texts(`SELECT * FROM '${path}' WHERE ${where}`)).map((row) => JSON.stringify(row))
  await native.run("PRAGMA enable_optimizer")
  const at = expected.findIndex((row, i) => row !== found[i])
  const isSame = at < 0 && expected.length === found.length
  const difference = isSame
    ? undefined
    : `${found.length} rows, native ${expected.length}; row ${at}: ${found[at]} instead of ${expected[at]}`
  return { where, leftOut: engine.leftOut(), rows: table.rows, difference }
}

/** Some encodings it refuses. */
async function isReadNatively(native: NativeOracle, path: string): Promise<boolean> {
  return native.texts(`SELECT * FROM '${path}'`).then(
    () => true,
    () => false,
  )
}

function constantsFor(
  op: (typeof OPS)[number],
  rows: readonly (readonly (string | null)[])[],
  random: Random,
): readonly string[] | undefined {
  if (op === "is null" || op === "is not null") return []
  // A NaN is no constant that a predicate keeps.
  const [first, ...others] = rows.flatMap(([value]) => (typeof value !== "string" || value === "nan" ? [] : [value]))
  if (first === undefined) return undefined
  if (op === "in") return Array.from({ length: 1 + random.below(4) }, () => random.pick([first, ...others]))
  const value = random.pick([first, ...others])
  return [op === "starts with" ? value.slice(0, 1 + random.below(3)) : value]
}

function written(name: string, type: string, op: (typeof OPS)[number], values: readonly string[]): string {
  const constants = values.map((value) => `'${value.replaceAll("'", "''")}'::${type}`)
  switch (op) {
    case "is null":
    case "is not null":
      return `${name} ${op}`
    case "in":
      return `${name} IN (${constants.join(", ")})`
    case "starts with":
      return `starts_with(${name}, ${constants[0]})`
    default:
      return `${name} ${op} ${constants[0]}`
  }
}
