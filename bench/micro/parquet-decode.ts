import { readFile } from "node:fs/promises"
import { tableFromIPC } from "apache-arrow"
import type { Table } from "apache-arrow"
import * as Schema from "effect/Schema"
import { initSync, ParquetFile } from "parquet-wasm/esm/parquet_wasm.js"
import { installedFile } from "../../actors/installation.ts"
import { parquetDecoder } from "../../actors/sources/parquet/decoder.ts"
import { ParquetLayout } from "../../actors/sources/parquet/layout.ts"
import { ColumnReader } from "../../actors/sources/parquet/pages/column-reader.ts"
import { Rooms } from "../../actors/sources/parquet/pages/rooms.ts"
import { parquetSource } from "../../actors/sources/parquet/source.ts"
import type { SplitBytes } from "../../actors/sources/source.ts"
import type { MicroResult } from "../harness/micro-bench.ts"

/** What query 1 reads of lineitem. */
const COLUMNS = ["l_quantity", "l_extendedprice", "l_discount", "l_tax", "l_returnflag", "l_linestatus", "l_shipdate"]

/** Rows whose values are compared before anything is timed. */
const COMPARED_ROWS = 1000

/**
 * Seven columns of lineitem, row group by row group, one thread, against parquet-wasm with its own serialisation: into
 * Arrow's buffers with dictionaries kept, as tables of the engine are made of; and into whole Arrow streams, in which
 * every code is looked up. All have the file's bytes in memory, and take turns.
 */
export async function decodeLineitem(path: string, rounds: number): Promise<readonly MicroResult[]> {
  const { splits, types } = await fetchSplits(path)
  initSync({ module: await WebAssembly.compile(await installedFile("parquet-wasm/esm/parquet_wasm_bg.wasm")) })
  const file = await ParquetFile.fromFile(new Blob([new Uint8Array(await readFile(path))]))
  const theirs = async (rowGroup: number, rows: number): Promise<Uint8Array> =>
    // `readParquet`, which is simpler, reads all columns whatever it is asked for.
    (await file.read({ columns: COLUMNS, rowGroups: [rowGroup], batchSize: rows })).intoIPCStream()
  const streams = (split: SplitBytes, use: (ipc: Uint8Array) => void): void => {
    for (const { ipc } of parquetDecoder.decode(split, types, { lent: true })) use(ipc)
  }

  const [first] = splits
  if (first === undefined) throw new Error(`${path} has no row group`)
  const expected = tableFromIPC(await theirs(0, first.rows))
  streams(first, (ipc) => checkEqual(tableFromIPC(ipc), expected))

  const best = { vectors: Infinity, streams: Infinity, theirs: Infinity }
  let work = 0
  for (let round = 0; round < rounds; round++) {
    const started = performance.now()
    for (const split of splits) work += readVectors(split)
    const afterVectors = performance.now()
    for (const split of splits) streams(split, (ipc) => (work += ipc.byteLength))
    const afterStreams = performance.now()
    for (const [rowGroup, { rows }] of splits.entries()) work += (await theirs(rowGroup, rows)).byteLength
    best.vectors = Math.min(best.vectors, afterVectors - started)
    best.streams = Math.min(best.streams, afterStreams - afterVectors)
    best.theirs = Math.min(best.theirs, performance.now() - afterStreams)
  }
  if (work === 0) throw new Error("nothing was decoded")
  const against = { name: "parquet-wasm decode + IPC", ms: best.theirs }
  return [
    { name: "7 columns of lineitem into Arrow and codes", ms: best.vectors, against, ratioMax: 0.35 },
    { name: "the same into Arrow streams, looked up", ms: best.streams, against, ratioMax: 1 },
  ]
}

const rooms = new Rooms()
const decodeLayout = Schema.decodeUnknownSync(ParquetLayout)

/** Returns the rows that came. */
function readVectors(split: SplitBytes): number {
  let rows = 0
  for (const column of decodeLayout(split.layout).columns) {
    rows += new ColumnReader(column, split.buffers, rooms).read(split.rows).rows
    rooms.takeBack()
  }
  return rows
}

async function fetchSplits(path: string) {
  const table = await parquetSource.describe([path])
  const types = COLUMNS.map((name) => ({ name, type: table.columns.find((each) => each.name === name)?.type ?? "" }))
  const splits: SplitBytes[] = []
  for (const split of table.splits(COLUMNS, []).splits) splits.push(await table.fetch(split, COLUMNS))
  return { splits, types }
}

function checkEqual(ours: Table, theirs: Table): void {
  if (ours.numRows !== theirs.numRows) throw new Error(`${ours.numRows} rows are not ${theirs.numRows}`)
  for (const [column, name] of COLUMNS.entries()) {
    for (let row = 0; row < Math.min(COMPARED_ROWS, ours.numRows); row++) {
      const own = String(ours.getChildAt(column)?.get(row))
      const other = String(theirs.getChild(name)?.get(row))
      if (own !== other) throw new Error(`row ${row} of ${name} is ${own}, parquet-wasm says ${other}`)
    }
  }
}
