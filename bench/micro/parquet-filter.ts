import type { PruningPredicate } from "../../planner/physical/stage.ts"
import { parquetDecoder } from "../../actors/sources/parquet/decoder.ts"
import { parquetSource } from "../../actors/sources/parquet/source.ts"
import type { SplitBytes, SplitFilter } from "../../actors/sources/source.ts"
import type { MicroResult } from "../harness/micro-bench.ts"

/** What query 6 reads of lineitem, and what it asks of three of them. */
const COLUMNS = ["l_extendedprice", "l_discount", "l_quantity", "l_shipdate"]
const PRUNING: readonly PruningPredicate[] = [
  { column: "l_shipdate", op: ">=", values: ["1994-01-01"] },
  { column: "l_shipdate", op: "<", values: ["1995-01-01"] },
  { column: "l_discount", op: ">=", values: ["0.05"] },
  { column: "l_discount", op: "<=", values: ["0.07"] },
  { column: "l_quantity", op: "<", values: ["24.00"] },
]

/** The rows that query 6 wants, against its columns whole; both into Arrow streams, from the file's bytes in memory. */
export async function filterLineitem(path: string, rounds: number): Promise<readonly MicroResult[]> {
  const table = await parquetSource.describe([path])
  const types = COLUMNS.map((name) => ({ name, type: table.columns.find((each) => each.name === name)?.type ?? "" }))
  const splits: { readonly bytes: SplitBytes; readonly filter: SplitFilter }[] = []
  for (const split of table.splits(COLUMNS, PRUNING).splits) {
    const ranges = await table.survivors(split, PRUNING)
    splits.push({ bytes: await table.fetch(split, COLUMNS), filter: { pruning: PRUNING, ranges } })
  }
  const read = (isFiltered: boolean): { readonly rows: number; readonly ms: number } => {
    const started = performance.now()
    let rows = 0
    for (const { bytes, filter } of splits) {
      const options = { lent: true, filter: isFiltered ? filter : undefined }
      for (const batch of parquetDecoder.decode(bytes, types, options)) rows += batch.rows
    }
    return { rows, ms: performance.now() - started }
  }
  const [some, all] = [read(true).rows, read(false).rows]
  // About one row in fifty.
  if (some === 0 || some > all / 20) throw new Error(`of ${all} rows ${some} were left`)
  const best = { filtered: Infinity, whole: Infinity }
  for (let round = 0; round < rounds; round++) {
    best.filtered = Math.min(best.filtered, read(true).ms)
    best.whole = Math.min(best.whole, read(false).ms)
  }
  return [
    {
      name: "the rows of query 6",
      ms: best.filtered,
      against: { name: "its four columns whole", ms: best.whole },
      ratioMax: 0.5,
    },
  ]
}
