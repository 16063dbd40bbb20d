import { availableParallelism } from "node:os"
import { join, resolve } from "node:path"
import { Crew } from "./crew.ts"
import { cut, type Piece, rowsOf } from "./cut.ts"
import { TpchOptionError } from "./errors.ts"
import type { FromWorker, TpchFormat } from "./messages.ts"
import { Output } from "./output.ts"
import { scaleOf } from "./scale.ts"
import { TPCH_TABLES, type TpchTable } from "./tables/table.ts"
import { POOL_BYTES, SEGMENTS } from "./text-pool.ts"

export type { TpchFormat } from "./messages.ts"
export { TPCH_TABLES, type TpchTable } from "./tables/table.ts"

export interface TpchOptions {
  /** below 1 in thousandths, from 1 on whole */
  readonly scale: number
  readonly format: TpchFormat
  /** the folder; it is made if it is not there */
  readonly out: string
  /** files per table, as `out/TABLE/part-0.FORMAT` …; without it one file, `out/TABLE.FORMAT` */
  readonly files?: number
  readonly rowGroupRows?: number
  readonly tables?: readonly TpchTable[]
  readonly threads?: number
  readonly onProgress?: (progress: TpchProgress) => void
  readonly signal?: AbortSignal
}

export interface TpchProgress {
  readonly rows: number
  readonly totalRows: number
  readonly bytes: number
}

export interface TpchReport {
  readonly tables: readonly {
    readonly name: TpchTable
    readonly rows: number
    readonly bytes: number
    readonly files: string[]
  }[]
  readonly ms: number
}

export const ROW_GROUP_ROWS_DEFAULT = 122_880
/** A row group is made whole in memory, in each thread. */
const ROW_GROUP_ROWS_MAX = 4_194_304
/** Rows of text that are made at a time. */
const TEXT_PIECE_ROWS = 65_536
const FILES_MAX = 10_000
const THREADS_MAX = 256
/** Pieces that are under way or wait to be written, for each thread: more would only hold memory. */
const PIECES_AHEAD = 2
/** Buffers that are kept to be filled again. */
const SPARES_MAX = 8

/** The text pool is the same for all scales: a run that follows soon takes it over, if its memory is not needed. */
let finishedPool: WeakRef<SharedArrayBuffer> | undefined

/** Makes the TPC-H tables, bit for bit those of the official generator. Resolves when all files have their names. */
export async function generateTpch(options: TpchOptions): Promise<TpchReport> {
  const started = performance.now()
  const plan = planOf(options)
  options.signal?.throwIfAborted()
  const output = new Output(plan.out, options.format)
  const kept = finishedPool?.deref()
  const pool = kept ?? new SharedArrayBuffer(POOL_BYTES)
  const { format, signal } = options
  const crew = new Crew(plan.threads, { pool, scale: plan.scale, format, pieceRows: plan.pieceRows })
  const abort = () => crew.fail(signal?.reason)
  signal?.addEventListener("abort", abort)
  try {
    await output.begin()
    if (kept === undefined) {
      await Promise.all(Array.from({ length: SEGMENTS }, (_, index) => crew.run({ kind: "segment", index })))
      finishedPool = new WeakRef(pool)
    }
    await makeAll(plan, crew, output, options)
    signal?.throwIfAborted()
    const files = await output.publish()
    const tables = plan.tables.map(({ name, rows }) => {
      const own = files.filter(({ table }) => table === name)
      return { name, rows, bytes: own.reduce((sum, { bytes }) => sum + bytes, 0), files: own.map(({ path }) => path) }
    })
    return { tables, ms: performance.now() - started }
  } catch (cause) {
    await crew.stop()
    await output.discard()
    throw cause
  } finally {
    signal?.removeEventListener("abort", abort)
    await crew.stop()
  }
}

interface Plan {
  readonly scale: ReturnType<typeof scaleOf>
  readonly out: string
  readonly tables: readonly { readonly name: TpchTable; readonly rows: number; readonly files: number }[]
  readonly inFolders: boolean
  readonly pieceRows: number
  readonly threads: number
}

function planOf(options: TpchOptions): Plan {
  const scale = scaleOf(options.scale)
  const files = whole("files", options.files ?? 1, FILES_MAX)
  const groupRows = whole("rowGroupRows", options.rowGroupRows ?? ROW_GROUP_ROWS_DEFAULT, ROW_GROUP_ROWS_MAX)
  const wanted = options.tables ?? TPCH_TABLES
  const unknown = wanted.find((name) => !TPCH_TABLES.includes(name))
  if (unknown !== undefined)
    throw new TpchOptionError({ message: `there is no TPC-H table ${unknown}; there are ${TPCH_TABLES.join(", ")}` })
  const tables = TPCH_TABLES.filter((name) => wanted.includes(name)).map((name) => {
    const rows = rowsOf(name, scale)
    return { name, rows, files: Math.min(files, rows) }
  })
  return {
    scale,
    out: resolve(options.out),
    tables,
    inFolders: options.files !== undefined,
    pieceRows: options.format === "parquet" ? groupRows : TEXT_PIECE_ROWS,
    threads: whole("threads", options.threads ?? Math.min(availableParallelism(), THREADS_MAX), THREADS_MAX),
  }
}

function whole(name: string, value: number, max: number): number {
  if (Number.isInteger(value) && value >= 1 && value <= max) return value
  throw new TpchOptionError({ message: `${name} is ${value}: it must be a whole number from 1 to ${max}` })
}

function* piecesOf(plan: Plan): Generator<Piece> {
  for (const { name, rows, files } of plan.tables) yield* cut(name, rows, files, plan.pieceRows)
}

/** Numbered so that the files' names are in the order of their rows. */
function fileName(plan: Plan, piece: Piece, format: TpchFormat): string {
  if (!plan.inFolders) return `${piece.table}.${format}`
  const files = plan.tables.find(({ name }) => name === piece.table)?.files ?? 1
  const number = String(piece.file).padStart(String(files - 1).length, "0")
  return join(piece.table, `part-${number}.${format}`)
}

/** Hands out pieces, a bounded number ahead, and writes them in their order whichever is made first. */
async function makeAll(plan: Plan, crew: Crew, output: Output, options: TpchOptions): Promise<void> {
  const totalRows = plan.tables.reduce((sum, { rows }) => sum + rows, 0)
  const ahead: { readonly piece: Piece; readonly reply: Promise<FromWorker> }[] = []
  const spares: ArrayBuffer[] = []
  const progress = { rows: 0, bytes: 0 }
  let opened = ""

  const writeNext = async () => {
    const next = ahead.shift()
    if (next === undefined) return
    const { piece } = next
    const made = await next.reply
    if (made.kind !== "made") return
    const name = fileName(plan, piece, options.format)
    if (name !== opened) await output.open(piece.table, name)
    opened = name
    await output.append(made, piece.rows)
    if (piece.last) await output.close()
    if (spares.length < SPARES_MAX) spares.push(made.bytes)
    progress.rows += piece.rows
    progress.bytes += made.length
    options.onProgress?.({ ...progress, totalRows })
  }

  for (const piece of piecesOf(plan)) {
    const spare = spares.pop()
    ahead.push({ piece, reply: crew.run({ kind: "piece", piece, spare }, spare === undefined ? [] : [spare]) })
    if (ahead.length >= plan.threads * PIECES_AHEAD) await writeNext()
  }
  while (ahead.length > 0) await writeNext()
}
