import { readFile, writeFile } from "node:fs/promises"
import {
  Compression,
  EnabledStatistics,
  Encoding,
  initSync,
  readParquet,
  writeParquet,
  WriterPropertiesBuilder,
  WriterVersion,
} from "parquet-wasm/esm/parquet_wasm.js"
import { installedFile } from "../../actors/installation.ts"
import type { NativeOracle } from "../../actors/sources/parquet/testing/native.ts"
import { Random } from "./random.ts"
import { randomColumn, type RandomColumn } from "./random-columns.ts"

export interface RandomFile {
  readonly path: string
  /** How it was made, so that it can be made again by hand. */
  readonly recipe: string
}

const ROWS_MAX = 9000

/** A Parquet file of random columns, written by native DuckDB, half of them once more by parquet-wasm. */
export async function randomFile(
  native: NativeOracle,
  path: string,
  seed: number,
  rowsMax = ROWS_MAX,
): Promise<RandomFile> {
  const random = new Random(seed)
  const rows = Math.min(rowsMax, random.pick([1, 7, 100, 1000, 3000, 3000, ROWS_MAX]))
  const columns = Array.from({ length: 1 + random.below(5) }, () => randomColumn(random))
  const numbers = columns.map(({ number }, index) => `${number} AS x${index}`).join(", ")
  const values = columns.map(({ value }, index) => `${value(`x${index}`)} AS c${index}`).join(", ")
  const select = `SELECT ${values} FROM (SELECT i, ${numbers} FROM range(${rows}) t(i))`
  const options = [
    "FORMAT parquet",
    `CODEC ${random.pick(["uncompressed", "snappy", "gzip", "zstd", "lz4_raw", "brotli"])}`,
    `PARQUET_VERSION ${random.pick(["V1", "V2"])}`,
    `ROW_GROUP_SIZE ${random.pick([2048, 2048, 4096, 122880])}`,
    random.chance(2) ? "" : `DICTIONARY_SIZE_LIMIT ${random.pick([0, 1, 40, 100_000])}`,
  ].filter((option) => option !== "")
  const copy = `COPY (${select}) TO '${path}' (${options.join(", ")})`
  await native.run(copy)
  if (random.chance(2)) return { path, recipe: copy }
  const again = await rewritten(path, random, columns)
  return { path, recipe: again === undefined ? copy : `${copy}; again by parquet-wasm: ${again}` }
}

/** An instance that trapped is of no more use. */
let writer: "fresh" | "ready" | "lost" = "fresh"

/** Writes the file once more; undefined where parquet-wasm cannot. */
async function rewritten(path: string, random: Random, columns: readonly RandomColumn[]): Promise<string | undefined> {
  if (writer === "lost") return undefined
  if (writer === "fresh") {
    initSync({ module: await installedFile("parquet-wasm/esm/parquet_wasm_bg.wasm") })
    writer = "ready"
  }
  const said: string[] = []
  const say = <A>(name: string, value: A): A => {
    said.push(`${name} ${String(value)}`)
    return value
  }
  let builder = new WriterPropertiesBuilder()
    .setCompression(say("compression", random.pick(CODECS)))
    .setWriterVersion(say("version", random.pick([WriterVersion.V1, WriterVersion.V2])))
    .setDataPageSizeLimit(say("page", random.pick([100, 1000, 8000, 1_000_000])))
    .setWriteBatchSize(say("batch", random.pick([1, 10, 100, 1024])))
    .setMaxRowGroupSize(say("rows", random.pick([500, 1000, 100_000])))
    .setDictionaryPageSizeLimit(say("dictionary", random.pick([20, 500, 100_000])))
    .setStatisticsEnabled(random.pick([EnabledStatistics.None, EnabledStatistics.Chunk, EnabledStatistics.Page]))
    .setDictionaryEnabled(say("coded", random.chance(2)))
  for (const [index, { kind }] of columns.entries()) {
    const encoding = random.pick(ENCODINGS[kind])
    if (encoding !== undefined) {
      builder = builder
        .setColumnEncoding(`c${index}`, say(`c${index}`, encoding))
        .setColumnDictionaryEnabled(`c${index}`, false)
    }
  }
  try {
    const bytes = writeParquet(readParquet(await readFile(path)), builder.build())
    await writeFile(path, bytes)
    return said.join(", ")
  } catch (cause) {
    if (cause instanceof WebAssembly.RuntimeError) writer = "lost"
    return undefined
  }
}

const CODECS = [
  Compression.UNCOMPRESSED,
  Compression.SNAPPY,
  Compression.GZIP,
  Compression.ZSTD,
  Compression.BROTLI,
  Compression.LZ4_RAW,
] as const

/** What a type may be encoded with; undefined: as the writer likes. */
const ENCODINGS: Readonly<Record<RandomColumn["kind"], readonly [undefined, ...Encoding[]]>> = {
  integer: [undefined, Encoding.PLAIN, Encoding.DELTA_BINARY_PACKED],
  float: [undefined, Encoding.PLAIN, Encoding.BYTE_STREAM_SPLIT],
  text: [undefined, Encoding.PLAIN, Encoding.DELTA_LENGTH_BYTE_ARRAY, Encoding.DELTA_BYTE_ARRAY],
  bytes: [undefined, Encoding.PLAIN, Encoding.DELTA_BYTE_ARRAY],
  boolean: [undefined, Encoding.PLAIN, Encoding.RLE],
  other: [undefined],
}
